// A constant of the program, looked at by the program itself and by its children, and given to execve by them. Orders: `look WHO` (parent, child,
// touched, neighbour, built, vforked) calls look_at() with the constant, or a copy made at run time, for whoever has a probe there;
// `exec fork` and `exec vfork` start this program again, which then ends at once. Answers: `child PID`.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

/* In pages of their own, far from all else: the kernel maps sixteen pages around each one of a file that is touched. */
static const struct {
  char before[32 * PAGE];
  char name[32];
  char argument[32];
  char after[32 * PAGE];
} constants __attribute__((aligned(PAGE))) = {.before = {1}, .name = "/proc/self/exe", .argument = "--a-constant", .after = {1}};

/* The same text in the program's own memory. */
static char built[32];

static int is(const char *who, const char *name) { return strcmp(who, name) == 0; }

/* Does nothing: a place for a probe. */
__attribute__((noinline)) void look_at(const char *text, const char *who) { __asm__ volatile("" ::"r"(text), "r"(who) : "memory"); }

static void touch(const volatile char *at) { (void)*at; }

/* A page beside the constant's, within the same 64 KiB. */
static const char *neighbour(void) {
  const char *page = (const char *)&constants + 32 * PAGE;
  return ((uintptr_t)page & 0xffff) < PAGE ? page + PAGE : page - PAGE;
}

/* `who` is on the stack of main, whose pages fork copies: a probe can read it in every child. */
static void look(const char *who) {
  if (is(who, "touched")) touch(constants.name);
  if (is(who, "neighbour")) touch(neighbour());
  look_at(is(who, "built") ? built : constants.name, who);
}

static void wait_for(pid_t child) {
  int status = 1;
  if (child < 0) perror("fork");
  else if (waitpid(child, &status, 0) < 0 || status != 0) puts("the child failed");
  else printf("child %d\n", (int)child);
}

static void look_as(const char *who) {
  if (is(who, "parent")) {
    look(who);
    return;
  }
  pid_t child = is(who, "vforked") ? vfork() : fork();
  if (child == 0) {
    look(who);
    _exit(0);
  }
  wait_for(child);
}

static void start_again(int is_vfork) {
  char *words[] = {(char *)constants.name, (char *)constants.argument, NULL};
  pid_t child = is_vfork ? vfork() : fork();
  if (child == 0) {
    execv(constants.name, words);
    _exit(1);
  }
  wait_for(child);
}

int main(int argc, char **argv) {
  char order[32];
  char what[32];
  (void)argv;
  if (argc > 1) return 0;
  strcpy(built, constants.name);
  puts("done");
  fflush(stdout);
  while (scanf("%31s %31s", order, what) == 2) {
    touch(constants.name);
    if (strcmp(order, "look") == 0) look_as(what);
    if (strcmp(order, "exec") == 0) start_again(strcmp(what, "vfork") == 0);
    puts("done");
    fflush(stdout);
  }
  return 0;
}
