// Calls with and without probes, and what they take: nanoseconds of this process's CPU time, so that others on the machine count little. Orders:
//   machine       whether the processor is emulated, and what it calls itself
//   syscalls N R  R rounds of N times getpgid, where a probe may be, and N times its twin getsid, where none is
//   calls N R     R rounds of N times bare(), entered(), returned(), marked()
//   printed N     N times entered()
//   used PID      nanoseconds of CPU time that a process has used
//   tracers       which processes have a BPF program at a system call's tracepoint
#define _GNU_SOURCE
#include <dirent.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "emulated.h"

/* The same four times: each does nothing. The comments keep the compiler from making one function of them. */
__attribute__((noinline)) void bare(void) { __asm__ volatile("nop /* bare */" ::: "memory"); }
__attribute__((noinline)) void entered(void) { __asm__ volatile("nop /* entered */" ::: "memory"); }
__attribute__((noinline)) void returned(void) { __asm__ volatile("nop /* returned */" ::: "memory"); }

/* With a USDT probe, lab:marked, at its nop: what DTRACE_PROBE(lab, marked) of <sys/sdt.h> gives, without needing that header. */
__attribute__((noinline)) void marked(void) {
  __asm__ volatile(
      "990: nop\n"
      ".pushsection .note.stapsdt,\"\",\"note\"\n"
      ".balign 4\n"
      ".4byte 992f-991f, 994f-993f, 3\n"
      "991: .asciz \"stapsdt\"\n"
      "992: .balign 4\n"
      "993: .8byte 990b\n"
      ".8byte _.stapsdt.base\n"
      ".8byte 0\n"
      ".asciz \"lab\"\n"
      ".asciz \"marked\"\n"
      ".asciz \"\"\n"
      "994: .balign 4\n"
      ".popsection\n"
      ".ifndef _.stapsdt.base\n"
      ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
      ".weak _.stapsdt.base\n"
      ".hidden _.stapsdt.base\n"
      "_.stapsdt.base: .space 1\n"
      ".size _.stapsdt.base, 1\n"
      ".popsection\n"
      ".endif\n" ::
          : "memory");
}

/* Twins in the kernel, too: kernel/sys.c. */
static void probed_call(void) { syscall(SYS_getpgid, 0); }
static void twin_call(void) { syscall(SYS_getsid, 0); }

static double cost(void (*call)(void), long count) {
  struct timespec begin, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (long i = 0; i < count; i++) call();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  return ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / count;
}

static void rounds_of(void (*const calls[])(void), int kinds, long count, long rounds) {
  /* The first calls find nothing in the caches. */
  for (int kind = 0; kind < kinds; kind++) cost(calls[kind], count);
  for (long round = 0; round < rounds; round++) {
    printf("round");
    for (int kind = 0; kind < kinds; kind++) printf(" %.2f", cost(calls[kind], count));
    printf("\n");
  }
  printf("made %ld\n", (rounds + 1) * count);
}

static void say_used(int pid) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0)
    printf("used %lld\n", used.tv_sec * 1000000000ll + used.tv_nsec);
}

/* What a file descriptor of a process is attached to, as `bpftool perf` asks it. */
static int is_at_syscalls(int pid, int fd) {
  char name[128] = "";
  union bpf_attr attr;
  memset(&attr, 0, sizeof(attr));
  attr.task_fd_query.pid = pid;
  attr.task_fd_query.fd = fd;
  attr.task_fd_query.buf_len = sizeof(name);
  attr.task_fd_query.buf = (unsigned long)name;
  if (syscall(SYS_bpf, BPF_TASK_FD_QUERY, &attr, sizeof(attr)) != 0) return 0;
  return strncmp(name, "sys_enter", 9) == 0 || strncmp(name, "sys_exit", 8) == 0;
}

static int traces_syscalls(int pid) {
  char path[320], target[64];
  int found = 0;
  snprintf(path, sizeof(path), "/proc/%d/fd", pid);
  DIR *files = opendir(path);
  if (files == NULL) return 0;
  for (struct dirent *file; !found && (file = readdir(files)) != NULL;) {
    snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, file->d_name);
    long length = readlink(path, target, sizeof(target) - 1);
    if (length <= 0) continue;
    target[length] = 0;
    /* anon_inode:[perf_event], anon_inode:bpf-raw-tracepoint, anon_inode:bpf_link */
    if (strncmp(target, "anon_inode:", 11) == 0) found = is_at_syscalls(pid, atoi(file->d_name));
  }
  closedir(files);
  return found;
}

static void say_tracers(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) return;
  for (struct dirent *process; (process = readdir(processes)) != NULL;) {
    int pid = atoi(process->d_name);
    char path[64], name[32] = "?";
    if (pid <= 0 || !traces_syscalls(pid)) continue;
    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) continue;
    if (fgets(name, sizeof(name), file) == NULL) strcpy(name, "?");
    fclose(file);
    name[strcspn(name, "\n")] = 0;
    printf("tracer %s (%d)\n", name, pid);
  }
  closedir(processes);
}

int main(void) {
  static void (*const syscalls[])(void) = {probed_call, twin_call};
  static void (*const functions[])(void) = {bare, entered, returned, marked};
  char order[32];
  long count, rounds;
  int pid;
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "machine") == 0) say_machine();
    if (strcmp(order, "syscalls") == 0 && scanf("%ld %ld", &count, &rounds) == 2) rounds_of(syscalls, 2, count, rounds);
    if (strcmp(order, "calls") == 0 && scanf("%ld %ld", &count, &rounds) == 2) rounds_of(functions, 4, count, rounds);
    if (strcmp(order, "printed") == 0 && scanf("%ld", &count) == 1) printf("cost %.2f\n", cost(entered, count));
    if (strcmp(order, "used") == 0 && scanf("%d", &pid) == 1) say_used(pid);
    if (strcmp(order, "tracers") == 0) say_tracers();
    puts("done");
    fflush(stdout);
  }
  return 0;
}
