/* A process whose first thread ends at once while another one computes for a second and a half; then the process is over. */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

volatile uint64_t busy_sink;

static void *compute(void *unused) {
  (void)unused;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double end = (double)now.tv_sec + (double)now.tv_nsec / 1e9 + 1.5;
  do {
    for (int i = 0; i < 100000; i++) busy_sink = busy_sink * 6364136223846793005ull + 1;
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((double)now.tv_sec + (double)now.tv_nsec / 1e9 < end);
  return NULL;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, compute, NULL) != 0) return 1;
  pthread_exit(NULL);
}
