/*
 * Orders over the binary protocol, for closed-load.c. What is sent was made with flatc's code in
 * binary-frames.ts; here ids and numbers are stored into copies of it. Of what comes the fields are
 * read through the vtables, and each number must follow the one before.
 */
#include "closed-load.h"

/* Stands in the frames where an id or a number goes. */
#define MARK 0x1f2e3d4c5b6aull
#define FRAMES_MAX (3 + SESSIONS_MAX)
/* Members of ServerBody, by schemas/order-entry.fbs. */
enum { ORDER_ACCEPTED = 1, ORDER_CANCELLED = 4, LOGIN_ACCEPTED = 11, END_OF_SESSION = 21 };
#define CLIENT_REQUEST 1

struct frame {
  const char *bytes;
  size_t length, mark_at;
};

struct own {
  int is_logged_in, is_leaving;
};

/* An order, its cancel, a Logout, and a Login for each session. */
static struct frame frames[FRAMES_MAX];
static unsigned frame_count;

static uint32_t read32(const char *at) {
  uint32_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static size_t place_of_mark(const struct frame *frame) {
  const uint64_t mark = MARK;
  const char *found = memmem(frame->bytes, frame->length, &mark, sizeof mark);
  return found == NULL ? 0 : (size_t)(found - frame->bytes);
}

static void read_frames(void) {
  FILE *file = options.frames == NULL ? NULL : fopen(options.frames, "rb");
  if (file == NULL) die("no frames", "", 0);
  static char bytes[1 << 16];
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  for (size_t at = 0; at < length && frame_count < FRAMES_MAX; frame_count++) {
    struct frame frame = {.bytes = bytes + at, .length = 4 + read32(bytes + at)};
    frame.mark_at = place_of_mark(&frame);
    frames[frame_count] = frame;
    at += frame.length;
  }
}

static char *put_frame(struct session *session, const struct frame *frame, uint64_t value) {
  char *at = put_bytes(session, frame->bytes, frame->length);
  if (frame->mark_at > 0) memcpy(at + frame->mark_at, &value, sizeof value);
  return at;
}

void put_request(struct session *session, int is_cancel, unsigned order) {
  const struct frame *frame = &frames[is_cancel];
  /* An id is not 0. */
  put_frame(session, frame, (uint64_t)options.first_order + order + 1);
  /* To an echo all are of one length. */
  if (options.reply_bytes > 0)
    session->out_end += options.request_bytes - frame->length;
  session->requests++;
  session->request_bytes += frame->length;
}

/* A table's field, or NULL when it is absent. Bounds: within the frame. */
static const char *field(const struct report *report, const char *table, unsigned index) {
  const char *vtable = table - (int32_t)read32(table), *end = report->bytes + report->length;
  uint16_t size, offset = 0;
  if (vtable < report->bytes || vtable + 4 > end) die("no vtable", "", 0);
  memcpy(&size, vtable, sizeof size);
  if (4 + 2 * index < size) memcpy(&offset, vtable + 4 + 2 * index, sizeof offset);
  if (offset > 0 && table + offset >= end) die("a field beyond its frame", "", 0);
  return offset == 0 ? NULL : table + offset;
}

static uint64_t read64(const char *at) {
  uint64_t value = 0;
  if (at != NULL) memcpy(&value, at, sizeof value);
  return value;
}

static const char *table_at(const struct report *report, const char *at) {
  if (at == NULL || at + read32(at) + 4 > report->bytes + report->length) die("no table", "", 0);
  return at + read32(at);
}

/* Notes what a message says that is no report. Returns whether it is one. */
static int read_body(struct session *session, struct report *report, int kind, const char *body) {
  if (kind == LOGIN_ACCEPTED) {
    session->in_sequence = read64(field(report, body, 3)) - 1;
    session->own->is_logged_in = 1;
    return 0;
  }
  if (kind == END_OF_SESSION && !session->own->is_leaving) die("the end", "", 0);
  if (kind != ORDER_ACCEPTED && kind != ORDER_CANCELLED) return 0;
  report->order = (unsigned)(read64(field(report, body, 2)) - 1 - options.first_order);
  report->is_cancel = kind == ORDER_CANCELLED;
  const char *reason = report->is_cancel ? field(report, body, 5) : NULL;
  report->exec_type = !report->is_cancel ? '0' : *reason == CLIENT_REQUEST ? '4' : '?';
  /* It is told again as it was told: the same number is the only sign. */
  report->is_possible_duplicate = 1;
  return 1;
}

int next_report(struct session *session, struct report *report) {
  for (;;) {
    const char *at = session->in + session->in_start;
    size_t have = session->in_end - session->in_start;
    if (have < 4 || have < 4 + (size_t)read32(at)) return 0;
    *report = (struct report){.bytes = at, .length = 4 + read32(at)};
    const char *root = table_at(report, at + 4);
    uint64_t number = read64(field(report, root, 0));
    const char *kind = field(report, root, 3);
    if (kind == NULL) die("no body", "", 0);
    int was_logged_in = session->own->is_logged_in;
    int is_report = read_body(session, report, *kind, table_at(report, field(report, root, 4)));
    session->in_start += report->length;
    if (number > 0 && number != ++session->in_sequence) die("a gap", "", 0);
    if (number > 0 && !is_report) die("no report", "", 0);
    /* What follows is asked for when it is wanted. */
    if (session->own->is_logged_in != was_logged_in) return 0;
    if (!is_report) continue;
    report->exec_id = read64(field(report, root, 1));
    session->reply_bytes += report->length;
    return 1;
  }
}

/* `next_number`: the first one that is wanted, 0: none of the past. */
static void log_in(struct session *session, uint64_t next_number) {
  connect_session(session);
  session->own->is_logged_in = 0;
  session->in_start = session->in_end = session->out_end = 0;
  put_frame(session, &frames[3 + session->index], next_number);
  flush(session);
  for (struct report report; !session->own->is_logged_in; next_report(session, &report))
    receive(session);
}

void open_session(struct session *session) {
  if (frame_count == 0) read_frames();
  session->own = calloc(1, sizeof *session->own);
  if (session->own == NULL) die("no memory", "", 0);
  if (options.reply_bytes > 0) {
    connect_session(session);
    return;
  }
  if (frame_count < 4 + session->index) die("too few logins", "", 0);
  log_in(session, 0);
  session->first_sequence = session->in_sequence;
}

/* Comes back as who was away. */
void ask_again(struct session *session) {
  close(session->socket);
  log_in(session, session->first_sequence + 1);
}

/* With a Logout, whose answer or end of the connection is waited for. */
void close_session(struct session *session) {
  if (options.reply_bytes == 0) {
    session->own->is_leaving = 1;
    put_frame(session, &frames[2], 0);
    flush(session);
    struct pollfd readable = {.fd = session->socket, .events = POLLIN};
    poll(&readable, 1, WAIT_MS_MAX);
  }
  close(session->socket);
}
