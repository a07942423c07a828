// Work of known numbers for first one-liners, each done by a child of its own whose name says what it is (bpftrace's `comm`). Orders:
//   files OPENED MISSING SMALL LARGE HUGE WRITES   jl-files opens, reads and writes; of its opens MISSING fail
//   sleep QUICK SLOW                               jl-quick sleeps 3 ms so often, jl-slow 20 ms
//   spin MS                                        jl-spin uses so much processor time; says `cpu MS` that it used
//   bash PATH                                      a person (we) types a line into that bash, on a terminal of its own
//   machine                                        whether the processor is emulated, and what it calls itself
//   own READS FAILED ENDS                          jl-own reads 100 bytes so often, and in vain; jl-other beside it
// Other orders do nothing. Names of files are made on the stack: what a child has never touched, a probe cannot read (lab 3).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "emulated.h"

#define SMALL_BYTES 16
#define LARGE_BYTES 4096
#define HUGE_BYTES 65536
#define WRITTEN_BYTES 100
#define OWN_BYTES 100
#define OTHER_BYTES 7
#define QUICK_NS 3000000L
#define SLOW_NS 20000000L
#define MOST_OPENED 64
/* A shell that hangs is ended. */
#define BASH_PATIENCE_S 30

static char buffer[HUGE_BYTES];

/* In the child: a name of its own. No stdio from here on, whose calls would be counted. */
static pid_t child(const char *name) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) prctl(PR_SET_NAME, name, 0, 0, 0);
  return pid;
}

static int open_file(const char *name, int flags) { return (int)syscall(SYS_openat, AT_FDCWD, name, flags, 0); }

static void read_so_often(int fd, size_t bytes, int times) {
  for (int i = 0; i < times; i++) syscall(SYS_read, fd, buffer, bytes);
}

static void files(int opened, int missing, int small, int large, int huge, int writes) {
  pid_t pid = child("jl-files");
  if (pid == 0) {
    int fds[MOST_OPENED];
    if (opened < 2 || opened > MOST_OPENED) _exit(1);
    for (int i = 0; i < opened; i++) {
      char name[32];
      snprintf(name, sizeof(name), i == 1 ? "/dev/null" : "/dev/zero");
      fds[i] = open_file(name, O_RDWR);
    }
    for (int i = 0; i < missing; i++) {
      char name[32];
      snprintf(name, sizeof(name), "/jtrace-lab/none-%d", i);
      open_file(name, O_RDONLY);
    }
    read_so_often(fds[0], SMALL_BYTES, small);
    read_so_often(fds[0], LARGE_BYTES, large);
    read_so_often(fds[0], HUGE_BYTES, huge);
    for (int i = 0; i < writes; i++) syscall(SYS_write, fds[1], buffer, WRITTEN_BYTES);
    for (int i = 0; i < opened; i++) syscall(SYS_close, fds[i]);
    _exit(0);
  }
  waitpid(pid, NULL, 0);
}

static void sleep_so_often(long ns, int times) {
  struct timespec time = {0, ns};
  for (int i = 0; i < times; i++) syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
}

static void sleepers(int quick, int slow) {
  pid_t first = child("jl-quick");
  if (first == 0) {
    sleep_so_often(QUICK_NS, quick);
    _exit(0);
  }
  pid_t second = child("jl-slow");
  if (second == 0) {
    sleep_so_often(SLOW_NS, slow);
    _exit(0);
  }
  waitpid(first, NULL, 0);
  waitpid(second, NULL, 0);
}

static void spin(int ms) {
  int ends[2];
  long used = 0;
  if (pipe(ends) != 0) exit(1);
  pid_t pid = child("jl-spin");
  if (pid == 0) {
    while (clock() < (clock_t)ms * (CLOCKS_PER_SEC / 1000)) {
      for (volatile int i = 0; i < 1000000; i++) {}
    }
    used = (long)(clock() / (CLOCKS_PER_SEC / 1000));
    _exit(write(ends[1], &used, sizeof(used)) == (ssize_t)sizeof(used) ? 0 : 1);
  }
  if (read(ends[0], &used, sizeof(used)) != (ssize_t)sizeof(used)) exit(1);
  waitpid(pid, NULL, 0);
  close(ends[0]);
  close(ends[1]);
  printf("cpu %ld\n", used);
}

static void type_into(const char *bash) {
  static const char typed[] = "echo jtrace-lab\nexit\n";
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
    printf("no terminal: %s\n", strerror(errno));
    return;
  }
  fflush(stdout);
  pid_t pid = fork();
  if (pid == 0) {
    setsid();
    int screen = open(ptsname(terminal), O_RDWR);
    if (screen < 0) _exit(1);
    for (int fd = 0; fd < 3; fd++) dup2(screen, fd);
    close(terminal);
    setenv("TERM", "dumb", 1);
    setenv("HISTFILE", "", 1); /* it keeps no history */
    alarm(BASH_PATIENCE_S);
    execl(bash, "bash", "--norc", "--noprofile", "-i", (char *)NULL);
    _exit(127);
  }
  if (write(terminal, typed, sizeof(typed) - 1) < 0) perror("write");
  char shown[256];
  while (read(terminal, shown, sizeof(shown)) > 0) {}
  waitpid(pid, NULL, 0);
  close(terminal);
}

static void read_in_vain_too(const char *name, size_t bytes, int reads, int failed, int ends) {
  pid_t pid = child(name);
  if (pid == 0) {
    char zero[] = "/dev/zero", null[] = "/dev/null";
    read_so_often(open_file(zero, O_RDONLY), bytes, reads);
    read_so_often(-1, bytes, failed); /* −EBADF, −9 */
    read_so_often(open_file(null, O_RDONLY), bytes, ends);
    _exit(0);
  }
  waitpid(pid, NULL, 0);
}

int main(void) {
  char order[32];
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    int n[6];
    if (strcmp(order, "files") == 0 && scanf("%d %d %d %d %d %d", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]) == 6)
      files(n[0], n[1], n[2], n[3], n[4], n[5]);
    if (strcmp(order, "sleep") == 0 && scanf("%d %d", &n[0], &n[1]) == 2) sleepers(n[0], n[1]);
    if (strcmp(order, "spin") == 0 && scanf("%d", &n[0]) == 1) spin(n[0]);
    if (strcmp(order, "machine") == 0) say_machine();
    if (strcmp(order, "own") == 0 && scanf("%d %d %d", &n[0], &n[1], &n[2]) == 3) {
      read_in_vain_too("jl-own", OWN_BYTES, n[0], n[1], n[2]);
      read_in_vain_too("jl-other", OTHER_BYTES, n[0] + 3, n[1], n[2]);
    }
    if (strcmp(order, "bash") == 0) {
      char path[4096];
      if (scanf("%4095s", path) != 1) return 1;
      type_into(path);
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
