// Does a known number of things with threads and memory, for profiles of events: says READY, then does one piece of work for each line of
// standard input (`threads N`, `mallocs N`, `callocs N`, `reallocs N`, `aligned N`, `mmaps N`, `rests MS`: sleeps, then spins), says DONE and how many
// nanoseconds it took, and ends with its input.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static void *kept[3];
static volatile long sink;
// Or the compiler would call malloc.
static void *volatile no_memory;

static void *nothing(void *argument) { return argument; }

__attribute__((noinline)) static void start_threads(long count) {
  for (long i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) != 0) exit(1);
    pthread_join(thread, NULL);
  }
}

// 1000 bytes each.
__attribute__((noinline)) static void malloc_often(long count) {
  for (long i = 0; i < count; i++) {
    kept[0] = malloc(1000);
    free(kept[0]);
  }
}

// 10 times 100 bytes each.
__attribute__((noinline)) static void calloc_often(long count) {
  for (long i = 0; i < count; i++) {
    kept[0] = calloc(10, 100);
    free(kept[0]);
  }
}

// 1000 bytes first, from nothing, then 3000.
__attribute__((noinline)) static void realloc_often(long count) {
  for (long i = 0; i < count; i++) {
    kept[0] = realloc(no_memory, 1000);
    kept[0] = realloc(kept[0], 3000);
    free(kept[0]);
  }
}

// 4096 bytes by each of four ways.
__attribute__((noinline)) static void align_often(long count) {
  for (long i = 0; i < count; i++) {
    if (posix_memalign(&kept[0], 64, 4096) != 0 || posix_memalign(&kept[1], 16, 4096) != 0) exit(1);
    free(kept[0]);
    free(kept[1]);
    kept[0] = aligned_alloc(64, 4096);
    kept[1] = aligned_alloc(16, 4096);
    free(kept[0]);
    free(kept[1]);
  }
}

// A megabyte of memory each; and address space that nothing can be written to, which is not memory.
__attribute__((noinline)) static void map_often(long count) {
  for (long i = 0; i < count; i++) {
    kept[0] = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    kept[1] = mmap(NULL, 1 << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    munmap(kept[0], 1 << 20);
    munmap(kept[1], 1 << 30);
  }
}

static long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000 + time.tv_nsec;
}

__attribute__((noinline)) static void rest(long milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, NULL);
}

// By the clock of what it used: others may be busy, too.
__attribute__((noinline)) static void work(long milliseconds) {
  struct timespec time;
  long end = -1;
  for (;;) {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    long now = time.tv_sec * 1000000000 + time.tv_nsec;
    if (end < 0) end = now + milliseconds * 1000000;
    if (now >= end) return;
    for (int i = 0; i < 1000; i++) sink++;
  }
}

int main(void) {
  char kind[32];
  long count;
  puts("READY");
  fflush(stdout);
  while (scanf("%31s %ld", kind, &count) == 2) {
    long began = now_ns();
    if (strcmp(kind, "threads") == 0) start_threads(count);
    if (strcmp(kind, "mallocs") == 0) malloc_often(count);
    if (strcmp(kind, "callocs") == 0) calloc_often(count);
    if (strcmp(kind, "reallocs") == 0) realloc_often(count);
    if (strcmp(kind, "aligned") == 0) align_often(count);
    if (strcmp(kind, "mmaps") == 0) map_often(count);
    if (strcmp(kind, "rests") == 0) {
      rest(count);
      work(count);
    }
    printf("DONE %ld\n", now_ns() - began);
    fflush(stdout);
  }
  return 0;
}
