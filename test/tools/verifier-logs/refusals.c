// Programs that the verifier refuses, one for each of its rules that people meet, and what this kernel says of each:
// `=== NAME errno N`, then its log.
// Nothing is attached, so none ever runs. Those of lab 7 are taken from the lab. Once more as nobody, where the kernel lets nobody load programs.
#define main lab_main
#include "../../../templates/labs/verifier.c"
#undef main

#define PROBE_READ 4
#define TRACE_PRINTK 6
#define XDP_ADJUST_HEAD 44
#define GPL_ONLY_PROBE_READ 113
#define NO_HELPER 9999
/* State before and after each instruction. */
#define ALL 2

static void read_of(int size, int to, int from, int off) { put(BPF_LDX | BPF_MEM | size, to, from, off, 0); }
static void write_to(int size, int base, int off, int from) { put(BPF_STX | BPF_MEM | size, base, from, off, 0); }
static void finish(void) {
  set(0, 0);
  end();
}

/* R0: the value of a map, or NULL. */
static void look_up(void) {
  store(BPF_DW, -16, 0);
  store(BPF_DW, -8, 0);
  copy(2, 10);
  math(BPF_ADD, 2, -16);
  set_map(1, table);
  call(LOOKUP);
}

static void look_up_checked(void) {
  look_up();
  jump_if(BPF_JNE, 0, 0, 1);
  end();
}

