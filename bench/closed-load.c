/*
 * The client of the layers "fix" and "binary": closed loops of orders and their cancels on any
 * number of sessions, and a client that asks for all again beside one that goes on. In C, so that it
 * costs less than what it measures.
 *
 * Each place in flight sends an order that rests, cancels it when that is reported, and begins
 * again: one report a request. Reports are held against what was asked: number, order, kind, none
 * twice.
 *
 * Use: <program> <trade|resend> name=value…; prints a JSON object. Names in closed-load-socket.c.
 */
#include "closed-load.h"

struct options options = {.sessions = 1, .window = 1, .requests = 1000, .warm = 1000};

void die(const char *what, const char *bytes, size_t length) {
  fprintf(stderr, "load: %s: ", what);
  for (size_t at = 0; at < length; at++)
    fputc(bytes[at] < ' ' || bytes[at] > '~' ? '|' : bytes[at], stderr);
  fputc('\n', stderr);
  exit(1);
}

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Requests of a place in flight, one after the other: an order, its cancel, the next order. */
static void send_next(struct session *session, unsigned slot_at) {
  struct slot *slot = &session->slots[slot_at];
  int is_cancel = slot->state == ORDER_OPEN;
  if (!is_cancel && session->orders_left == 0) {
    slot->state = IDLE;
    return;
  }
  if (!is_cancel) {
    session->orders_left--;
    slot->order = session->next_order[slot_at];
    session->next_order[slot_at] += options.window;
  }
  slot->state = is_cancel ? CANCEL_SENT : ORDER_SENT;
  slot->sent_ns = now_ns();
  session->in_flight++;
  put_request(session, is_cancel, slot->order);
}

static void count_reply(struct load *load, struct session *session, unsigned slot_at) {
  struct slot *slot = &session->slots[slot_at];
  uint64_t took = load->received_ns - slot->sent_ns;
  load->latencies[load->count++] = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
  slot->state = slot->state == ORDER_SENT ? ORDER_OPEN : IDLE;
  session->in_flight--;
  if (!load->is_stopping || slot->state == ORDER_OPEN) send_next(session, slot_at);
}

static uint64_t hash_of_report(const struct report *report) {
  return mix(((uint64_t)report->order << 9) | (uint64_t)report->is_cancel << 8 |
             (unsigned char)report->exec_type);
}

static void take_report(struct load *load, struct session *session, struct report *report) {
  const struct slot *slot = &session->slots[report->order % options.window];
  int is_cancel = report->is_cancel;
  int is_expected = slot->state == (is_cancel ? CANCEL_SENT : ORDER_SENT) &&
                    slot->order == report->order && report->exec_type == (is_cancel ? '4' : '0');
  if (!is_expected || load->count == load->capacity)
    die("an unexpected report", report->bytes, report->length);
  session->hash += hash_of_report(report);
  load->exec_ids[load->count] = report->exec_id;
  count_reply(load, session, report->order % options.window);
}

/* Takes what has come and answers it with one write. Returns whether the session is at rest. */
static int turn(struct load *load, struct session *session) {
  receive(session);
  load->received_ns = now_ns();
  while (options.reply_bytes > 0 && session->in_end - session->in_start >= options.reply_bytes) {
    if (load->count == load->capacity) die("more replies than requests", "", 0);
    session->in_start += options.reply_bytes;
    count_reply(load, session, session->replies++ % options.window);
  }
  struct report report;
  while (options.reply_bytes == 0 && next_report(session, &report))
    take_report(load, session, &report);
  flush(session);
  return session->in_flight == 0;
}

