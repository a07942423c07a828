// Does a known number of things at one place each, for profiles of events: says READY, then does one piece of work for each line of
// standard input (`faults N`, `syscalls N`, `sleeps N`, `calls N`, `pairs N`), says DONE and how many nanoseconds it took, and ends with its input.

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L

__attribute__((noinline)) void counted_call(long number) { __asm__ volatile("" ::"r"(number)); }

// New memory, without pages of several: each touched one is a fault.
__attribute__((noinline)) static void touch_pages(long count) {
  char *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) exit(1);
  madvise(pages, count * PAGE, MADV_NOHUGEPAGE);
  for (long i = 0; i < count; i++) pages[i * PAGE] = 1;
  munmap(pages, count * PAGE);
}

__attribute__((noinline)) static void call_kernel(long count) {
  for (long i = 0; i < count; i++) syscall(SYS_getppid);
}

__attribute__((noinline)) static void call_first(void) { syscall(SYS_getppid); }

__attribute__((noinline)) static void call_second(void) { syscall(SYS_getuid); }

// As reads and writes alternate in a program that copies.
__attribute__((noinline)) static void call_in_pairs(long count) {
  for (long i = 0; i < count; i++) {
    call_first();
    call_second();
  }
}

// 20 ms each.
__attribute__((noinline)) static void sleep_often(long count) {
  struct timespec time = {0, 20000000};
  for (long i = 0; i < count; i++) nanosleep(&time, NULL);
}

__attribute__((noinline)) static void call_often(long count) {
  for (long i = 0; i < count; i++) counted_call(i);
}

static long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(void) {
  char kind[32];
  long count;
  puts("READY");
  fflush(stdout);
  while (scanf("%31s %ld", kind, &count) == 2) {
    long began = now_ns();
    if (strcmp(kind, "faults") == 0) touch_pages(count);
    if (strcmp(kind, "syscalls") == 0) call_kernel(count);
    if (strcmp(kind, "pairs") == 0) call_in_pairs(count);
    if (strcmp(kind, "sleeps") == 0) sleep_often(count);
    if (strcmp(kind, "calls") == 0) call_often(count);
    printf("DONE %ld\n", now_ns() - began);
    fflush(stdout);
  }
  return 0;
}
