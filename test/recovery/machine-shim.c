// Stands between a process and its machine (LD_PRELOAD), and fails on demand. MACHINE_SHIM names a
// directory; a file in it is a fault in force:
//
//   lose-sync   fdatasync of a segment fails once: what was written since the last one is gone
//   lose-write  a write to a segment fails once
//   hang-sync   fdatasync of a segment does not return
//   full        no file grows
//   clock       a number of seconds that the system clock is ahead

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 4096

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static int (*real_fdatasync)(int);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

/* What was written to a descriptor's file since its last sync. */
static struct {
  ino_t file;
  off_t from;
  off_t to;
} unsynced[DESCRIPTORS_MAX];

__attribute__((constructor)) static void find_real(void) {
  real_pwrite = dlsym(RTLD_NEXT, "pwrite");
  real_write = dlsym(RTLD_NEXT, "write");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

/* Others may call before our constructor ran. */
static void need_real(void) {
  if (real_clock_gettime == NULL) find_real();
}

static void name_fault(char *path, size_t size, const char *fault) {
  const char *directory = getenv("MACHINE_SHIM");
  snprintf(path, size, "%s/%s", directory == NULL ? "" : directory, fault);
}

static int is_in_force(const char *fault) {
  char path[512];
  name_fault(path, sizeof path, fault);
  return access(path, F_OK) == 0;
}

/* Whether a fault was in force that happens once. */
static int take(const char *fault) {
  char path[512];
  name_fault(path, sizeof path, fault);
  return access(path, F_OK) == 0 && unlink(path) == 0;
}

static int is_segment(int descriptor) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 8) return 0;
  path[length] = 0;
  return strcmp(path + length - 8, ".segment") == 0;
}

static void note_write(int descriptor, ino_t file, off_t from, off_t to) {
  if (descriptor >= DESCRIPTORS_MAX) return;
  if (unsynced[descriptor].file != file) {
    unsynced[descriptor].file = file;
    unsynced[descriptor].from = from;
    unsynced[descriptor].to = to;
  }
  if (from < unsynced[descriptor].from) unsynced[descriptor].from = from;
  if (to > unsynced[descriptor].to) unsynced[descriptor].to = to;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  need_real();
  struct stat file;
  if (fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode)) {
    off_t end = offset + (off_t)count;
    if (end > file.st_size && is_in_force("full")) {
      errno = ENOSPC;
      return -1;
    }
    if (is_segment(descriptor)) {
      if (take("lose-write")) {
        errno = EIO;
        return -1;
      }
      note_write(descriptor, file.st_ino, offset, end);
    }
  }
  return real_pwrite(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  need_real();
  struct stat file;
  if (is_in_force("full") && fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode)) {
    off_t at = (fcntl(descriptor, F_GETFL) & O_APPEND) ? file.st_size : lseek(descriptor, 0, SEEK_CUR);
    if (at + (off_t)count > file.st_size) {
      errno = ENOSPC;
      return -1;
    }
  }
  return real_write(descriptor, bytes, count);
}

static void lose_unsynced(int descriptor) {
  static const char zeros[4096];
  off_t at = unsynced[descriptor].from;
  while (at < unsynced[descriptor].to) {
    off_t rest = unsynced[descriptor].to - at;
    size_t count = rest < (off_t)sizeof zeros ? (size_t)rest : sizeof zeros;
    if (real_pwrite(descriptor, zeros, count, at) != (ssize_t)count) abort();
    at += (off_t)count;
  }
}

int fdatasync(int descriptor) {
  need_real();
  struct stat file;
  int is_tracked = descriptor < DESCRIPTORS_MAX && fstat(descriptor, &file) == 0 &&
                   unsynced[descriptor].file == file.st_ino && is_segment(descriptor);
  if (is_tracked) {
    struct timespec pause = {0, 5000000};
    while (is_in_force("hang-sync")) nanosleep(&pause, NULL);
    if (take("lose-sync")) {
      lose_unsynced(descriptor);
      errno = EIO;
      return -1;
    }
    memset(&unsynced[descriptor], 0, sizeof unsynced[descriptor]);
  }
  return real_fdatasync(descriptor);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  need_real();
  int result = real_clock_gettime(clock, time);
  if (clock != CLOCK_REALTIME || getenv("MACHINE_SHIM") == NULL) return result;
  char path[512], text[32] = {0};
  name_fault(path, sizeof path, "clock");
  int descriptor = open(path, O_RDONLY);
  if (descriptor < 0) return result;
  if (read(descriptor, text, sizeof text - 1) > 0) time->tv_sec += atol(text);
  close(descriptor);
  return result;
}