/* Runs `requests` on each of the sessions to the last reply. Returns seconds. */
static double run(struct load *load, struct session *sessions, unsigned count, unsigned requests) {
  load->count = 0;
  int poll = epoll_create1(0);
  unsigned busy = count;
  uint64_t started_ns = now_ns();
  for (unsigned at = 0; at < count; at++) {
    struct session *session = &sessions[at];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};
    epoll_ctl(poll, EPOLL_CTL_ADD, session->socket, &event);
    session->orders_left = requests / 2;
    for (unsigned slot = 0; slot < options.window; slot++) send_next(session, slot);
    flush(session);
  }
  struct epoll_event events[SESSIONS_MAX];
  while (busy > 0) {
    int ready = epoll_wait(poll, events, SESSIONS_MAX, WAIT_MS_MAX);
    if (ready <= 0) die("no reply", "", 0);
    for (int at = 0; at < ready; at++)
      if (turn(load, events[at].data.ptr)) busy--;
  }
  close(poll);
  return (double)(now_ns() - started_ns) / 1e9;
}

static int compare_latencies(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static int compare_ids(const void *left, const void *right) {
  uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
  return (a > b) - (a < b);
}

/* Latencies in ascending order as bench/histogram.ts has them: 32 steps to a power of two. */
static void print_histogram(const char *prefix, const struct load *load) {
  printf("\"%shistogram\": {\"steps\": [", prefix);
  for (size_t at = 0, next; at < load->count; at = next) {
    uint32_t sample = load->latencies[at];
    int bits = sample == 0 ? 0 : 32 - __builtin_clz(sample);
    uint32_t upper = bits > 6 ? sample | ((1u << (bits - 6)) - 1) : sample;
    for (next = at; next < load->count && load->latencies[next] <= upper; next++);
    printf("%s%u,%zu", at == 0 ? "" : ",", upper, next - at);
  }
  uint32_t max = load->count == 0 ? 0 : load->latencies[load->count - 1];
  printf("], \"max_ns\": %u}, ", max);
}

/* Errors: ends the process when an ExecID came twice. */
static void print_load(const char *prefix, struct load *load) {
  qsort(load->latencies, load->count, sizeof *load->latencies, compare_latencies);
  if (options.reply_bytes == 0) {
    qsort(load->exec_ids, load->count, sizeof *load->exec_ids, compare_ids);
    for (size_t at = 1; at < load->count; at++)
      if (load->exec_ids[at] == load->exec_ids[at - 1]) die("an ExecID came twice", "", 0);
  }
  const double shares[] = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};
  const char *names[] = {"p50", "p90", "p99", "p999", "p9999", "max"};
  for (unsigned at = 0; at < sizeof shares / sizeof *shares; at++) {
    size_t place = (size_t)ceil(shares[at] * (double)load->count);
    double latency = load->count == 0 ? 0 : (double)load->latencies[place - 1] / 1e3;
    printf("\"%s%s_us\": %.3f, ", prefix, names[at], latency);
  }
  print_histogram(prefix, load);
}

static struct load make_load(size_t capacity) {
  struct load load = {.capacity = capacity};
  load.latencies = calloc(capacity, sizeof *load.latencies);
  load.exec_ids = calloc(capacity, sizeof *load.exec_ids);
  if (load.latencies == NULL || load.exec_ids == NULL) die("no memory", "", 0);
  return load;
}

/* So many that each place has equally many orders, and a cancel for each. */
static unsigned to_whole(unsigned requests) {
  unsigned step = 2 * options.window;
  return requests < step ? step : requests / step * step;
}

/* What all reports said, whatever their order and whoever wrote them. */
static uint64_t hash_of(const struct session *sessions, unsigned count) {
  uint64_t hash = 0;
  for (unsigned at = 0; at < count; at++) hash += sessions[at].hash * (2 * at + 1);
  return hash;
}

