// Gives system calls names in memory that BPF cannot read, a known number of times: `unreadable-names COUNT KIND…`, one kind after the other.
// Linked statically: it opens nothing of its own. Whatever can be read of a name is `/nowhere/jt`, a file that there is not. What it has mapped
// stays until its end, some time after its work, so that it can be looked at.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define NAME "/nowhere/jt"

static int count;

static void die(const char *what) {
  perror(what);
  exit(1);
}
#define CHECK(call) ({ long result_ = (long)(call); if (result_ < 0) die(#call); result_; })

static void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

// Opens it, which fails as it must: by the name that is not there, by no name, or by an address that nobody may read.
static void open_failing(const char *name, int why) {
  if (open(name, O_RDONLY) >= 0 || errno != why) die("open");
}

static char *fresh(int pages) {
  char *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) die("mmap");
  madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
  return memory;
}

// So many pages, each with the name.
static char *named(int pages) {
  char *memory = fresh(pages);
  for (int i = 0; i < pages; i++) strcpy(memory + (size_t)i * PAGE, NAME);
  return memory;
}

static void touched(void) {
  char *names = named(count);
  for (int i = 0; i < count; i++) open_failing(names + (size_t)i * PAGE, ENOENT);
}

static void empty(void) {
  for (int i = 0; i < count; i++) open_failing("", ENOENT);
}

static void never_touched(void) {
  char *names = fresh(count);
  for (int i = 0; i < count; i++) open_failing(names + (size_t)i * PAGE, ENOENT);
}

// A file that holds the name, mapped anew each time: a fault brings the pages around along, of one mapping.
static int name_file(void) {
  int file = CHECK(memfd_create("jt-name", 0));
  CHECK(ftruncate(file, PAGE));
  CHECK(pwrite(file, NAME, sizeof NAME, 0));
  return file;
}

static char *mapped(int file) {
  char *name = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0);
  if (name == MAP_FAILED) die("mmap");
  return name;
}

static void file(void) {
  int names = name_file();
  for (int i = 0; i < count; i++) open_failing(mapped(names), ENOENT);
}

static void dontneed_file(void) {
  int names = name_file();
  for (int i = 0; i < count; i++) {
    char *name = mapped(names);
    if (*(volatile char *)name != '/') die("name");
    CHECK(madvise(name, PAGE, MADV_DONTNEED));
    open_failing(name, ENOENT);
  }
}

static void dontneed(void) {
  char *names = named(count);
  for (int i = 0; i < count; i++) {
    CHECK(madvise(names + (size_t)i * PAGE, PAGE, MADV_DONTNEED));
    open_failing(names + (size_t)i * PAGE, ENOENT);
  }
}

// The name begins in a page that is there and goes on in one that was given back.
static void crossing(void) {
  for (int i = 0; i < count; i++) {
    char *name = fresh(2) + PAGE - 4;
    strcpy(name, NAME);
    CHECK(madvise(name + 4, PAGE, MADV_DONTNEED));
    open_failing(name, ENOENT);
  }
}

static void swapped(void) {
  char *names = named(count);
  CHECK(madvise(names, (size_t)count * PAGE, MADV_PAGEOUT));
  sleep_ms(300);
  for (int i = 0; i < count; i++) open_failing(names + (size_t)i * PAGE, ENOENT);
}

static void prot_none(void) {
  char *names = named(count);
  CHECK(mprotect(names, (size_t)count * PAGE, PROT_NONE));
  for (int i = 0; i < count; i++) open_failing(names + (size_t)i * PAGE, EFAULT);
}

static void unmapped(void) {
  char *names = named(count);
  CHECK(munmap(names, (size_t)count * PAGE));
  for (int i = 0; i < count; i++) open_failing(names + (size_t)i * PAGE, EFAULT);
}

static void kernel(void) {
  for (int i = 0; i < count; i++) open_failing((char *)0xffff888000000000, EFAULT);
}

// A constant of the program, far from all else that a child may touch before its exec.
static const struct {
  char before[32 * PAGE];
  char self[32];
  char after[32 * PAGE];
} constants __attribute__((aligned(PAGE))) = {.before = {1}, .self = "/proc/self/exe", .after = {1}};

static void execs(pid_t (*forks)(void)) {
  for (int i = 0; i < count; i++) {
    if (*(volatile const char *)constants.self != '/') die("self");
    pid_t child = CHECK(forks());
    if (child == 0) {
      execl(constants.self, constants.self, "0", NULL);
      _exit(1);
    }
    int status;
    CHECK(waitpid(child, &status, 0));
    if (status != 0) die("child");
  }
}

// COUNT is a number of seconds: two threads that are busy all that time (NUMA balancing goes by time on a CPU) open a name again and again,
// and nobody else touches its page.
static volatile int is_over;

static void *opens(void *name) {
  while (!is_over) {
    for (volatile int i = 0; i < 300000; i++) {}
    open_failing(name, ENOENT);
  }
  return NULL;
}

static void numa(void) {
  char *names = named(64);
  pthread_t threads[2];
  for (int i = 0; i < 2; i++)
    if (pthread_create(&threads[i], NULL, opens, names + (size_t)i * 32 * PAGE)) die("pthread_create");
  sleep_ms(1000L * count);
  is_over = 1;
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void with_fork(void) { execs(fork); }
static void with_vfork(void) { execs(vfork); }

static void wait_for_line(void) { (void)getchar(); }

static const struct {
  const char *name;
  void (*run)(void);
} kinds[] = {
    {"touched", touched},     {"empty", empty},       {"never-touched", never_touched},
    {"file", file},           {"dontneed", dontneed}, {"dontneed-file", dontneed_file},
    {"crossing", crossing},   {"swapped", swapped},   {"prot-none", prot_none},
    {"unmapped", unmapped},   {"kernel", kernel},     {"fork", with_fork},
    {"vfork", with_vfork},    {"numa", numa},         {"wait", wait_for_line},
};

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  count = atoi(argv[1]);
  for (int i = 2; i < argc; i++) {
    size_t kind = 0;
    while (kind < sizeof kinds / sizeof *kinds && strcmp(kinds[kind].name, argv[i])) kind++;
    if (kind == sizeof kinds / sizeof *kinds) return 2;
    kinds[kind].run();
  }
  if (argc > 2) sleep_ms(500);
  return 0;
}
