/*
 * What closed-load.c, the loops, closed-load-socket.c, options and sockets, and a protocol share:
 * fix-session.c or binary-session.c, one to a program.
 */
#ifndef CLOSED_LOAD_H
#define CLOSED_LOAD_H

#define _GNU_SOURCE
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

#define SESSIONS_MAX 64
#define WINDOW_MAX 256
#define BYSTANDER_REQUESTS_MAX 1000000
/* Of a busy machine that syncs to its disk. */
#define WAIT_MS_MAX 30000
#define IN_BYTES (1 << 18)
#define OUT_BYTES (1 << 17)

struct options {
  unsigned port, sessions, window, requests, warm;
  /* Number of the first order: a venue remembers those of earlier runs. */
  unsigned first_order;
  /* Of an echo, which answers so many with so many; 0: it speaks the protocol. */
  unsigned request_bytes, reply_bytes;
  /* FIX: lines `<CompID> <user> <password>`, and the CompID of the other side. */
  const char *logons, *target;
  /* Binary: what is sent, made elsewhere. */
  const char *frames;
};
extern struct options options;

/* What only its protocol knows of a session. */
struct own;

struct slot {
  enum { IDLE, ORDER_SENT, ORDER_OPEN, CANCEL_SENT } state;
  unsigned order;
  uint64_t sent_ns;
};

struct session {
  int socket;
  unsigned index, in_flight, orders_left, replies;
  /* Numbers of the last message, and of the last before this run. */
  uint64_t in_sequence, first_sequence;
  struct own *own;
  struct slot slots[WINDOW_MAX];
  unsigned next_order[WINDOW_MAX];
  /* Of what was counted: a report each. */
  uint64_t hash, requests, request_bytes, reply_bytes;
  char in[IN_BYTES], out[OUT_BYTES];
  size_t in_start, in_end, out_end;
};

/* What a venue says of an order. */
struct report {
  const char *bytes;
  size_t length;
  unsigned order;
  int is_cancel, is_possible_duplicate;
  /* As FIX has it. */
  char exec_type;
  /* No other report has it. */
  uint64_t exec_id;
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

/* closed-load-socket.c */
void read_option(const char *word);
void connect_session(struct session *session);
/* Writes what was put. Bounds: it fits the buffer of the socket. */
void flush(struct session *session);
/* Reads what has come, at least a byte. */
void receive(struct session *session);
/* Appends a copy of bytes to what is to be written. Returns where they lie. */
char *put_bytes(struct session *session, const char *bytes, size_t length);
uint64_t mix(uint64_t value);

/* A protocol. */
/* Connects and, where the other side is no echo, logs in. */
void open_session(struct session *session);
void close_session(struct session *session);
/* Puts an order, or the cancel of one. */
void put_request(struct session *session, int is_cancel, unsigned order);
/* Asks for all messages behind `first_sequence`. */
void ask_again(struct session *session);
/* The next report. Others than reports are counted and passed over. Returns 0: there is none. */
int next_report(struct session *session, struct report *report);

#endif
