// Loads small BPF programs, written here instruction by instruction, and tells what the kernel's verifier said. Nothing is attached, so none ever runs.
// Orders: `load NAME` as root, `long N` and `unprivileged N`: a program of N instructions, as root and as nobody. With a folder as its argument, the log of
// each program that was refused is kept there as NAME.log. Answers: `result accepted|refused`, `errno N`, `followed N`, and the log's lines behind `| `.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_BYTES (4u << 20)
#define MOST_LINES 40
#define MOST_INSNS 1000001
#define NOBODY 65534
/* By number: the headers here may be older than the kernel, and the kernel older than the headers. */
#define LOOKUP 1
#define PRANDOM 7
#define COMM 16
#define LOOP 181
#define RESERVE 131
#define SUBMIT 132
#define RESERVE_DYNPTR 198
#define DISCARD_DYNPTR 200
/* What the log holds: BPF_LOG_LEVEL1, each instruction; BPF_LOG_STATS, the verdict and the counts. */
#define EACH 1
#define VERDICT 4

typedef struct bpf_insn insn;
static insn *code;
static int count;
static char *kept;
static int ring = -1, table = -1;
/* Of the program that was written last: where its second function begins, with its type information; 0: it has one. */
static int second;
static const char *license = "GPL";

static void put(int op, int dst, int src, int off, int imm) {
  insn one = {.code = (uint8_t)op, .dst_reg = (uint8_t)dst, .src_reg = (uint8_t)src, .off = (int16_t)off, .imm = imm};
  code[count++] = one;
}
static void set(int dst, int value) { put(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value); }
static void copy(int dst, int src) { put(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0); }
static void math(int op, int dst, int value) { put(BPF_ALU64 | op | BPF_K, dst, 0, 0, value); }
static void store(int size, int off, int value) { put(BPF_ST | BPF_MEM | size, 10, 0, off, value); }
static void jump_if(int op, int dst, int value, int off) { put(BPF_JMP | op | BPF_K, dst, 0, off, value); }
static void call(int helper) { put(BPF_JMP | BPF_CALL, 0, 0, 0, helper); }
static void end(void) { put(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }
static void set_map(int dst, int fd) {
  put(BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd);
  put(0, 0, 0, 0, 0);
}
/* From the next instruction to another. */
static int back_to(int at) { return at - count - 1; }

static int bpf(int command, union bpf_attr *attr) { return (int)syscall(SYS_bpf, command, attr, sizeof(*attr)); }

static int make_map(int type, int key_bytes, int value_bytes, int entries) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof(attr));
  attr.map_type = type;
  attr.key_size = key_bytes;
  attr.value_size = value_bytes;
  attr.max_entries = entries;
  return bpf(BPF_MAP_CREATE, &attr);
}

/* bpf_loop takes functions with types only: int main_of(void *ctx) and int each(int index, void *ctx), as <linux/btf.h> has them. Gives a descriptor. */
static int load_types(void) {
  static const char names[] = "\0int\0ctx\0index\0main_of\0each";
  enum { INT_NAME = 1, CTX_NAME = 5, INDEX_NAME = 9, MAIN_NAME = 15, EACH_NAME = 23 };
  enum { INT = 1, POINTER, MAIN_PROTO, MAIN, EACH_PROTO };
  static const uint32_t types[] = {
      INT_NAME,  BTF_KIND_INT << 24,            4,          (1 << 24) | 32,     /* signed, 32 bits */
      0,         BTF_KIND_PTR << 24,            0,                              /* void * */
      0,         (BTF_KIND_FUNC_PROTO << 24) | 1, INT,      CTX_NAME,   POINTER, /* one parameter */
      MAIN_NAME, BTF_KIND_FUNC << 24,           MAIN_PROTO,                     /* static */
      0,         (BTF_KIND_FUNC_PROTO << 24) | 2, INT,      INDEX_NAME, INT,    CTX_NAME, POINTER,
      EACH_NAME, BTF_KIND_FUNC << 24,           EACH_PROTO,
  };
  static char whole[sizeof(struct btf_header) + sizeof(types) + sizeof(names)];
  struct btf_header head = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(head), .type_len = sizeof(types), .str_off = sizeof(types), .str_len = sizeof(names)};
  memcpy(whole, &head, sizeof(head));
  memcpy(whole + sizeof(head), types, sizeof(types));
  memcpy(whole + sizeof(head) + sizeof(types), names, sizeof(names));
  union bpf_attr attr;
  memset(&attr, 0, sizeof(attr));
  attr.btf = (uint64_t)(uintptr_t)whole;
  attr.btf_size = sizeof(whole);
  return bpf(BPF_BTF_LOAD, &attr);
}

