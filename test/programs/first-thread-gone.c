/* A process whose first thread ends at once; when that is over, another one writes so many times as the first argument says, as many bytes as the second. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int times, bytes;
static char nothing[65536];

/* Of the thread group's first thread. */
static char state(void) {
  char text[512];
  int fd = open("/proc/self/stat", O_RDONLY);
  ssize_t got = read(fd, text, sizeof text - 1);
  close(fd);
  if (got <= 0) return '?';
  text[got] = 0;
  return strrchr(text, ')')[2];
}

static void *later(void *unused) {
  (void)unused;
  while (state() != 'Z') usleep(1000);
  int fd = open("/dev/null", O_WRONLY);
  for (int i = 0; i < times; i++)
    if (write(fd, nothing, (size_t)bytes) != bytes) exit(1);
  exit(0);
}

int main(int count, char **arguments) {
  pthread_t thread;
  if (count != 3) return 2;
  times = atoi(arguments[1]);
  bytes = atoi(arguments[2]);
  if (pthread_create(&thread, NULL, later, NULL) != 0) return 1;
  pthread_exit(NULL);
}
