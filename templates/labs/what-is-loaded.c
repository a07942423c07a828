// Calls to be counted. Order: `call N`, which calls work() so often. Given N as its argument it takes no orders: it does the same, waits a second and ends.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORK_BYTES 100

/* Do nothing: places for probes. Nobody calls the second. */
__attribute__((noinline)) void work(long bytes) { __asm__ volatile("" ::"r"(bytes) : "memory"); }
__attribute__((noinline, used)) void rest(void) { __asm__ volatile("" ::: "memory"); }

static void call(long times) {
  for (long i = 0; i < times; i++) work(WORK_BYTES);
}

int main(int argc, char **argv) {
  char order[32];
  long times;
  if (argc > 1) {
    call(atol(argv[1]));
    sleep(1);
    return 0;
  }
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "call") == 0 && scanf("%ld", &times) == 1) call(times);
    puts("done");
    fflush(stdout);
  }
  return 0;
}
