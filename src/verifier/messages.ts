// What the kernel's verifier says when it refuses a program (kernel/bpf/verifier.c, function `verbose`) → what it means, in which kernels, what to do.
// The first row that fits a line is its row: rows that say more stand before those that say less. Kernels in brackets are those in which the words are new;
// stable kernels take over changes, so a number is where to look, not a promise.

type MessageGroup = 'loops and size' | 'stack' | 'memory' | 'registers' | 'constants and references' | 'helpers' | 'structure' | 'types' | 'log';

export interface VerifierMessage {
  readonly key: string;
  readonly group: MessageGroup;
  /** Of a line without the blanks around it. Each ends in time that grows with the line's length only. */
  readonly pattern: RegExp;
  /** The line as the kernel has it, for docs and tests. */
  readonly example: string;
  readonly means: string;
  /** Since or until which kernel; '' where all of 5.10 to 6.18 say it so. */
  readonly kernels: string;
  readonly remedy: string;
}

export const VERIFIER_MESSAGES: readonly VerifierMessage[] = [
  // --- loops and size
  {
    key: 'back-edge',
    group: 'loops and size',
    pattern: /^back-edge from insn \d+ to \d+/,
    example: 'back-edge from insn 5 to 2',
    means: 'The program jumps back to an instruction that it can come from: a loop. No loop at all is allowed here, whether it ends or not.',
    kernels: 'Every program before 5.3; since then only programs loaded without CAP_BPF (before 5.8: without CAP_SYS_ADMIN).',
    remedy: 'Unroll the loop (unroll in bpftrace, #pragma unroll in C), load the program as root, or use a kernel of 5.3 or later.',
  },
  {
    key: 'infinite-loop',
    group: 'loops and size',
    pattern: /^infinite loop detected at insn \d+/,
    example: 'infinite loop detected at insn 4',
    means:
      'The verifier came to the same instruction again with the same state: what it knows of all registers and of the stack had not changed in one round. ' +
      'So nothing it can see counts towards an end. A counter in a map does not help: its value is unknown at every read.',
    kernels: 'Since 5.3, the first with loops.',
    remedy: 'Count in a register, that is in a scratch variable ($i, not @i), up to a constant.',
  },
  {
    key: 'too-large',
    group: 'loops and size',
    pattern: /^BPF program is too large\. Proc+essed \d+ insn/,
    example: 'BPF program is too large. Processed 1000001 insn',
    means:
      'The verifier followed one million instructions and was not at the end. Each round of a loop counts again, and each way through a branch whose ' +
      'states differ.',
    kernels: 'One million since 5.2; 131,072 before (128k), 98,304, 65,536 and 32,768 in older ones. Programs without CAP_BPF have the same limit here, beside their 4,096 instructions.',
    remedy: 'Fewer rounds, fewer branches in the loop, bpf_loop (5.17; followed once or a few times, whatever the number of rounds), or a tail call, whose program is counted by itself.',
  },
  {
    key: 'too-many-jumps',
    group: 'loops and size',
    pattern: /^(?:The sequence of \d+ jumps is too complex|BPF program is too complex)/,
    example: 'The sequence of 8193 jumps is too complex.',
    means: 'On one way through the program more branches were left for later than the verifier remembers.',
    kernels: '8,192 in today\'s kernels; 1,024 in those before loops.',
    remedy: 'Fewer conditions that depend on values read at run time; put them behind each other in bpf_loop or in a program of their own.',
  },
  {
    key: 'program-size',
    group: 'loops and size',
    pattern: /Program +too large \(\d+ insns\), at most \d+ insns|^bpf: Argument list too long|Argument list too long.*BPF|program is too large/i,
    example: 'bpf: Argument list too long. Program  too large (4200 insns), at most 4096 insns',
    means:
      'E2BIG: the program itself is too long, 4,096 instructions without CAP_BPF and one million with it; or the verifier had to follow too many, and the ' +
      'loader (bcc) guessed at the reason.',
    kernels: 'One million since 5.2 for root; 4,096 for all before, and to this day without CAP_BPF.',
    remedy: 'Look for "processed … insns" in the log: a million there means that it had too much to follow, not that the program is long.',
  },
  // --- stack
  {
    key: 'stack-limit-compiler',
    group: 'stack',
    pattern: /BPF stack limit(?: of \d+ bytes)? is exceeded|Stack size is too large/,
    example: 'error: Looks like the BPF stack limit of 512 bytes is exceeded. Please move large on stack variables into BPF per-cpu array map.',
    means: 'The compiler says it, before the kernel could: the variables of a function do not fit the 512 bytes of stack.',
    kernels: 'All: 512 bytes is MAX_BPF_STACK of include/linux/filter.h.',
    remedy: 'Shorter strings (BPFTRACE_STRLEN, BPFTRACE_MAX_STRLEN), fewer str() at a time, or a per-CPU array map of one entry as scratch space.',
  },
  {
    key: 'stack-sum',
    group: 'stack',
    pattern: /^combined stack size of \d+ calls is \d+\. Too large|^tail_calls are not allowed when call stack of previous frames is \d+ bytes/,
    example: 'combined stack size of 2 calls is 544. Too large',
    means: 'A function and those that it calls share the 512 bytes (each is rounded up to 32, or to 16 in later kernels); a tail call leaves them 256.',
    kernels: 'Since 4.16, the first with functions; the 256 bytes since 5.10.',
    remedy: 'Move large variables into a per-CPU array map, or do with fewer functions inside each other.',
  },
  {
    key: 'stack-depth',
    group: 'stack',
    pattern: /^the call stack of \d+ frames is too deep/,
    example: 'the call stack of 9 frames is too deep !',
    means: 'Functions that call each other go eight deep at most, and may not call themselves.',
    kernels: 'Since 4.16.',
    remedy: 'Make a loop of it, or use a tail call.',
  },
  {
    key: 'stack-uninitialized-helper',
    group: 'stack',
    pattern: /^invalid indirect read from stack/,
    example: 'invalid indirect read from stack R2 off -16+1 size 16',
    means:
      'A helper was given a piece of the stack, and a byte of it was never written: "off -16+1 size 16" is the piece of 16 bytes at -16, and byte 1 of it. ' +
      'Mostly it is padding, which the compiler leaves between the fields of a struct.',
    kernels:
      'Without R2 before 5.12. Since 6.3 programs with CAP_PERFMON may do it ("bpf: Allow reads from uninit stack", 6715df8d5d24); stable kernels took ' +
      'it over, so that one 5.10 or 6.1 refuses and a later one of the same number does not.',
    remedy: 'Set the whole struct to zero first (memset, or = {} with all padding named as fields), or order the fields so that there is no padding.',
  },
  {
    key: 'stack-uninitialized',
    group: 'stack',
    pattern: /^invalid read from stack (?:R\d+ )?(?:off -?\d+\+|var_off)|^invalid size of register fill|^corrupted spill memory/,
    example: 'invalid read from stack R10 off -8+0 size 8',
    means: 'The program reads a place of its stack that it has not written, or only in part.',
    kernels: 'With the register since 5.12; allowed with CAP_PERFMON since 6.3.',
    remedy: 'Give the variable a value first, on every way that leads here.',
  },
  {
    key: 'stack-bounds',
    group: 'stack',
    pattern: /^invalid (?:write to |read from |indirect access to )?stack (?:type )?R?\d* ?off=-?\d+|^invalid (?:unbounded )?variable-offset/,
    example: 'invalid write to stack R10 off=-520 size=8',
    means: 'The access lies outside the 512 bytes below R10: too far down (off=-520), or at R10 or above it, or at a place that is not known.',
    kernels: '"invalid stack off=-520 size=8" before 5.12 (later 5.10 have the new words).',
    remedy: 'Use less stack: a per-CPU array map of one entry; give an index into an array on the stack a bound.',
  },
  {
    key: 'stack-alignment',
    group: 'stack',
    pattern: /^misaligned (?:stack|value|packet|context|access)/,
    example: 'misaligned stack access off 0+0+-44 size 8',
    means: 'The address is no multiple of the size: 8 bytes at -44.',
    kernels: '',
    remedy: 'If bpftrace or a compiler made it, it is their bug: report it, and try another version. In C: no packed structs on the stack.',
  },
  // --- memory
  {
    key: 'null-not-checked',
    group: 'memory',
    pattern: /^R\d+ invalid mem access '\w*_or_null_?\w*'/,
    example: "R0 invalid mem access 'map_value_or_null'",
    means: 'The pointer may be NULL, a lookup that found nothing or a reservation that got nothing, and nobody asked.',
    kernels: '',
    remedy: 'Compare it with NULL right after the call, and use it on that branch only.',
  },
  {
    key: 'scalar-as-pointer',
    group: 'memory',
    pattern: /^R\d+ invalid mem access '(?:scalar|inv|imm\d*)'/,
    example: "R1 invalid mem access 'scalar'",
    means:
      'The program reads or writes through a number. For the verifier an address that came out of memory, of a user\'s argument or of arithmetic is just a ' +
      'number, and so is a pointer that was cast, added to another one or kept in a place that it does not watch.',
    kernels: "'inv' before 5.18, 'scalar' since.",
    remedy: 'Read it with bpf_probe_read_kernel or bpf_probe_read_user (bpftrace: kptr(), uptr(), a cast to the struct), or with fentry, which knows the types of arguments.',
  },
  {
    key: 'invalid-mem-access',
    group: 'memory',
    pattern: /^R\d+ invalid mem access '[^']{1,80}'/,
    example: "R1 invalid mem access 'map_ptr'",
    means: 'The register holds a pointer of a kind that cannot be read or written in this way; the quotes say which.',
    kernels: '',
    remedy: 'See in the lines above where the register got this value, and use the helper that is made for it.',
  },
  {
    key: 'value-out-of-bounds',
    group: 'memory',
    pattern: /^invalid access to (?:map value|map key|memory|packet|mem)\b/,
    example: 'invalid access to map value, value_size=8 off=8 size=8',
    means: 'The access goes beyond the end of what it points to: "value_size=8 off=8 size=8" is 8 bytes at 8 of a value that has 8.',
    kernels: '',
    remedy: 'Compare the index with the size first, or cut it with & (size - 1), and use the very register that was compared.',
  },
  {
    key: 'context-access',
    group: 'memory',
    pattern: /^invalid bpf_context access off=-?\d+ size=\d+|^dereference of modified ctx ptr|^variable ctx access/,
    example: 'invalid bpf_context access off=200 size=8',
    means: 'The program reads a field of its context (the registers, the arguments of the tracepoint) that a program of its type does not have.',
    kernels: '',
    remedy: 'Is it the right type of program for what it reads? A field beyond the end of a tracepoint, or an argument that the function does not have, looks like this.',
  },
  {
    key: 'type-mismatch',
    group: 'memory',
    pattern: /^R\d+ type=\S+ expected=/,
    example: 'R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
    means: 'A helper wants another kind of value in this register: "type=" is what it is, "expected=" what would do.',
    kernels: "'inv' instead of 'scalar' before 5.18; the list grows with the kernels.",
    remedy: 'Copy what is to be given onto the stack first (bpf_probe_read_…), and give the address of that.',
  },
  // --- registers
  {
    key: 'unbounded',
    group: 'registers',
    pattern: /^R\d+ unbounded memory access/,
    example: "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'",
    means: 'A length or an index has no upper bound that the verifier could see.',
    kernels: '',
    remedy: 'Put "if (n > MAX) n = MAX", or "n &= MAX" where MAX is a power of two less one, right before its use. Compilers move such tests, or make them on a copy: see which register was tested.',
  },
  {
    key: 'min-negative',
    group: 'registers',
    pattern: /^R\d+ min value is negative/,
    example: "R2 min value is negative, either use unsigned or 'var &= const'",
    means: 'A length or an index may be below zero, as far as the verifier knows: it was compared as a signed number, at its upper end only.',
    kernels: '',
    remedy: 'Use an unsigned variable, test for < 0 too, or cut it with &.',
  },
  {
    key: 'range-outside',
    group: 'registers',
    pattern: /^R\d+ (?:min|max) value is outside of the (?:allowed memory|array|packet) range/,
    example: 'R1 max value is outside of the allowed memory range',
    means: 'The range of the index, not its value, reaches beyond the memory; the line above says by how much.',
    kernels: '"array range" in old kernels.',
    remedy: 'A smaller bound, or larger memory: a bound of n and an access of m bytes need n + m.',
  },
  {
    key: 'unbounded-pointer',
    group: 'registers',
    pattern: /^math between \S+ pointer and register with unbounded min value is not allowed|^value -?\d+ makes \S+ pointer be out of bounds|^\S+ pointer offset -?\d+ is not allowed/,
    example: 'math between map_value pointer and register with unbounded min value is not allowed',
    means: 'A number is added to a pointer, and nothing is known of the number.',
    kernels: '',
    remedy: 'Give the number a bound before it is added, in the register that is added.',
  },
  {
    key: 'pointer-arithmetic',
    group: 'registers',
    pattern: /^R\d+ (?:pointer .{1,40} prohibited|pointer arithmetic on \S+ prohibited|subtraction from stack pointer prohibited|bitwise operator)|^R\d+ tried to (?:add|subtract) from different/,
    example: 'R1 pointer arithmetic on ptr_or_null_ prohibited, null-check it first',
    means: 'Arithmetic that would make a pointer into something that the verifier cannot follow.',
    kernels: '',
    remedy: 'Compare with NULL first where it says so; otherwise make a number of it (bpf_probe_read_… takes numbers).',
  },
  {
    key: 'not-written',
    group: 'registers',
    pattern: /^R\d+ !read_ok/,
    example: 'R0 !read_ok',
    means:
      'A register is read that was never written. R0 at exit: a way to the end without a result. R1 to R5: they are gone after every call of a helper.',
    kernels: '',
    remedy: 'Keep what is needed after a call in R6 to R9 (compilers do); give a result on every way.',
  },
  {
    key: 'frame-pointer-write',
    group: 'registers',
    pattern: /^frame pointer is read only/,
    example: 'frame pointer is read only',
    means: 'The program writes R10, which always points at the end of the stack.',
    kernels: '',
    remedy: 'Copy it into another register first.',
  },
  {
    key: 'leak',
    group: 'registers',
    pattern: /^R\d+ leaks addr|^R0 leaks addr as return value/,
    example: 'R3 leaks addr into map',
    means: 'An address of the kernel would come to where users read: only programs with CAP_PERFMON may do that.',
    kernels: 'CAP_SYS_ADMIN before 5.8.',
    remedy: 'Load it as root.',
  },
  {
    key: 'return-value',
    group: 'registers',
    pattern: /^At program exit the register R0 has/,
    example: 'At program exit the register R0 has unknown scalar value should have been in (0x0; 0x1)',
    means: 'This type of program may return some numbers only.',
    kernels: '"At program exit the register R0 has smin=… should have been in […]" since 6.8.',
    remedy: 'Return a constant.',
  },
  // --- constants and references
  {
    key: 'not-constant',
    group: 'constants and references',
    pattern: /^R\d+ (?:is not a known constant|must be a known constant|is not a const|unbounded size,)/,
    example: "R2 is not a known constant'",
    means:
      'The value must be one number that the verifier knows, on the way it follows, not a range of them: the size given to bpf_ringbuf_reserve, for it is ' +
      'also the size of the memory that comes back. (The quotation mark at the end is in the kernel\'s own text.)',
    kernels: "Since 5.8, the first with ring buffers, up to today. Until 5.11 it says \"R2 unbounded size, use 'var &= const' or 'if (var < const)'\": that advice does not help, a bound is not enough.",
    remedy:
      'Choose between a few constants with if (256, 1024, 4096, 8192), and call it on each branch; or bpf_ringbuf_reserve_dynptr (5.19), or ' +
      'bpf_ringbuf_output, which copies and takes any length with a bound.',
  },
  {
    key: 'unreleased',
    group: 'constants and references',
    pattern: /^Unreleased reference id=\d+ alloc_insn=\d+|^BPF_EXIT instruction .{0,60}would lead to reference leak|^tail_call would lead to reference leak/,
    example: 'Unreleased reference id=2 alloc_insn=7',
    means: 'Something that must be given back was not, on one of the ways to the end: a reservation in a ring buffer, a socket, a task. "alloc_insn" is where it was got.',
    kernels: 'Since 4.20; ring buffers since 5.8.',
    remedy: 'bpf_ringbuf_submit or bpf_ringbuf_discard (…_dynptr also where the reservation failed) on every way out, error ways too.',
  },
  {
    key: 'not-acquired',
    group: 'constants and references',
    pattern: /^R\d+ must be referenced|^release kernel function .{1,60} expects refcounted|^arg \d+ is an unacquired reference|^reference has not been acquired before/,
    example: 'R1 must be referenced when passed to release function',
    means: 'Something is given back that this way of the program never got, or has given back already.',
    kernels: '',
    remedy: 'Give back once, and only where it was got and is not NULL.',
  },
  {
    key: 'dynptr',
    group: 'constants and references',
    pattern: /^(?:Expected an? (?:un)?initialized dynptr as arg|Dynptr has to be an uninitialized dynptr|Expected a dynptr of type|cannot overwrite referenced dynptr)/,
    example: 'Expected an initialized dynptr as arg #0',
    means: 'A dynptr (a pointer with its length, kept in 16 bytes of stack) is used before it was made, is made twice, or its bytes were written over.',
    kernels: 'Since 5.19, the first with dynptrs.',
    remedy: 'One bpf_ringbuf_reserve_dynptr for each, and exactly one submit or discard after it.',
  },
  // --- helpers
  {
    key: 'helper-unknown',
    group: 'helpers',
    pattern: /^invalid func \S*#\d+/,
    example: 'invalid func unknown#181',
    means: 'This kernel has no helper of that number at all: the program was made for a later one.',
    kernels: 'bpf_probe_read_user is 112 (5.5), bpf_ringbuf_reserve 131 (5.8), bpf_loop 181 (5.17), bpf_ringbuf_reserve_dynptr 198 (5.19).',
    remedy: 'A later kernel, or another way (docs of the helper say since when it is there).',
  },
  {
    key: 'helper-of-other-type',
    group: 'helpers',
    pattern: /^(?:unknown func|program of this type cannot use helper) \S*#\d+|^helper call is not allowed in probe/,
    example: 'program of this type cannot use helper bpf_probe_read_user#112',
    means: 'The kernel knows the helper, and not for this type of program, or not with these rights, or it was built without what the helper needs.',
    kernels: '"unknown func bpf_…#112" until 6.9, "program of this type cannot use helper" since 6.10.',
    remedy: 'Another type of probe (fentry, LSM), root, or do without it; bpftool feature probe kernel lists the helpers of each type.',
  },
  {
    key: 'helper-license',
    group: 'helpers',
    pattern: /^cannot call GPL-restricted function/,
    example: 'cannot call GPL-restricted function from non-GPL compatible program',
    means: 'The helper is for programs under the GPL, and this one does not say that it is.',
    kernels: '',
    remedy: 'char LICENSE[] SEC("license") = "GPL"; or "Dual BSD/GPL", if that is so.',
  },
  {
    key: 'helper-sleeps',
    group: 'helpers',
    pattern: /^(?:helper call might sleep in a non-sleepable prog|global functions that may sleep|program must be sleepable to call sleepable kfunc|sleepable helper .{1,60} in)/,
    example: 'program must be sleepable to call sleepable kfunc bpf_copy_from_user_str',
    means: 'What is called may wait, and this program may not.',
    kernels: '',
    remedy: 'A program that may sleep (uprobe.s, fentry.s, lsm.s), or the helper that does not wait.',
  },
  {
    key: 'map-of-other-kind',
    group: 'helpers',
    pattern: /^cannot pass map_type \d+ into func/,
    example: 'cannot pass map_type 27 into func bpf_map_lookup_elem#1',
    means: 'This helper is not for maps of this kind; 27 is a ring buffer, 4 a perf event array (enum bpf_map_type).',
    kernels: '',
    remedy: 'The helper of that kind of map.',
  },
  {
    key: 'kfunc-not-allowed',
    group: 'helpers',
    pattern: /^calling kernel function \S{1,120} is not allowed|^kernel function .{1,80} (?:not allowed|is not supported)/,
    example: 'calling kernel function bpf_task_acquire is not allowed',
    means: 'The kernel has that kfunc, and not for this type of program.',
    kernels: 'Since 5.13, the first with kfuncs.',
    remedy: 'Another type of program; Documentation/bpf/kfuncs.rst says which.',
  },
  // --- structure
  {
    key: 'unreachable',
    group: 'structure',
    pattern: /^unreachable insn \d+/,
    example: 'unreachable insn 7',
    means: 'No way leads to this instruction.',
    kernels: '',
    remedy: 'A compiler that leaves such code is the wrong one, or a loop above it never ends.',
  },
  {
    key: 'jump-range',
    group: 'structure',
    pattern: /^insn \d+ cannot be patched due to 16-bit range|^jump out of range from insn \d+ to \d+|^last insn is not an exit or jmp|^unknown opcode|^invalid BPF_LD_IMM insn|^unrecognized bpf_ld_imm64 insn|^BPF_\w+ uses reserved fields/,
    example: 'last insn is not an exit or jmp',
    means: 'The instructions are no program: a jump to where none is, an end without exit, an instruction that this kernel does not know.',
    kernels: 'Instructions of later processors of BPF (-mcpu=v4: 6.6) look so on older kernels.',
    remedy: 'Compile for an older one: -mcpu=v3, or v2.',
  },
  // --- types
  {
    key: 'btf-missing',
    group: 'types',
    pattern: /failed to find valid kernel BTF|CONFIG_DEBUG_INFO_BTF|kernel BTF is missing|BTF is (?:required|mandatory)|^missing btf func_info|^btf_vmlinux is malformed/i,
    example: 'libbpf: failed to find valid kernel BTF',
    means: 'Type information is missing: the kernel\'s (/sys/kernel/btf/vmlinux), or the program\'s own.',
    kernels: 'Distributions build it in since about 5.4 to 5.10.',
    remedy: 'A kernel with CONFIG_DEBUG_INFO_BTF=y; compile with -g.',
  },
  {
    key: 'btf-invalid',
    group: 'types',
    pattern: /^(?:\[\d+\] .{1,200} )?Invalid (?:BTF|btf_info|name|kind|string section|magic|type|member|func)\b|^Unsupported (?:flags|version|section)/,
    example: '[5] FUNC main type_id=4 Invalid name',
    means: 'The kernel does not take the type information that came with the program; the number in brackets is the type.',
    kernels: 'New kinds of types come with kernels: FLOAT 5.13, DECL_TAG 5.16, TYPE_TAG 5.17, ENUM64 6.0.',
    remedy: 'It is only a remark if the program loads all the same (libbpf tries again without). Otherwise an older compiler, or pahole --skip_encoding_btf_….',
  },
  {
    key: 'btf-attach',
    group: 'types',
    pattern: /^attach_btf_id \d+|^func '[^']{1,120}' (?:doesn't have \d+-th argument|arg\d+ .{1,80})|failed to find kernel BTF type ID/,
    example: "func 'vfs_open' doesn't have 4-th argument",
    means: 'The function to attach to has no such argument, or this kernel has no type of that name.',
    kernels: 'Functions change from kernel to kernel.',
    remedy: 'bpftool btf dump file /sys/kernel/btf/vmlinux | grep the name; bpftrace -lv fentry:NAME shows the arguments.',
  },
  // --- log
  {
    key: 'log-truncated',
    group: 'log',
    pattern: /verifier log (?:truncated|is too long)|No space left on device|Kernel log seems to be trimmed/i,
    example: 'WARNING: Kernel log seems to be trimmed. This may be due to buffer not being big enough',
    means: 'ENOSPC: the log did not fit its buffer, and before 6.4 that alone makes the load fail. The reason may be missing.',
    kernels: 'Since 6.4 the end of the log is kept, and the load does not fail for it.',
    remedy: 'BPFTRACE_LOG_SIZE=16777215 (an environment variable), or config = { log_size = … } since 0.21 or so; less output with -v only when it is wanted.',
  },
  {
    key: 'no-permission',
    group: 'log',
    pattern: /^(?:bpf: )?(?:Failed to load program: )?Operation not permitted|(?:^|\W)-1: Operation not permitted/,
    example: 'bpf: Operation not permitted',
    means: 'EPERM, not the verifier: the right to load is missing (CAP_BPF and CAP_PERFMON), or the kernel is locked down, or memory that may be locked is too little (before 5.11).',
    kernels: '',
    remedy: 'Run it as root; see docs/containers.md for containers.',
  },
];
