/* A target for capture tests: threads that recurse with patterned frames and burn CPU in user code, and sometimes enter the kernel.
 * Usage: busy-stack [THREADS [DEPTH]]. Prints "READY pid" once the threads run; ends at SIGTERM or when standard input closes. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

volatile uint64_t busy_sink;

__attribute__((noinline)) static void busy_leaf(uint64_t seed) {
  for (;;) {
    for (int i = 0; i < 200000; i++) { seed = seed * 6364136223846793005ull + 1442695040888963407ull; }
    busy_sink = seed;
    for (int i = 0; i < 20; i++) { syscall(SYS_getppid); }
  }
}

__attribute__((noinline)) static void busy_descend(int depth, uint64_t seed) {
  volatile uint64_t pattern[12];
  for (int i = 0; i < 12; i++) { pattern[i] = seed ^ (0x9e3779b97f4a7c15ull * (uint64_t)(depth * 12 + i)); }
  if (depth > 0) busy_descend(depth - 1, seed + pattern[depth % 12]);
  else busy_leaf(seed);
  busy_sink += pattern[3];
}

static int depth_asked = 40;

static void *busy_thread(void *seed) {
  busy_descend(depth_asked, (uint64_t)(uintptr_t)seed);
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (argc > 2) depth_asked = atoi(argv[2]);
  for (int i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, busy_thread, (void *)(uintptr_t)(i + 1)) != 0) return 1;
  }
  printf("READY %d\n", (int)getpid());
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) { }
  return 0;
}