static void trade(struct session *sessions) {
  unsigned count = options.sessions;
  unsigned each = to_whole(options.requests / count), warm = to_whole(options.warm / count);
  struct load load = make_load((size_t)count * (each > warm ? each : warm));
  run(&load, sessions, count, warm);
  double seconds = run(&load, sessions, count, each);
  size_t requests = (size_t)each * count;
  if (load.count != requests) die("some requests have no reply", "", 0);
  printf("{");
  print_load("", &load);
  printf("\"requests_per_second\": %.1f, \"requests\": %zu, ", (double)requests / seconds, requests);
  double sent = (double)sessions[0].requests + 1e-9;
  printf("\"request_bytes\": %.0f, \"reply_bytes\": %.0f, ",
         (double)sessions[0].request_bytes / sent, (double)sessions[0].reply_bytes / sent);
  printf("\"hash\": \"%llx\"}\n", (unsigned long long)hash_of(sessions, count));
}

/* The session that goes on while another one is sent what it missed. */
struct bystander {
  struct load load;
  struct session *session;
};

static void *go_on(void *argument) {
  struct bystander *bystander = argument;
  run(&bystander->load, bystander->session, 1, BYSTANDER_REQUESTS_MAX);
  return NULL;
}

/* Asks for everything again and takes it. Returns seconds. */
static double take_resend(struct session *session) {
  uint64_t started_ns = now_ns();
  uint64_t first_hash = session->hash, last = session->in_sequence;
  session->hash = 0;
  session->in_sequence = session->first_sequence;
  ask_again(session);
  struct report report;
  for (;;) {
    while (session->in_sequence < last && next_report(session, &report)) {
      if (!report.is_possible_duplicate) die("no duplicate", report.bytes, report.length);
      session->hash += hash_of_report(&report);
    }
    if (session->in_sequence >= last) break;
    struct pollfd readable = {.fd = session->socket, .events = POLLIN};
    if (poll(&readable, 1, WAIT_MS_MAX) <= 0) die("the resend has stopped", "", 0);
    receive(session);
  }
  if (session->hash != first_hash) die("the resend is not what was sent", "", 0);
  return (double)(now_ns() - started_ns) / 1e9;
}

static void resend(struct session *sessions) {
  unsigned requests = to_whole(options.requests);
  struct load load = make_load(requests);
  run(&load, sessions, 1, requests);
  options.window = 1;
  struct bystander bystander = {make_load(BYSTANDER_REQUESTS_MAX), &sessions[1]};
  run(&bystander.load, &sessions[1], 1, to_whole(options.warm));
  printf("{");
  run(&bystander.load, &sessions[1], 1, to_whole(options.warm));
  print_load("before_", &bystander.load);
  pthread_t thread;
  pthread_create(&thread, NULL, go_on, &bystander);
  double seconds = take_resend(&sessions[0]);
  bystander.load.is_stopping = 1;
  pthread_join(thread, NULL);
  print_load("during_", &bystander.load);
  printf("\"during_requests\": %zu, \"resent\": %u, ", bystander.load.count, requests);
  printf("\"resend_ms\": %.3f, \"resent_per_second\": %.1f, ", seconds * 1e3, requests / seconds);
  printf("\"hash\": \"%llx\"}\n", (unsigned long long)sessions[0].hash);
}

int main(int count, char **words) {
  const char *mode = count > 1 ? words[1] : "";
  for (int at = 2; at < count; at++) read_option(words[at]);
  if (strcmp(mode, "resend") == 0) options.sessions = 2;
  if (options.sessions > SESSIONS_MAX || options.window > WINDOW_MAX) die("too many", "", 0);
  struct session *sessions = calloc(options.sessions, sizeof *sessions);
  if (sessions == NULL) die("no memory", "", 0);
  for (unsigned at = 0; at < options.sessions; at++) {
    sessions[at].index = at;
    for (unsigned slot = 0; slot < options.window; slot++) sessions[at].next_order[slot] = slot;
    open_session(&sessions[at]);
  }
  if (strcmp(mode, "resend") == 0) resend(sessions);
  else trade(sessions);
  for (unsigned at = 0; at < options.sessions; at++) close_session(&sessions[at]);
  return 0;
}
