// One page of memory in three states. Orders: `map`, `touch`, `dontneed`, and `look`, which calls look_at() with its address for whoever has a
// probe there. None but `touch` reads or writes the page.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static long page_bytes;
static char *page;

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const char *address, const char *state) { __asm__ volatile("" ::"r"(address), "r"(state) : "memory"); }

static void say_mincore(void) {
  unsigned char resident = 0;
  if (mincore(page, page_bytes, &resident) != 0) perror("mincore");
  printf("mincore %d\n", resident & 1);
}

int main(void) {
  char order[32];
  page_bytes = sysconf(_SC_PAGESIZE);
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "map") == 0) {
      page = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (page == MAP_FAILED) return 1;
      madvise(page, page_bytes, MADV_NOHUGEPAGE);
      printf("page %p\n", (void *)page);
    }
    if (strcmp(order, "touch") == 0) page[0] = 42;
    if (strcmp(order, "dontneed") == 0) madvise(page, page_bytes, MADV_DONTNEED);
    if (strcmp(order, "look") == 0) {
      char state[32];
      if (scanf("%31s", state) != 1) return 1;
      look_at(page, state);
      say_mincore();
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
