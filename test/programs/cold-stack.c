// A thread whose stack is partly swapped out while it runs: 64 frames of half a page each, the pages of the middle ones given to swap
// (MADV_PAGEOUT) whenever a tenth of a second has gone by; the innermost spins. Needs swap.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096ul
#define DEPTH 64

static char *top;
static volatile uint64_t spins;

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }

static void __attribute__((noinline)) cold_leaf(void) {
  char *bottom = (char *)(((uintptr_t)__builtin_frame_address(0) + 8 * PAGE) & ~(PAGE - 1));
  for (;;) {
    madvise(bottom, (size_t)(top - bottom), 21 /* MADV_PAGEOUT */);
    for (double until = now() + 0.1; now() < until;) for (int i = 0; i < 10000; i++) spins++;
  }
}

static int __attribute__((noinline)) descend(int depth) {
  volatile char room[2048];
  for (unsigned i = 0; i < sizeof room; i += 64) room[i] = (char)(depth + 1);
  if (depth == 0) cold_leaf();
  else descend(depth - 1);
  return room[64];
}

int main(void) {
  top = (char *)(((uintptr_t)__builtin_frame_address(0) - 8 * PAGE) & ~(PAGE - 1));
  printf("ready\n");
  fflush(stdout);
  return descend(DEPTH);
}