static void null_unchecked(void) { look_up(); read_of(BPF_DW, 1, 0, 0); finish(); }
static void null_arithmetic(void) { look_up(); math(BPF_ADD, 0, 4); read_of(BPF_W, 1, 0, 0); finish(); }
static void scalar(void) { set(1, 5); read_of(BPF_DW, 0, 1, 0); end(); }
static void no_result(void) { end(); }
static void gone_after_call(void) { set(1, 1); call(PRANDOM); copy(0, 1); end(); }
static void helper_unknown(void) { call(NO_HELPER); end(); }
static void helper_of_others(void) { set(2, 0); call(XDP_ADJUST_HEAD); finish(); }
static void helper_gpl(void) { copy(1, 10); math(BPF_ADD, 1, -8); set(2, 8); set(3, 0); call(GPL_ONLY_PROBE_READ); finish(); }
static void packet(void) { read_of(BPF_W, 2, 1, 0); read_of(BPF_B, 0, 2, 0); end(); }
static void context(void) { read_of(BPF_DW, 0, 1, 8192); end(); }
static void context_write(void) { set(2, 0); write_to(BPF_DW, 1, 0, 2); finish(); }
static void jump_outside(void) { jump(10); finish(); }
static void no_end(void) { set(0, 0); }
static void unreachable(void) { set(0, 0); end(); set(0, 1); end(); }
static void multiplied(void) { math(BPF_MUL, 1, 8); finish(); }
static void half_pointer(void) { put(BPF_ALU | BPF_ADD | BPF_K, 1, 0, 0, 8); finish(); }
static void map_arithmetic(void) { set_map(1, table); math(BPF_ADD, 1, 8); finish(); }
static void value_outside(void) { look_up_checked(); read_of(BPF_DW, 1, 0, 8); finish(); }
static void index_unbounded(void) {
  look_up_checked();
  copy(6, 0);
  call(PRANDOM);
  put(BPF_ALU64 | BPF_ADD | BPF_X, 6, 0, 0, 0);
  read_of(BPF_B, 0, 6, 0);
  finish();
}
static void index_negative(void) {
  look_up_checked();
  read_of(BPF_DW, 1, 0, 0);
  put(BPF_JMP | BPF_JSGT | BPF_K, 1, 0, 2, 7);
  put(BPF_ALU64 | BPF_ADD | BPF_X, 0, 1, 0, 0);
  read_of(BPF_B, 0, 0, 0);
  finish();
}
static void index_outside(void) {
  look_up_checked();
  copy(6, 0);
  call(PRANDOM);
  math(BPF_AND, 0, 63);
  put(BPF_ALU64 | BPF_ADD | BPF_X, 6, 0, 0, 0);
  read_of(BPF_B, 0, 6, 0);
  finish();
}
static void length(int negative) {
  look_up_checked();
  read_of(BPF_DW, 2, 0, 0);
  if (negative) put(BPF_JMP | BPF_JSGT | BPF_K, 2, 0, 4, 8);
  copy(1, 10);
  math(BPF_ADD, 1, -16);
  set(3, 0);
  call(PROBE_READ);
  finish();
}
static void length_unbounded(void) { length(0); }
static void length_negative(void) { length(1); }
static void type_mismatch(void) { copy(2, 10); math(BPF_ADD, 2, -16); set(1, 7); call(LOOKUP); finish(); }
static void misaligned(void) { store(BPF_DW, -44, 0); finish(); }
static void frame_pointer(void) { set(10, 0); finish(); }
static void call_on(int by) { put(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, by); }
static void stack_sum(void) { store(BPF_DW, -304, 0); call_on(1); end(); store(BPF_DW, -304, 0); finish(); }
static void stack_depth(void) {
  for (int i = 0; i < 9; i++) { call_on(1); end(); }
  finish();
}
static void opcode(void) { put(0xff, 0, 0, 0, 0); finish(); }
static void reserved(void) { set(0, 0); put(BPF_JMP | BPF_EXIT, 1, 0, 0, 0); }
static void result_range(void) { set(0, 5); end(); }
static void wrong_map(void) { set_map(1, table); set(2, 8); set(3, 0); call(RESERVE); finish(); }
static void given_twice(void) {
  set_map(1, ring); set(2, 8); set(3, 0); call(RESERVE);
  jump_if(BPF_JEQ, 0, 0, 7);
  copy(6, 0); copy(1, 6); set(2, 0); call(SUBMIT);
  copy(1, 6); set(2, 0); call(SUBMIT);
  finish();
}
static void dynptr_unmade(void) { copy(1, 10); math(BPF_ADD, 1, -16); set(2, 0); call(DISCARD_DYNPTR); finish(); }
static void by_zero(void) { set(0, 1); math(BPF_DIV, 0, 0); end(); }
static void shift(void) { set(0, 1); math(BPF_LSH, 0, 64); end(); }
static void no_map(void) { set_map(1, 99); finish(); }
static void stack_unwritten(void) { read_of(BPF_DW, 0, 10, -8); end(); }
static void stack_variable(void) { call(PRANDOM); copy(1, 10); put(BPF_ALU64 | BPF_ADD | BPF_X, 1, 0, 0, 0); read_of(BPF_B, 0, 1, 0); end(); }
static void leak_result(void) { copy(0, 10); end(); }
static void leak_map(void) { look_up_checked(); write_to(BPF_DW, 0, 0, 10); finish(); }
static void compared(void) { put(BPF_JMP | BPF_JGT | BPF_X, 1, 10, 0, 0); finish(); }
static void counting(void) { loop(1, 3); }
static void endless(void) { loop(0, 4); }
static void by_function(void) { loop_by_helper(10); }
static void padded(void) { padding(0); }
static void few_branches(void) { branches(2, 1); }
static void compare_java(void) { compare("a"); }
/* Each leaves one way for later. */
static void jumps(void) {
  call(PRANDOM);
  for (int i = 0; i < 9000; i++) jump_if(BPF_JEQ, 0, i, 9000 - i - 1);
  finish();
}