/* 0: taken; else the error's number. */
static int load(int type, int level) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof(attr));
  attr.prog_type = type;
  attr.insns = (uint64_t)(uintptr_t)code;
  attr.insn_cnt = count;
  attr.license = (uint64_t)(uintptr_t)license;
  if (level != 0) {
    attr.log_buf = (uint64_t)(uintptr_t)kept;
    attr.log_size = LOG_BYTES;
    attr.log_level = level;
    kept[0] = 0;
  }
  /* Instruction and type of each function: the fourth and the sixth of load_types. */
  uint32_t functions[] = {0, 4, (uint32_t)second, 6};
  int types = second > 0 ? load_types() : -1;
  if (types >= 0) {
    attr.prog_btf_fd = types;
    attr.func_info_rec_size = 8;
    attr.func_info = (uint64_t)(uintptr_t)functions;
    attr.func_info_cnt = 2;
  }
  int fd = bpf(BPF_PROG_LOAD, &attr);
  int error = fd < 0 ? errno : 0;
  if (types >= 0) close(types);
  if (error != 0) return error;
  close(fd);
  return 0;
}

/* The last of the 512 bytes, or the first 8 beyond them. */
static void stack(int off) {
  store(BPF_DW, off, 0);
  set(0, 0);
  end();
}

/* i = 0; do { i += step; } while (i < rounds); */
static void loop(int step, int rounds) {
  set(0, 0);
  if (step != 0) math(BPF_ADD, 0, step);
  jump_if(BPF_JLT, 0, rounds, back_to(1));
  end();
}

/* bpf_loop(rounds, each, NULL, 0); each() does nothing. */
static void loop_by_helper(int rounds) {
  set(1, rounds);
  put(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_FUNC, 0, 6);
  put(0, 0, 0, 0, 0);
  set(3, 0);
  set(4, 0);
  call(LOOP);
  set(0, 0);
  end();
  second = count;
  set(0, 0);
  end();
}

/* bits = 0; for (i = 0; i < rounds; i++) { bits <<= 1; if (random() != 0) bits |= 1; } and, where they are used: if (bits == 12345) … */
static void branches(int rounds, int are_used) {
  set(6, 0);
  set(7, 0);
  int begin = count;
  call(PRANDOM);
  math(BPF_LSH, 7, 1);
  jump_if(BPF_JEQ, 0, 0, 1);
  math(BPF_OR, 7, 1);
  math(BPF_ADD, 6, 1);
  jump_if(BPF_JLT, 6, rounds, back_to(begin));
  set(0, 0);
  if (are_used) {
    jump_if(BPF_JNE, 7, 12345, 1);
    set(0, 1);
  }
  end();
}

/* struct { char kind; long number; } key = { 1, 2 }; lookup(&key): 7 bytes of padding behind `kind`. */
static void padding(int is_zeroed) {
  if (is_zeroed) store(BPF_DW, -16, 0);
  store(BPF_B, -16, 1);
  store(BPF_DW, -8, 2);
  set_map(1, table);
  copy(2, 10);
  math(BPF_ADD, 2, -16);
  call(LOOKUP);
  set(0, 0);
  end();
}

static void submit(int is_done) {
  jump_if(BPF_JEQ, 0, 0, is_done ? 3 : 0);
  if (is_done) {
    copy(1, 0);
    set(2, 0);
    call(SUBMIT);
  }
  set(0, 0);
  end();
}

static void reserve(int bytes, int is_submitted) {
  set_map(1, ring);
  set(2, bytes);
  set(3, 0);
  call(RESERVE);
  submit(is_submitted);
}

/* A size of 1 to 256, with a bound that the verifier sees. */
static void reserve_variable(void) {
  call(PRANDOM);
  math(BPF_AND, 0, 255);
  math(BPF_ADD, 0, 1);
  copy(2, 0);
  set_map(1, ring);
  set(3, 0);
  call(RESERVE);
  submit(1);
}

static void reserve_buckets(void) {
  static const int buckets[] = {256, 1024, 4096, 8192};
  call(PRANDOM);
  for (int i = 0; i < 4; i++) {
    set(2, buckets[i]);
    /* Two instructions for each of the next, one for the last. */
    if (i < 3) jump_if(BPF_JLE, 0, buckets[i], 2 * (3 - i) - 1);
  }
  set_map(1, ring);
  set(3, 0);
  call(RESERVE);
  submit(1);
}

static void reserve_dynptr(void) {
  call(PRANDOM);
  math(BPF_AND, 0, 255);
  math(BPF_ADD, 0, 1);
  copy(2, 0);
  set_map(1, ring);
  set(3, 0);
  copy(4, 10);
  math(BPF_ADD, 4, -16);
  call(RESERVE_DYNPTR);
  copy(1, 10);
  math(BPF_ADD, 1, -16);
  set(2, 0);
  call(DISCARD_DYNPTR);
  set(0, 0);
  end();
}

