// One page of memory that goes to swap and comes back. Orders:
//   map         a page of its own, with 42 in its first byte
//   out         MADV_PAGEOUT until the page table says "swapped"
//   drop        the same until the kernel has no copy of it in memory either
//   touch       reads the byte: whether a copy of the page was in memory, which kind of fault that was, and how long it took
//   look STATE  calls look_at() for whoever has a probe there; says what mincore(2) says
// None but `map`, `touch` and the rounds of `drop` reads or writes the page.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define WRITTEN 42
/* A page that was just written to swap is not free before the disk is done with it. */
#define MOST_TRIES 100
#define PAUSE_US 20000
/* Bit of an entry of /proc/PID/pagemap: the page is in swap. */
#define SWAPPED_BIT 62

static long page_bytes;
static char *page;
static int pagemap;
static char warm = WRITTEN;

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const char *address, const char *state) { __asm__ volatile("" ::"r"(address), "r"(state) : "memory"); }

static int is_swapped(void) {
  uint64_t entry = 0;
  off_t at = (off_t)((uintptr_t)page / (uintptr_t)page_bytes * sizeof(entry));
  if (pread(pagemap, &entry, sizeof(entry), at) != (ssize_t)sizeof(entry)) return 0;
  return (int)(entry >> SWAPPED_BIT & 1);
}

static int is_in_memory(void) {
  unsigned char resident = 0;
  if (mincore(page, page_bytes, &resident) != 0) perror("mincore");
  return resident & 1;
}

static int ask_out(void) {
  if (madvise(page, page_bytes, MADV_PAGEOUT) == 0) return 1;
  perror("madvise");
  return 0;
}

struct touch {
  int byte;
  long minor;
  long major;
  long long ns;
};

static struct touch read_byte(const char *at) {
  struct touch touch;
  struct rusage before, after;
  struct timespec from, to;
  getrusage(RUSAGE_SELF, &before);
  clock_gettime(CLOCK_MONOTONIC, &from);
  touch.byte = *(const volatile char *)at;
  clock_gettime(CLOCK_MONOTONIC, &to);
  getrusage(RUSAGE_SELF, &after);
  touch.minor = after.ru_minflt - before.ru_minflt;
  touch.major = after.ru_majflt - before.ru_majflt;
  touch.ns = (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec);
  return touch;
}

/* A new page waits on its processor's list before it can be taken away, and madvise empties that of the processor it runs on. */
static void stay_here(void) {
  cpu_set_t here;
  int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= CPU_SETSIZE) return;
  CPU_ZERO(&here);
  CPU_SET(cpu, &here);
  sched_setaffinity(0, sizeof(here), &here);
}

static void out(void) {
  for (int i = 0; i < MOST_TRIES && ask_out() && !is_swapped(); i++) usleep(PAUSE_US);
  printf("swapped %d\n", is_swapped());
}

static void drop(void) {
  for (int i = 0; i < MOST_TRIES && ask_out(); i++) {
    if (is_swapped() && !is_in_memory()) break;
    usleep(PAUSE_US);
    read_byte(page);
  }
  printf("swapped %d\n", is_swapped());
}

int main(void) {
  char order[32];
  page_bytes = sysconf(_SC_PAGESIZE);
  stay_here();
  pagemap = open("/proc/self/pagemap", O_RDONLY);
  if (pagemap < 0) perror("pagemap");
  /* Its own code and stack are there from now on: they are no faults of the page. */
  read_byte(&warm);
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "map") == 0) {
      page = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (page == MAP_FAILED) return 1;
      madvise(page, page_bytes, MADV_NOHUGEPAGE);
      page[0] = WRITTEN;
      printf("page %p\n", (void *)page);
    }
    if (strcmp(order, "out") == 0) out();
    if (strcmp(order, "drop") == 0) drop();
    if (strcmp(order, "touch") == 0) {
      int cached = is_in_memory();
      struct touch touch = read_byte(page);
      printf("cached %d\nbyte %d minor %ld major %ld ns %lld\n", cached, touch.byte, touch.minor, touch.major, touch.ns);
    }
    if (strcmp(order, "look") == 0) {
      char state[32];
      if (scanf("%31s", state) != 1) return 1;
      look_at(page, state);
      printf("mincore %d\n", is_in_memory());
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
