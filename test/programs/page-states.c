// Memory in every state that jtrace residency tells apart, and changes to order. Arguments: a folder for its files, on a real disk.
// At its start it says, for each region of 32 pages, `NAME ADDRESS RESIDENT`: what mincore(2) counts of it; then `ready`. Then a line of its
// input is `touch|write|dontneed|pageout|none|access|unmap NAME`, `fork` (a child that waits; `child PID`), `exec` or `quit`; it
// answers `done`. In between it wakes 500 times a second, so that programs that read its memory in its own context have their turn.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PAGE 4096ul
#define PAGES 32ul
#define HUGE (2ul << 20)

struct region { const char *name; char *at; size_t bytes; };
static struct region regions[16];
static int count;

static void *check(void *at) { if (at == MAP_FAILED) { perror("mmap"); exit(1); } return at; }

/* Between pages without access, so that the kernel keeps regions apart. */
static char *room(const char *name, size_t bytes, size_t align) {
  char *all = check(mmap(NULL, bytes + align + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  char *at = (char *)(((uintptr_t)all + PAGE + align - 1) & ~(align - 1));
  regions[count++] = (struct region){ name, at, bytes };
  return at;
}

static char *anonymous(const char *name, int flags) {
  char *at = room(name, PAGES * PAGE, PAGE);
  return check(mmap(at, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_ANONYMOUS | flags, -1, 0));
}

static void fill(char *at, size_t bytes) { for (size_t i = 0; i < bytes; i += 8) *(uint64_t *)(at + i) = 0x1122334455667788ul + i; }

static char *of_file(const char *name, const char *folder, int dropped) {
  char path[512], page[PAGE];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  memset(page, 'x', PAGE);
  for (size_t i = 0; i < PAGES; i++) if (write(fd, page, PAGE) != (ssize_t)PAGE) { perror("write"); exit(1); }
  if (dropped) { fsync(fd); posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }
  char *at = room(name, PAGES * PAGE, PAGE);
  check(mmap(at, PAGES * PAGE, PROT_READ, MAP_FIXED | MAP_PRIVATE, fd, 0));
  madvise(at, PAGES * PAGE, MADV_RANDOM);
  close(fd);
  return at;
}

static size_t resident(const struct region *region) {
  size_t pages = region->bytes / PAGE, sum = 0;
  unsigned char *vector = malloc(pages);
  if (mincore(region->at, region->bytes, vector) != 0) return 0;
  for (size_t i = 0; i < pages; i++) sum += vector[i] & 1;
  free(vector);
  return sum;
}

static volatile char sink;
static void touch(struct region *region, int writes) {
  for (size_t i = 0; i < region->bytes; i += PAGE) { if (writes) region->at[i] += 1; else sink += region->at[i]; }
}

static void *spin(void *unused) { (void)unused; for (;;) touch(&regions[4], 0); return NULL; }

static void obey(char *line) {
  char *name = strchr(line, ' ');
  if (name != NULL) *name++ = 0;
  struct region *region = NULL;
  for (int i = 0; name != NULL && i < count; i++) if (strcmp(regions[i].name, name) == 0) region = &regions[i];
  if (strcmp(line, "quit") == 0) exit(0);
  if (strcmp(line, "exec") == 0) execlp("sleep", "sleep", "30", NULL);
  if (strcmp(line, "spin") == 0) { pthread_t thread; pthread_create(&thread, NULL, spin, NULL); }
  if (strcmp(line, "fork") == 0) {
    pid_t child = fork();
    if (child == 0) { prctl(PR_SET_PDEATHSIG, SIGKILL); for (;;) usleep(2000); }
    printf("child %d\n", child);
  }
  if (region != NULL) {
    if (strcmp(line, "touch") == 0) touch(region, 0);
    if (strcmp(line, "write") == 0) touch(region, 1);
    if (strcmp(line, "dontneed") == 0) madvise(region->at, region->bytes, MADV_DONTNEED);
    if (strcmp(line, "pageout") == 0) madvise(region->at, region->bytes, 21 /* MADV_PAGEOUT */);
    if (strcmp(line, "none") == 0) mprotect(region->at, region->bytes, PROT_NONE);
    if (strcmp(line, "access") == 0) mprotect(region->at, region->bytes, PROT_READ | PROT_WRITE);
    if (strcmp(line, "unmap") == 0) munmap(region->at, region->bytes);
  }
  printf("done\n");
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  prctl(PR_SET_THP_DISABLE, 0);
  fill(anonymous("touched", MAP_PRIVATE), PAGES * PAGE);
  anonymous("untouched", MAP_PRIVATE);
  char *at = anonymous("dontneed", MAP_PRIVATE);
  fill(at, PAGES * PAGE);
  madvise(at, PAGES * PAGE, MADV_DONTNEED);
  at = anonymous("none", MAP_PRIVATE);
  fill(at, PAGES * PAGE);
  mprotect(at, PAGES * PAGE, PROT_NONE);
  anonymous("zeros", MAP_PRIVATE);
  touch(&regions[count - 1], 0);
  fill(anonymous("shared", MAP_SHARED), PAGES / 2 * PAGE);
  of_file("cached", argv[1], 0);
  of_file("dropped", argv[1], 1);
  fill(anonymous("pageout", MAP_PRIVATE), PAGES * PAGE);
  at = room("huge", HUGE, HUGE);
  check(mmap(at, HUGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  madvise(at, HUGE, MADV_HUGEPAGE);
  fill(at, HUGE);
  /* Two, where the machine has them set aside (vm.nr_hugepages); one is used. */
  at = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (at != MAP_FAILED) { regions[count++] = (struct region){ "hugetlb", at, 2 * HUGE }; fill(at, HUGE); }
  for (int i = 0; i < count; i++) printf("%s %lx %zu\n", regions[i].name, (unsigned long)regions[i].at, resident(&regions[i]));
  printf("ready\n");
  char line[256];
  size_t got = 0;
  struct pollfd input = { 0, POLLIN, 0 };
  for (;;) {
    if (poll(&input, 1, 2) <= 0) continue;
    ssize_t n = read(0, line + got, 1);
    if (n <= 0) return 0;
    if (line[got] == '\n' || got + 2 >= sizeof line) { line[got] = 0; obey(line); got = 0; } else got++;
  }
}