/* comm is compared with a name, one byte after the other. */
static void compare(const char *name) {
  int bytes = (int)strlen(name) + 1;
  store(BPF_DW, -16, 0);
  store(BPF_DW, -8, 0);
  copy(1, 10);
  math(BPF_ADD, 1, -16);
  set(2, 16);
  call(COMM);
  set(0, 0);
  for (int i = 0; i < bytes; i++) {
    put(BPF_LDX | BPF_MEM | BPF_B, 1, 10, -16 + i, 0);
    jump_if(BPF_JNE, 1, name[i], 2 * (bytes - i - 1) + 1);
  }
  set(0, 1);
  end();
}

static void lengthy(int insns) {
  while (count < insns - 1) set(0, 0);
  end();
}

/* Whether there is such a program; *level: of the log that is kept. */
static int write_program(const char *name, int *level) {
  count = 0;
  second = 0;
  *level = EACH;
  if (strcmp(name, "stack-512") == 0) stack(-512);
  else if (strcmp(name, "stack-520") == 0) stack(-520);
  else if (strcmp(name, "loop-endless") == 0) loop(0, 4);
  else if (strcmp(name, "loop-1000") == 0) loop(1, 1000);
  else if (strcmp(name, "loop-million") == 0) *level = VERDICT, loop(1, 1000000);
  else if (strcmp(name, "loop-helper") == 0) loop_by_helper(1000000);
  else if (strcmp(name, "branches-unused") == 0) branches(20, 0);
  else if (strcmp(name, "branches-used") == 0) *level = VERDICT, branches(20, 1);
  else if (strcmp(name, "padding") == 0) padding(0);
  else if (strcmp(name, "padding-zeroed") == 0) padding(1);
  else if (strcmp(name, "reserve-256") == 0) reserve(256, 1);
  else if (strcmp(name, "reserve-lost") == 0) reserve(256, 0);
  else if (strcmp(name, "reserve-variable") == 0) reserve_variable();
  else if (strcmp(name, "reserve-buckets") == 0) reserve_buckets();
  else if (strcmp(name, "reserve-dynptr") == 0) reserve_dynptr();
  else if (strcmp(name, "compare") == 0) compare("java");
  else return 0;
  return 1;
}

static void say_result(int error) {
  printf("result %s\nerrno %d\n", error == 0 ? "accepted" : "refused", error);
}

static void say_log(void) {
  const char *counted = strstr(kept, "processed ");
  printf("followed %ld\n", counted == NULL ? -1 : strtol(counted + strlen("processed "), NULL, 10));
  char *rest = kept;
  for (int lines = 0; lines < MOST_LINES && rest != NULL && *rest != 0; lines++) {
    char *line = strsep(&rest, "\n");
    printf("| %s\n", line);
  }
}

static void keep_log(const char *folder, const char *name) {
  char path[4096];
  if (folder == NULL) return;
  snprintf(path, sizeof(path), "%s/%s.log", folder, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) return;
  fputs(kept, file);
  fclose(file);
}

static void load_named(const char *folder, const char *name) {
  int level;
  if (!write_program(name, &level)) {
    printf("no such program\n");
    return;
  }
  int error = load(BPF_PROG_TYPE_TRACEPOINT, VERDICT);
  say_result(error);
  /* Long logs: the verdict only. */
  if (error != 0 && level == VERDICT) keep_log(folder, name);
  say_log();
  if (error == 0 || level == VERDICT) return;
  load(BPF_PROG_TYPE_TRACEPOINT, level);
  keep_log(folder, name);
}

/* As nobody: in a child, for there is no way back. */
static void load_unprivileged(int insns) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) _exit(255);
    count = second = 0;
    lengthy(insns);
    _exit(load(BPF_PROG_TYPE_SOCKET_FILTER, 0));
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) say_result(ECHILD);
  else say_result(WEXITSTATUS(status));
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : NULL;
  char order[32], name[64];
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  /* Kernels before 5.11 count programs and maps as locked memory. */
  setrlimit(RLIMIT_MEMLOCK, &all);
  code = calloc(MOST_INSNS, sizeof(*code));
  kept = malloc(LOG_BYTES);
  if (code == NULL || kept == NULL) return 1;
  kept[0] = 0;
  table = make_map(BPF_MAP_TYPE_HASH, 16, 8, 16);
  ring = make_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 65536);
  printf("table %d\nring %d\ndone\n", table >= 0, ring >= 0);
  fflush(stdout);
  while (scanf("%31s %63s", order, name) == 2) {
    int insns = atoi(name);
    if (strcmp(order, "load") == 0) load_named(folder, name);
    if (strcmp(order, "long") == 0 && insns > 0 && insns <= MOST_INSNS) {
      count = second = 0;
      lengthy(insns);
      say_result(load(BPF_PROG_TYPE_TRACEPOINT, VERDICT));
    }
    if (strcmp(order, "unprivileged") == 0 && insns > 0 && insns <= MOST_INSNS) load_unprivileged(insns);
    puts("done");
    fflush(stdout);
  }
  return 0;
}
