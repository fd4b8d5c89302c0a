/*
 * Orders over FIX, for closed-load.c. Requests are made once and patched; all have one length.
 * Reports are held against ClOrdID, ExecType, MsgSeqNum and checksum.
 */
#include "closed-load.h"

#define SOH 1
#define REQUEST_BYTES_MAX 512
/* Long enough for any number of a run: all requests have the same length. */
#define NUMBER_DIGITS 9
#define TIME_BYTES 21

/* A request made once: where its parts lie that change. */
struct template {
  char bytes[REQUEST_BYTES_MAX];
  unsigned length, sequence_at, sending_time_at, id_at, original_id_at;
};

struct own {
  unsigned out_sequence;
  struct template order, cancel;
  char comp_id[64];
};

static void put_digits(char *at, unsigned number) {
  for (int digit = NUMBER_DIGITS - 1; digit >= 0; digit--, number /= 10)
    at[digit] = (char)('0' + number % 10);
}

/* The time of now as FIX has it; made anew once a millisecond. */
static const char *time_text(void) {
  static _Thread_local char text[32];
  static _Thread_local int64_t made_ms;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  if (ms == made_ms) return text;
  made_ms = ms;
  struct tm utc;
  gmtime_r(&now.tv_sec, &utc);
  char seconds[18];
  strftime(seconds, sizeof seconds, "%Y%m%d-%H:%M:%S", &utc);
  snprintf(text, sizeof text, "%.17s.%03d", seconds, (int)(ms % 1000));
  return text;
}

static unsigned sum_of(const char *bytes, size_t length) {
  unsigned sum = 0;
  for (size_t at = 0; at < length; at++) sum += (unsigned char)bytes[at];
  return sum & 255;
}

static void put_checksum(char *at, unsigned sum) {
  at[0] = (char)('0' + sum / 100);
  at[1] = (char)('0' + sum / 10 % 10);
  at[2] = (char)('0' + sum % 10);
}

/* A message with room for number and time; `body` begins with 35 and has | in the place of SOH. */
static void make_template(struct template *template, const struct session *session,
                          const char *type, const char *body) {
  char inner[REQUEST_BYTES_MAX - 64];
  snprintf(inner, sizeof inner, "35=%s|34=%0*d|49=%s|52=%s|56=%s|%s", type, NUMBER_DIGITS, 0,
           session->own->comp_id, time_text(), options.target, body);
  int length = snprintf(template->bytes, sizeof template->bytes, "8=FIX.4.4|9=%zu|%s10=000|",
                        strlen(inner), inner);
  template->length = (unsigned)length;
  const char *names[] = {"|34=", "|52=", "|11=", "|41="};
  unsigned *places[] = {&template->sequence_at, &template->sending_time_at, &template->id_at,
                        &template->original_id_at};
  for (unsigned at = 0; at < 4; at++) {
    const char *found = strstr(template->bytes, names[at]);
    *places[at] = found == NULL ? 0 : (unsigned)(found + 4 - template->bytes);
  }
  for (int at = 0; at < length; at++)
    if (template->bytes[at] == '|') template->bytes[at] = SOH;
}

/* Copies a template behind what is to be written, and gives it number, time and checksum. */
static char *put(struct session *session, const struct template *template) {
  char *at = put_bytes(session, template->bytes, template->length);
  put_digits(at + template->sequence_at, ++session->own->out_sequence);
  memcpy(at + template->sending_time_at, time_text(), TIME_BYTES);
  return at;
}

static void finish(char *at, const struct template *template) {
  put_checksum(at + template->length - 4, sum_of(at, template->length - 7));
}

void put_request(struct session *session, int is_cancel, unsigned order) {
  const struct template *template = is_cancel ? &session->own->cancel : &session->own->order;
  char *at = put(session, template);
  /* Behind a letter; that of a cancel is repeated until the lengths are the same. */
  char *id = at + template->id_at;
  put_digits((char *)memchr(id, SOH, REQUEST_BYTES_MAX) - NUMBER_DIGITS,
             options.first_order + order);
  if (is_cancel) put_digits(at + template->original_id_at + 1, options.first_order + order);
  finish(at, template);
  session->requests++;
  session->request_bytes += template->length;
}

static void put_plain(struct session *session, const char *type, const char *body) {
  struct template template;
  make_template(&template, session, type, body);
  finish(put(session, &template), &template);
}

void ask_again(struct session *session) {
  put_plain(session, "2", "7=1|16=0|");
  flush(session);
}

static uint64_t hash_text(const char *bytes, size_t length) {
  uint64_t hash = 14695981039346656037u;
  for (size_t at = 0; at < length; at++) hash = (hash ^ (unsigned char)bytes[at]) * 1099511628211u;
  return hash;
}

