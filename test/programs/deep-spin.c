// Burns CPU in the third of three nested functions, each of its own name, until its standard input is closed. For symbols that are
// elsewhere: built with and without them, stripped, with a debug file beside it, with .gnu_debugdata.
#include <poll.h>
#include <stdio.h>

static volatile unsigned long total;

__attribute__((noinline)) static void third_spins(void) {
  for (int i = 0; i < 1000000; i++) total += (unsigned long)i * total;
}
__attribute__((noinline)) static void second_calls(void) {
  third_spins();
  total++;
}
__attribute__((noinline)) static void first_calls(void) {
  second_calls();
  total++;
}

int main(void) {
  printf("READY\n");
  fflush(stdout);
  struct pollfd input = {0, POLLIN, 0};
  while (poll(&input, 1, 0) == 0) first_calls();
  return 0;
}
