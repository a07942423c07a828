// One page of memory in three states, and one of a file. Orders: `map`, `touch`, `dontneed`; `file` (from then on the page is one of a file that was
// written and not touched); and `look STATE`, which calls look_at() with the page's address for whoever has a probe there. None but `touch` reads or
// writes through the mapping.
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

/* The bytes are written through the file, so no entry of the page table is made. */
static int map_file(void) {
  static const char text[] = "*";
  int file = memfd_create("page-not-there", 0);
  if (file < 0 || ftruncate(file, page_bytes) != 0 || pwrite(file, text, 1, 0) != 1) return 0;
  page = mmap(NULL, page_bytes, PROT_READ, MAP_SHARED, file, 0);
  return page != MAP_FAILED;
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
    if (strcmp(order, "file") == 0 && !map_file()) return 1;
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
