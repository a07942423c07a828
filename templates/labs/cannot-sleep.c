// One page of a file that holds a text, mapped, and never touched by this program itself. Argument: where that file may lie. Orders: `fresh` maps it
// anew, `look` calls look_at() with its address for whoever has a probe there, `send` has the kernel read the text.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char text[] = "it is here";
/* Readable at any time; 64 bytes are what is read at look_at(). */
static char present[64] __attribute__((aligned(64)));

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const char *address) { __asm__ volatile("" ::"r"(address) : "memory"); }

static long minor_faults(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

int main(int argc, char **argv) {
  char order[32];
  int pair[2];
  char *page = NULL;
  if (argc < 2) return 2;
  long page_bytes = sysconf(_SC_PAGESIZE);
  char *content = calloc(1, page_bytes);
  int file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || content == NULL) {
    perror(argv[1]);
    return 1;
  }
  strcpy(content, text);
  strcpy(present, text);
  if (write(file, content, page_bytes) != page_bytes || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) {
    perror("cannot-sleep");
    return 1;
  }
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "fresh") == 0) {
      if (page != NULL) munmap(page, page_bytes);
      page = mmap(NULL, page_bytes, PROT_READ, MAP_PRIVATE, file, 0);
      if (page == MAP_FAILED) return 1;
      printf("page %p\n", (void *)page);
    }
    if (strcmp(order, "look") == 0) {
      unsigned char resident = 0;
      /* The first time a probe is met costs faults of its own, which are not counted here. */
      look_at(present);
      long before = minor_faults();
      look_at(page);
      long faults = minor_faults() - before;
      mincore(page, page_bytes, &resident);
      printf("faults %ld\nmincore %d\n", faults, resident & 1);
    }
    if (strcmp(order, "send") == 0) {
      char got[sizeof(text)];
      printf("sent %ld\n", syscall(SYS_sendto, pair[0], page, sizeof(text) - 1, 0, NULL, 0));
      recv(pair[1], got, sizeof(got), MSG_DONTWAIT);
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
