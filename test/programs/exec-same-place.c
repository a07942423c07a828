/* With an argument: writes 17 bytes in the function WRITER, then becomes that program. Without: waits for its input to end. Built twice with two names for
 * WRITER the two have it at one address. x86-64. */
#include <unistd.h>

__attribute__((noinline)) long WRITER(const char *text) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(1L), "D"(2L), "S"(text), "d"(17L) : "rcx", "r11", "memory");
  return result;
}

int main(int count, char **arguments) {
  char byte;
  if (count > 1) {
    if (WRITER("seventeen letters") != 17) return 1;
    execv(arguments[1], (char *[]){arguments[1], NULL});
    return 1;
  }
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}