/* Instructions of many forms, none of which is refused. */
static void forms(void) {
  copy(6, 1);
  set(1, 100);
  set(2, 7);
  static const int operations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_ARSH, BPF_MOD, BPF_XOR};
  for (unsigned i = 0; i < sizeof(operations) / sizeof(*operations); i++) {
    put(BPF_ALU64 | operations[i] | BPF_K, 1, 0, 0, 3);
    put(BPF_ALU | operations[i] | BPF_X, 2, 1, 0, 0);
  }
  put(BPF_ALU64 | BPF_NEG, 1, 0, 0, 0);
  put(BPF_ALU | BPF_NEG, 2, 0, 0, 0);
  put(BPF_ALU | BPF_MOV | BPF_X, 3, 2, 0, 0);
  put(BPF_ALU | BPF_MOV | BPF_K, 3, 0, 0, 5);
  put(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 16);
  put(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 64);
  put(BPF_LD | BPF_DW | BPF_IMM, 4, 0, 0, 1);
  put(0, 0, 0, 0, 2);
  store(BPF_DW, -8, -1);
  store(BPF_W, -12, 1);
  store(BPF_H, -14, 1);
  store(BPF_B, -15, 1);
  write_to(BPF_W, 10, -12, 3);
  put(BPF_STX | 0xc0 | BPF_DW, 10, 1, -8, 0); /* atomic add, xadd in 5.10 */
  read_of(BPF_W, 5, 10, -12);
  read_of(BPF_H, 5, 10, -14);
  static const int jumps[] = {BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET};
  for (unsigned i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
    put(BPF_JMP | jumps[i] | BPF_K, 3, 0, 0, 3);
    put(0x06 | jumps[i] | BPF_X, 3, 5, 0, 0); /* of the lower halves */
  }
  put(BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, 14);
  set(1, 2);
  put(BPF_LD | BPF_IND | BPF_H, 0, 1, 0, 4);
  finish();
}
/* Those of 5.12 (exchange) and 6.6 (-mcpu=v4): older kernels do not know them. */
static void forms_of_later(void) {
  set(0, 0);
  set(1, 100);
  store(BPF_DW, -8, 1);
  put(BPF_STX | 0xc0 | BPF_DW, 10, 1, -8, 0x01); /* fetch_add */
  put(BPF_STX | 0xc0 | BPF_DW, 10, 1, -8, 0xe1); /* xchg */
  put(BPF_STX | 0xc0 | BPF_DW, 10, 1, -8, 0xf1); /* cmpxchg */
  put(BPF_ALU64 | BPF_MOV | BPF_X, 2, 1, 8, 0); /* s8 */
  put(BPF_ALU64 | BPF_END, 1, 0, 0, 32); /* bswap */
  put(BPF_ALU64 | BPF_DIV | BPF_K, 1, 0, 1, 3); /* with signs */
  put(BPF_LDX | 0x80 | BPF_B, 2, 10, -8, 0); /* s8 from memory */
  put(0x06 | BPF_JA, 0, 0, 0, 0); /* gotol */
  finish();
}

