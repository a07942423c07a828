// Pages that nobody but the orders touch, in a program with a busy thread, as NUMA balancing wants it. Orders: `look N` calls look_at() with the first
// page's address for whoever has a probe there, and answers what /proc/self/pagemap says of that page; `touch-look N` writes into the page right before;
// `forbid` and `allow` are mprotect. The orders are served by a thread of its own: so nobody touches the stack of the first one, where the
// arguments lie.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
/* So many that the kernel has put away the first of them, which it does in batches: before that, a scan leaves a page alone. */
#define PAGES 64

static volatile char *memory;
static int pagemap;

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(volatile char *address, long number) { __asm__ volatile("" ::"r"(address), "r"(number) : "memory"); }

static void *spin(void *unused) {
  (void)unused;
  for (;;) __asm__ volatile("");
  return NULL;
}

/* Bit 63 of its entry: present. */
static void say_pagemap(void) {
  uint64_t entry = 0;
  if (pread(pagemap, &entry, sizeof entry, (off_t)((uintptr_t)memory / PAGE * sizeof entry)) != sizeof entry) perror("pagemap");
  printf("pagemap %d\n", (int)(entry >> 63));
}

static void *serve(void *unused) {
  char order[32];
  (void)unused;
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    long number = 0;
    int is_touched = strcmp(order, "touch-look") == 0;
    if (strcmp(order, "forbid") == 0 && mprotect((void *)memory, PAGES * PAGE, PROT_NONE) != 0) perror("mprotect");
    if (strcmp(order, "allow") == 0 && mprotect((void *)memory, PAGES * PAGE, PROT_READ | PROT_WRITE) != 0) perror("mprotect");
    if (is_touched || strcmp(order, "look") == 0) {
      if (scanf("%ld", &number) != 1) exit(1);
      if (is_touched) memory[0] = 42;
      look_at(memory, number);
      say_pagemap();
    }
    puts("done");
    fflush(stdout);
  }
  exit(0);
}

int main(void) {
  pthread_t server;
  pthread_t busy;
  memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pagemap = open("/proc/self/pagemap", O_RDONLY);
  if (memory == MAP_FAILED || pagemap < 0) return 1;
  madvise((void *)memory, PAGES * PAGE, MADV_NOHUGEPAGE);
  for (int page = 0; page < PAGES; page++) memory[page * PAGE] = 42;
  if (pthread_create(&busy, NULL, spin, NULL) != 0 || pthread_create(&server, NULL, serve, NULL) != 0) return 1;
  pthread_join(server, NULL);
  return 0;
}
