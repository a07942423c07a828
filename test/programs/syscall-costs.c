// What a call takes: `syscall-costs getppid|open|mmap COUNT` prints nanoseconds of CPU per call, so that
// others on the machine count little. `open` opens and closes a file that is no library,
// `mmap` maps and unmaps the first page of this program as code.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  long count = atol(argv[2]);
  int self = open("/proc/self/exe", O_RDONLY);
  struct timespec begin, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (long i = 0; i < count; i++) {
    if (strcmp(argv[1], "getppid") == 0) {
      syscall(SYS_getppid);
    } else if (strcmp(argv[1], "open") == 0) {
      close(open("/etc/hostname", O_RDONLY));
    } else {
      munmap(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, self, 0), 4096);
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%.1f\n", ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / count);
  return 0;
}
