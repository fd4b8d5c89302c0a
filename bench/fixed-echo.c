/*
 * What a server cannot be faster than: one thread, epoll, answers of a fixed length to requests of
 * a fixed length, whatever they say.
 *
 * Use: fixed-echo <request bytes> <reply bytes>; prints its port and runs until it is killed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define IN_BYTES (1 << 18)
#define OUT_BYTES (1 << 20)

static char in[IN_BYTES], out[OUT_BYTES];
/* Bytes of a request that has not come whole, by descriptor. */
static size_t rest[CONNECTIONS_MAX];

static int open_listener(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, length) != 0) return -1;
  if (listen(listener, CONNECTIONS_MAX) != 0) return -1;
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("%u\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void add(int poll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

static void open_connection(int poll, int listener) {
  int connection = accept(listener, NULL, NULL), yes = 1;
  if (connection < 0 || connection >= CONNECTIONS_MAX) exit(1);
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  rest[connection] = 0;
  add(poll, connection);
}

static void answer(int connection, size_t request_bytes, size_t reply_bytes) {
  ssize_t got = read(connection, in, IN_BYTES);
  if (got <= 0) {
    close(connection);
    return;
  }
  size_t have = rest[connection] + (size_t)got;
  size_t bytes = have / request_bytes * reply_bytes;
  rest[connection] = have % request_bytes;
  if (bytes > OUT_BYTES) exit(1);
  if (bytes > 0 && write(connection, out, bytes) != (ssize_t)bytes) exit(1);
}

int main(int count, char **words) {
  if (count != 3) return 2;
  size_t request_bytes = strtoul(words[1], NULL, 10), reply_bytes = strtoul(words[2], NULL, 10);
  int listener = open_listener(), poll = epoll_create1(0);
  if (listener < 0 || poll < 0 || request_bytes == 0) return 1;
  memset(out, 'a', OUT_BYTES);
  add(poll, listener);
  struct epoll_event events[CONNECTIONS_MAX];
  for (;;) {
    int ready = epoll_wait(poll, events, CONNECTIONS_MAX, -1);
    for (int at = 0; at < ready; at++) {
      if (events[at].data.fd == listener) open_connection(poll, listener);
      else answer(events[at].data.fd, request_bytes, reply_bytes);
    }
  }
}
