/* Options and sockets of closed-load.c. */
#include "closed-load.h"

void read_option(const char *word) {
  const char *value = strchr(word, '=');
  if (value == NULL) die("no name=value", word, strlen(word));
  size_t length = (size_t)(value++ - word);
  struct {
    const char *name;
    unsigned *place;
  } numbers[] = {
      {"port", &options.port},         {"sessions", &options.sessions},
      {"window", &options.window},     {"requests", &options.requests},
      {"warm", &options.warm},         {"first_order", &options.first_order},
      {"request_bytes", &options.request_bytes}, {"reply_bytes", &options.reply_bytes},
  };
  for (size_t at = 0; at < sizeof numbers / sizeof *numbers; at++) {
    if (strlen(numbers[at].name) != length || strncmp(word, numbers[at].name, length)) continue;
    *numbers[at].place = (unsigned)strtoul(value, NULL, 10);
    return;
  }
  if (strncmp(word, "logons=", 7) == 0) options.logons = value;
  else if (strncmp(word, "target=", 7) == 0) options.target = value;
  else if (strncmp(word, "frames=", 7) == 0) options.frames = value;
  else die("no such option", word, strlen(word));
}

void connect_session(struct session *session) {
  session->socket = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int yes = 1;
  setsockopt(session->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(session->socket, (struct sockaddr *)&address, sizeof address) != 0)
    die("cannot connect", "", 0);
}

char *put_bytes(struct session *session, const char *bytes, size_t length) {
  if (session->out_end + length > OUT_BYTES) die("too much to write", "", 0);
  char *at = session->out + session->out_end;
  memcpy(at, bytes, length);
  session->out_end += length;
  return at;
}

void flush(struct session *session) {
  if (session->out_end == 0) return;
  ssize_t written = write(session->socket, session->out, session->out_end);
  if (written != (ssize_t)session->out_end) die("a request was not written whole", "", 0);
  session->out_end = 0;
}

void receive(struct session *session) {
  size_t rest = session->in_end - session->in_start;
  memmove(session->in, session->in + session->in_start, rest);
  session->in_start = 0;
  ssize_t got = read(session->socket, session->in + rest, IN_BYTES - rest);
  if (got <= 0) die("the connection has ended", session->in, rest);
  session->in_end = rest + (size_t)got;
}

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}
