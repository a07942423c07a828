// A program with a USDT probe, made:tick (a number, how many there will be), and a variable that is written as often. It prints the address of the
// variable, waits for a line, and ends when it has done both so many times (its argument).
#include <sys/sdt.h>
#include <stdio.h>
#include <stdlib.h>
volatile long watched;
int main(int n, char **a) {
  long times = n > 1 ? atol(a[1]) : 100;
  printf("%p\n", (void *)&watched); fflush(stdout);
  getchar();
  for (long i = 0; i < times; i++) { DTRACE_PROBE2(made, tick, i, times); watched = i; }
  return 0;
}