/* The frame that comes next; 0 when it has not come whole. */
static size_t next_frame(const struct session *session) {
  const char *at = session->in + session->in_start;
  size_t have = session->in_end - session->in_start;
  if (have < 24) return 0;
  if (memcmp(at, "8=FIX.4.4\0019=", 12) != 0) die("no message", at, have < 200 ? have : 200);
  char *end;
  size_t length = strtoul(at + 12, &end, 10);
  size_t whole = (size_t)(end + 1 - at) + length + 7;
  if (have < whole) return 0;
  unsigned sum = (unsigned)strtoul(at + whole - 4, NULL, 10);
  if (sum_of(at, whole - 7) != sum) die("a wrong checksum", at, whole);
  return whole;
}

/* Reads the fields of a frame that the client looks at. Returns its number; 36 where it has one. */
static unsigned read_fields(struct report *report, char *type, unsigned *new_sequence) {
  const char *at = report->bytes, *end = report->bytes + report->length;
  unsigned sequence = 0;
  *new_sequence = 0;
  while (at < end) {
    const char *field_end = memchr(at, SOH, (size_t)(end - at));
    char *value;
    unsigned long tag = strtoul(at, &value, 10);
    size_t length = (size_t)(field_end - ++value);
    if (tag == 35) *type = *value;
    else if (tag == 34) sequence = (unsigned)strtoul(value, NULL, 10);
    else if (tag == 36) *new_sequence = (unsigned)strtoul(value, NULL, 10);
    else if (tag == 43) report->is_possible_duplicate = *value == 'Y';
    else if (tag == 150) report->exec_type = *value;
    else if (tag == 17) report->exec_id = hash_text(value, length);
    else if (tag == 11 && length > NUMBER_DIGITS) {
      report->is_cancel = *value == 'c';
      unsigned long order = strtoul(field_end - NUMBER_DIGITS, NULL, 10);
      report->order = (unsigned)order - options.first_order;
    }
    at = field_end + 1;
  }
  return sequence;
}

int next_report(struct session *session, struct report *report) {
  for (size_t length; (length = next_frame(session)) > 0;) {
    *report = (struct report){.bytes = session->in + session->in_start, .length = length};
    session->in_start += length;
    char type = 0;
    unsigned new_sequence;
    unsigned sequence = read_fields(report, &type, &new_sequence);
    if (sequence != session->in_sequence + 1) die("a gap", report->bytes, length);
    session->in_sequence = type == '4' ? new_sequence - 1 : sequence;
    if (type == 'A' || type == '0' || type == '4') continue;
    if (type != '8') die("no report", report->bytes, length);
    session->reply_bytes += length;
    return 1;
  }
  return 0;
}

static void make_requests(struct session *session) {
  struct own *own = session->own;
  char text[REQUEST_BYTES_MAX - 128];
  const char *format = "11=o%09d|38=1|40=2|44=10|54=1|55=BASE-QUOTE|59=1|60=%s|";
  snprintf(text, sizeof text, format, 0, time_text());
  make_template(&own->order, session, "D", text);
  own->cancel.length = 0;
  for (int letters = 1; own->cancel.length < own->order.length; letters++) {
    char id[32];
    memset(id, 'c', sizeof id);
    snprintf(id + letters, sizeof id - (size_t)letters, "%09d", 0);
    snprintf(text, sizeof text, "11=%s|38=1|41=o%09d|54=1|55=BASE-QUOTE|60=%s|", id, 0,
             time_text());
    make_template(&own->cancel, session, "F", text);
  }
  if (own->cancel.length != own->order.length) die("lengths differ", text, strlen(text));
}

static void log_on(struct session *session, const char *user, const char *password) {
  char body[256];
  snprintf(body, sizeof body, "98=0|108=60|141=Y|553=%s|554=%s|", user, password);
  put_plain(session, "A", body);
  flush(session);
  struct report report;
  while (session->in_sequence == 0) {
    receive(session);
    next_report(session, &report);
  }
}

void open_session(struct session *session) {
  char user[64] = "-", password[128] = "-";
  struct own *own = session->own = calloc(1, sizeof *own);
  if (own == NULL) die("no memory", "", 0);
  snprintf(own->comp_id, sizeof own->comp_id, "CLIENT%02u", session->index + 1);
  FILE *logons = options.logons == NULL ? NULL : fopen(options.logons, "r");
  for (unsigned line = 0; logons != NULL && line <= session->index; line++)
    if (fscanf(logons, "%63s %63s %127s", own->comp_id, user, password) != 3)
      die("too few logons", "", 0);
  if (logons != NULL) fclose(logons);
  if (options.target == NULL) options.target = "OPENBELL";
  make_requests(session);
  connect_session(session);
  if (options.reply_bytes == 0) log_on(session, user, password);
}

/* With a Logout, whose answer or end of the connection is waited for. */
void close_session(struct session *session) {
  if (options.reply_bytes == 0) {
    put_plain(session, "5", "");
    flush(session);
    struct pollfd readable = {.fd = session->socket, .events = POLLIN};
    poll(&readable, 1, WAIT_MS_MAX);
  }
  close(session->socket);
}
