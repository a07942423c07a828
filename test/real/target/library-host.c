// Loads the library named by its argument, says where things are (`name hexadecimal`, one a line), then READY, and does what it
// is told on standard input: `write` changes a byte, `exec` becomes sleep. Ends with its input.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((noinline)) int function_of_program(int x) { return x + 1; }

static void *named_thread(void *arg) {
  pthread_setname_np(pthread_self(), "a;b\n\033[1m)");
  printf("thread %lx\n", (unsigned long)syscall(SYS_gettid));
  pthread_barrier_wait(arg);
  pause();
  return NULL;
}

static void *call(void *library, const char *name) {
  void *(*function)(void) = (void *(*)(void))dlsym(library, name);
  return function ? function() : NULL;
}

int main(int argc, char **argv) {
  void *library = dlopen(argv[argc - 1], RTLD_NOW);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 1;
  printf("program %lx\nfunction %lx\nlocal %lx\n", (unsigned long)function_of_program, (unsigned long)call(library, "address_of_function"),
         (unsigned long)call(library, "address_of_local"));

  long page = sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(memory, 0xab, 4 * page);
  munmap(memory + page, page);
  mprotect(memory + 2 * page, page, PROT_NONE);
  printf("memory %lx\nvdso %lx\n", (unsigned long)memory, getauxval(AT_SYSINFO_EHDR));

  pthread_barrier_t named;
  pthread_barrier_init(&named, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, named_thread, &named);
  pthread_barrier_wait(&named);
  printf("READY\n");
  fflush(stdout);

  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    if (!strcmp(line, "exec\n")) execlp("sleep", "sleep", "60", (char *)NULL);
    if (!strcmp(line, "write\n")) memory[0] = 0x11;
    printf("DONE\n");
    fflush(stdout);
  }
  return 0;
}