enum { ROOT = 1, NOBODY_TOO = 2 };
static const struct { const char *name; void (*write)(void); int type, level, who; const char *license; } CASES[] = {
  {"null-unchecked", null_unchecked, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"null-arithmetic", null_arithmetic, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"scalar", scalar, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"no-result", no_result, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"gone-after-call", gone_after_call, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"helper-unknown", helper_unknown, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"helper-of-others", helper_of_others, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"helper-gpl", helper_gpl, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "MIT"},
  {"packet", packet, BPF_PROG_TYPE_XDP, EACH, ROOT, "GPL"},
  {"context", context, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"context-write", context_write, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"jump-outside", jump_outside, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"no-end", no_end, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"unreachable", unreachable, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"multiplied", multiplied, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"half-pointer", half_pointer, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"map-arithmetic", map_arithmetic, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"value-outside", value_outside, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"index-unbounded", index_unbounded, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"index-negative", index_negative, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"index-outside", index_outside, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"length-unbounded", length_unbounded, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"length-negative", length_negative, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"type-mismatch", type_mismatch, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"misaligned", misaligned, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"frame-pointer", frame_pointer, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"stack-sum", stack_sum, BPF_PROG_TYPE_SOCKET_FILTER, EACH, ROOT, "GPL"},
  {"stack-depth", stack_depth, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"opcode", opcode, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"reserved", reserved, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"result-range", result_range, BPF_PROG_TYPE_CGROUP_SKB, EACH, ROOT, "GPL"},
  {"wrong-map", wrong_map, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"given-twice", given_twice, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"dynptr-unmade", dynptr_unmade, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"by-zero", by_zero, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"shift", shift, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"no-map", no_map, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"stack-variable", stack_variable, BPF_PROG_TYPE_TRACEPOINT, EACH, ROOT, "GPL"},
  {"jumps", jumps, BPF_PROG_TYPE_TRACEPOINT, VERDICT, ROOT, "GPL"},
  {"few-branches", few_branches, BPF_PROG_TYPE_TRACEPOINT, ALL, ROOT, "GPL"},
  {"forms", forms, BPF_PROG_TYPE_SOCKET_FILTER, ALL, ROOT, "GPL"},
  {"forms-of-later", forms_of_later, BPF_PROG_TYPE_SOCKET_FILTER, ALL, ROOT, "GPL"},
  {"counting", counting, BPF_PROG_TYPE_SOCKET_FILTER, ALL, ROOT | NOBODY_TOO, "GPL"},
  {"compare-java", compare_java, BPF_PROG_TYPE_TRACEPOINT, ALL, ROOT, "GPL"},
  {"by-function", by_function, BPF_PROG_TYPE_TRACEPOINT, ALL, ROOT, "GPL"},
  {"stack-unwritten", stack_unwritten, BPF_PROG_TYPE_SOCKET_FILTER, EACH, ROOT | NOBODY_TOO, "GPL"},
  {"padded", padded, BPF_PROG_TYPE_SOCKET_FILTER, EACH, NOBODY_TOO, "GPL"},
  {"endless", endless, BPF_PROG_TYPE_SOCKET_FILTER, EACH, NOBODY_TOO, "GPL"},
  {"leak-result", leak_result, BPF_PROG_TYPE_SOCKET_FILTER, EACH, NOBODY_TOO, "GPL"},
  {"leak-map", leak_map, BPF_PROG_TYPE_SOCKET_FILTER, EACH, NOBODY_TOO, "GPL"},
  {"compared", compared, BPF_PROG_TYPE_SOCKET_FILTER, EACH, NOBODY_TOO, "GPL"},
  {"not-root", stack_unwritten, BPF_PROG_TYPE_TRACEPOINT, EACH, NOBODY_TOO, "GPL"},
};

static const char *const OF_THE_LAB[] = {
  "stack-520", "loop-endless", "loop-million", "branches-used", "padding", "reserve-lost", "reserve-variable", "loop-helper",
  "reserve-dynptr",
};

static void tell(const char *name, const char *who, int error) {
  printf("=== %s%s errno %d\n%s", name, who, error, kept);
  fflush(stdout);
}

static void as_nobody(int at) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0) _exit(255);
    count = second = 0;
    CASES[at].write();
    license = CASES[at].license;
    tell(CASES[at].name, " as nobody", load(CASES[at].type, CASES[at].level));
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

int main(void) {
  struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &all);
  code = calloc(MOST_INSNS, sizeof(*code));
  kept = calloc(1, LOG_BYTES);
  if (code == NULL || kept == NULL) return 1;
  table = make_map(BPF_MAP_TYPE_HASH, 16, 8, 16);
  ring = make_map(BPF_MAP_TYPE_RINGBUF, 0, 0, 65536);
  for (unsigned i = 0; i < sizeof(OF_THE_LAB) / sizeof(*OF_THE_LAB); i++) {
    int level;
    license = "GPL";
    write_program(OF_THE_LAB[i], &level);
    tell(OF_THE_LAB[i], "", load(BPF_PROG_TYPE_TRACEPOINT, level));
  }
  for (unsigned i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
    count = second = 0;
    CASES[i].write();
    license = CASES[i].license;
    if (CASES[i].who & ROOT) tell(CASES[i].name, "", load(CASES[i].type, CASES[i].level));
    if (CASES[i].who & NOBODY_TOO) as_nobody((int)i);
  }
  return 0;
}
