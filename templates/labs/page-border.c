// A text of 24 bytes (23 and a NUL) that lies at any offset of a page, and the page after it, which is in the page table or not. Orders:
//   one         the text ends with its page, and the next page is gone: calls look_at() once
//   all there   calls look_at() with the text at each offset of the page once; the next page is there
//   all gone    the same; the next page is in memory, and not in the page table
// The pages are of a file in memory, and the text is written by pwrite(2): so no access through the mapping brings the next page in.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char TEXT[] = "/srv/orders/2024-11.log";
#define TEXT_BYTES ((long)sizeof(TEXT))
/* Around the text: no byte of the two pages but its end is 0. */
#define FILLER '.'

static long page_bytes;
static int file;
static char *pages;
static char filler[sizeof(TEXT)];

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const char *address) { __asm__ volatile("" ::"r"(address) : "memory"); }

static void touch(const char *at) { (void)*(const volatile char *)at; }

/* A touch of the first page may bring in its neighbours as well (fault-around): the next page is taken away after it. */
static int prepare(int is_next_there) {
  touch(pages);
  if (is_next_there) touch(pages + page_bytes);
  else if (madvise(pages + page_bytes, page_bytes, MADV_DONTNEED) != 0) return 0;
  return 1;
}

static int look_with_text_at(long offset, int is_next_there) {
  if (pwrite(file, TEXT, TEXT_BYTES, offset) != TEXT_BYTES) return 0;
  if (!prepare(is_next_there)) return 0;
  look_at(pages + offset);
  return pwrite(file, filler, TEXT_BYTES, offset) == TEXT_BYTES;
}

static void say(long looks) {
  unsigned char resident = 0;
  if (mincore(pages + page_bytes, page_bytes, &resident) != 0) perror("mincore");
  printf("looks %ld mincore %d page %ld\n", looks, resident & 1, page_bytes);
}

static int make_pages(void) {
  char block[256];
  memset(block, FILLER, sizeof(block));
  memset(filler, FILLER, sizeof(filler));
  file = memfd_create("page-border", 0);
  if (file < 0) return 0;
  for (long at = 0; at < 2 * page_bytes; at += (long)sizeof(block))
    if (pwrite(file, block, sizeof(block), at) != (ssize_t)sizeof(block)) return 0;
  pages = mmap(NULL, 2 * page_bytes, PROT_READ, MAP_SHARED, file, 0);
  return pages != MAP_FAILED;
}

int main(void) {
  char order[32];
  page_bytes = sysconf(_SC_PAGESIZE);
  if (!make_pages()) {
    perror("page-border");
    return 1;
  }
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "one") == 0) say(look_with_text_at(page_bytes - TEXT_BYTES, 0));
    if (strcmp(order, "all") == 0) {
      char next[32];
      long looks = 0;
      if (scanf("%31s", next) != 1) return 1;
      for (long offset = 0; offset < page_bytes; offset++) looks += look_with_text_at(offset, strcmp(next, "there") == 0);
      say(looks);
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
