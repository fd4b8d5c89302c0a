/* What fix-load.c, the loops, and fix-load-session.c, the sockets and messages, share. */
#ifndef FIX_LOAD_H
#define FIX_LOAD_H

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOH 1
#define SESSIONS_MAX 64
#define WINDOW_MAX 256
#define BYSTANDER_REQUESTS_MAX 1000000
/* Of a busy machine that syncs to its disk. */
#define WAIT_MS_MAX 30000
#define IN_BYTES (1 << 18)
#define OUT_BYTES (1 << 17)
#define REQUEST_BYTES_MAX 512

struct options {
  unsigned port, sessions, window, requests, warm;
  /* Number of the first order: a venue remembers those of earlier runs. */
  unsigned first_order;
  /* Of an echo, which answers each request with so many; 0: it speaks FIX. */
  unsigned reply_bytes;
  /* Lines `<CompID> <user> <password>`, and the CompID of the other side. */
  const char *logons, *target;
};
extern struct options options;

/* A request made once: where its parts lie that change. */
struct template {
  char bytes[REQUEST_BYTES_MAX];
  unsigned length, sequence_at, sending_time_at, id_at, original_id_at;
};

struct slot {
  enum { IDLE, ORDER_SENT, ORDER_OPEN, CANCEL_SENT } state;
  unsigned order;
  uint64_t sent_ns;
};

struct session {
  int socket;
  unsigned out_sequence, in_sequence, in_flight, orders_left, replies, request_bytes;
  struct template order, cancel;
  struct slot slots[WINDOW_MAX];
  unsigned next_order[WINDOW_MAX];
  uint64_t hash, reply_bytes;
  char comp_id[64];
  char in[IN_BYTES], out[OUT_BYTES];
  size_t in_start, in_end, out_end;
};

/* An ExecutionReport that came. */
struct report {
  const char *bytes;
  size_t length;
  unsigned order;
  int is_cancel, is_possible_duplicate;
  char exec_type;
  uint64_t exec_id_hash, hash;
};

/* What one closed loop found. */
struct load {
  uint32_t *latencies;
  uint64_t *exec_ids, received_ns;
  size_t count, capacity;
  _Atomic int is_stopping;
};

_Noreturn void die(const char *what, const char *bytes, size_t length);
uint64_t now_ns(void);

void read_option(const char *word);
/* Connects and, where the other side speaks FIX, logs on. */
void open_session(struct session *session, unsigned index);
void close_session(struct session *session);
void put_request(struct session *session, int is_cancel, unsigned order);
void put_resend_request(struct session *session);
/* Writes what was put. Bounds: it fits the buffer of the socket. */
void flush(struct session *session);
/* Reads what has come, at least a byte. */
void receive(struct session *session);
/* The next report. Others than reports are counted and passed over. Returns 0: there is none. */
int next_report(struct session *session, struct report *report);

#endif
