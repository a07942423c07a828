// A place for probes, a ruler, and a pen. Orders: `look`, which calls look_at() with the address of the ruler: words of 32 bits, each of which holds its own
// distance from the begin, so that whoever reads a field there reads where the field lies; `write FILE HEX`, which makes a file of these bytes.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any kernel's task_struct has. */
#define RULER_WORDS 16384
#define MOST_HEX 8192

static uint32_t ruler[RULER_WORDS];

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const uint32_t *at) { __asm__ volatile("" ::"r"(at) : "memory"); }

static int write_bytes(const char *path, const char *hex) {
  FILE *file = fopen(path, "wb");
  if (file == NULL) return 0;
  for (size_t i = 0; i + 1 < strlen(hex); i += 2) {
    char pair[3] = {hex[i], hex[i + 1], 0};
    fputc((int)strtol(pair, NULL, 16), file);
  }
  return fclose(file) == 0;
}

int main(void) {
  char order[32];
  for (uint32_t i = 0; i < RULER_WORDS; i++) ruler[i] = i * (uint32_t)sizeof(ruler[0]);
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "look") == 0) look_at(ruler);
    if (strcmp(order, "write") == 0) {
      static char path[4096], hex[MOST_HEX + 1];
      if (scanf("%4095s %8192s", path, hex) != 2) return 1;
      puts(write_bytes(path, hex) ? "written" : "not written");
    }
    puts("done");
    fflush(stdout);
  }
  return 0;
}
