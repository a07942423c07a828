// Loads one program of cannot-sleep.bpf.c, puts it at look_at() of a process, and tells what it saw. Arguments: the object file, the program under
// test, its process. Orders: `load NAME`, `seen`, `unload`. Needs libbpf 1.0, the first that knows `uprobe.s`.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in cannot-sleep.bpf.c. */
struct seen {
  long long before, error, after;
  char text[64];
};

static struct bpf_object *object;
static struct bpf_link *link;
static char verifier_log[256 * 1024];

/* What libbpf itself says of a failure, as lines of the answer. */
static int say_warning(enum libbpf_print_level level, const char *format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  printf("libbpf ");
  return vprintf(format, arguments);
}

static void say_log(void) {
  for (char *line = strtok(verifier_log, "\n"); line != NULL; line = strtok(NULL, "\n")) printf("log %s\n", line);
}

static void unload(void) {
  bpf_link__destroy(link);
  bpf_object__close(object);
  link = NULL;
  object = NULL;
}

static void load(const char *path, const char *name, const char *program, int pid) {
  struct bpf_program *each, *chosen = NULL;
  LIBBPF_OPTS(bpf_uprobe_opts, options, .func_name = "look_at");
  unload();
  object = bpf_object__open_file(path, NULL);
  if (object == NULL) {
    printf("unopened %d\n", -errno);
    return;
  }
  bpf_object__for_each_program(each, object) {
    int is_chosen = strcmp(bpf_program__name(each), name) == 0;
    bpf_program__set_autoload(each, is_chosen);
    if (is_chosen) chosen = each;
  }
  if (chosen == NULL) {
    puts("unknown");
    return;
  }
  verifier_log[0] = 0;
  bpf_program__set_log_buf(chosen, verifier_log, sizeof(verifier_log));
  /* The verifier has its own words for it. */
  libbpf_set_print(NULL);
  int error = bpf_object__load(object);
  libbpf_set_print(say_warning);
  if (error != 0) {
    printf("refused %d\n", error);
    say_log();
    unload();
    return;
  }
  link = bpf_program__attach_uprobe_opts(chosen, pid, program, 0, &options);
  if (link == NULL) {
    printf("unattached %d\n", -errno);
    unload();
    return;
  }
  puts("attached");
}

static void say_seen(void) {
  struct seen seen;
  unsigned first = 0;
  int map = bpf_object__find_map_fd_by_name(object, "kept");
  if (map < 0 || bpf_map_lookup_elem(map, &first, &seen) != 0) {
    puts("nothing");
    return;
  }
  printf("before %lld\nerror %lld\nafter %lld\ntext %.*s\n", seen.before, seen.error, seen.after, (int)sizeof(seen.text), seen.text);
}

int main(int argc, char **argv) {
  char order[32], name[32];
  if (argc < 4) return 2;
  libbpf_set_print(say_warning);
  puts("done");
  fflush(stdout);
  while (scanf("%31s", order) == 1) {
    if (strcmp(order, "load") == 0 && scanf("%31s", name) == 1) load(argv[1], name, argv[2], atoi(argv[3]));
    if (strcmp(order, "seen") == 0 && object != NULL) say_seen();
    if (strcmp(order, "unload") == 0) unload();
    puts("done");
    fflush(stdout);
  }
  unload();
  return 0;
}
