// Opens a library by a name in a page that nobody has touched, and maps its code, as a program that loads it does.
// `open-unseen NAMES [exec]`: NAMES is a file whose first page is the path, followed by NULs. The page is mapped and never looked at: the kernel
// is the first to read it, in the call itself, which makes it present. So what a probe reads at the call's entry is nothing, at the second call the
// path. Prints `OPENED pid`, and ends when its standard input does; with `exec` it then runs /bin/true.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  int names = open(argv[1], O_RDONLY);
  char *path = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, names, 0);
  if (names < 0 || path == MAP_FAILED) return 1;
  // Neighbours of a page that is read are mapped with it, and what is in the page cache.
  madvise(path, 4096, MADV_RANDOM);
  int first = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  int second = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  if (first < 0 || second < 0) return 1;
  if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, first, 0) == MAP_FAILED) return 1;
  printf("OPENED %d\n", getpid());
  fflush(stdout);
  char end;
  while (read(0, &end, 1) > 0) {}
  if (argc > 2 && strcmp(argv[2], "exec") == 0) execl("/bin/true", "true", NULL);
  return 0;
}
