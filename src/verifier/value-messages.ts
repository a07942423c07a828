// What the verifier says of values: numbers, pointers as such, constants, what must be given back. Rows of messages.ts.

import { anyOf, type VerifierMessage } from './verifier-message.ts';

export const VALUE_MESSAGES: readonly VerifierMessage[] = [
  // --- registers
  {
    key: 'unbounded',
    group: 'registers',
    pattern: /^R\d+ unbounded memory access/,
    example: "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'",
    means: 'A length or an index has no upper bound that the verifier could see.',
    kernels: '',
    remedy:
      'Put "if (n > MAX) n = MAX", or "n &= MAX" where MAX is a power of two less one, right before its use. Compilers ' +
      'move such tests, or make them on a copy: see which register was tested.',
  },
  {
    key: 'min-negative',
    group: 'registers',
    pattern: /^R\d+ min value is negative/,
    example: "R2 min value is negative, either use unsigned or 'var &= const'",
    means:
      'A length or an index may be below zero, as far as the verifier knows: it was never compared, or as a signed number ' +
      'at its upper end only.',
    kernels: '',
    remedy: 'Use an unsigned variable and an upper bound, test for < 0 too, or cut it with &.',
  },
  {
    key: 'unbounded-pointer',
    group: 'registers',
    pattern: anyOf(
      /^math between \S+ pointer and register with unbounded min value is not allowed/,
      /^value -?\d+ makes \S+ pointer be out of bounds/,
      /^\S+ pointer offset -?\d+ is not allowed/,
    ),
    example: 'math between map_value pointer and register with unbounded min value is not allowed',
    means: 'The number added to a pointer may be far below zero ("unbounded min value"), or is a constant that is too large.',
    kernels: '',
    remedy: 'Give it a lower end too: unsigned, if (n < 0), or &, in the register that is added.',
  },
  {
    key: 'unprivileged-pointers',
    group: 'registers',
    pattern:
      /prohibited for !root|^R\d+ (?:pointer comparison|partial copy of pointer)|^attempt to corrupt spilled pointer on stack/,
    example: 'R10 pointer comparison prohibited',
    means:
      'Without CAP_PERFMON pointers may not be compared with each other, cut into halves or moved by numbers that are ' +
      'not known: addresses could be guessed so.',
    kernels: 'CAP_SYS_ADMIN before 5.8.',
    remedy: 'Load it as root, or do without: compare with NULL and with the end of a packet only.',
  },
  {
    key: 'pointer-arithmetic',
    group: 'registers',
    pattern: anyOf(
      /^R\d+ (?:(?:32-bit )?pointer .{1,60} prohibited|subtraction from stack pointer prohibited|bitwise operator)/,
      /^R\d+ tried to (?:add|subtract) from different/,
    ),
    example: 'R1 pointer arithmetic on ptr_or_null_ prohibited, null-check it first',
    means: 'Arithmetic that would make a pointer into something that the verifier cannot follow.',
    kernels: '',
    remedy: 'Compare with NULL first where it says so; otherwise make a number of it (bpf_probe_read_… takes numbers).',
  },
  {
    key: 'bad-operand',
    group: 'registers',
    pattern: /^(?:div by zero|invalid shift -?\d+)/,
    example: 'div by zero',
    means:
      'The constant of the instruction makes no sense: a division by zero, or a shift by as many bits as the number ' +
      'has, or more.',
    kernels: '',
    remedy:
      'It comes from a constant of the source; compilers warn of it. A zero that is known at run time only gives zero, ' +
      'and is not refused.',
  },
  {
    key: 'not-written',
    group: 'registers',
    pattern: /^R\d+ !read_ok/,
    example: 'R0 !read_ok',
    means:
      'A register is read that was never written. R0 at exit: a way to the end without a result. R1 to R5: they are ' +
      'gone after every call of a helper.',
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
      'The value must be one number that the verifier knows, on the way it follows, not a range of them: the size ' +
      'given to bpf_ringbuf_reserve, for it is ' +
      "also the size of the memory that comes back. (The quotation mark at the end is in the kernel's own text.)",
    kernels:
      "Since 5.8, the first with ring buffers, up to today. Until 5.11 it says \"R2 unbounded size, use 'var &= const' " +
      "or 'if (var < const)'\": that advice does not help, a bound is not enough.",
    remedy:
      'Choose between a few constants with if (256, 1024, 4096, 8192), and call it on each branch; or ' +
      'bpf_ringbuf_reserve_dynptr (5.19), or ' +
      'bpf_ringbuf_output, which copies and takes any length with a bound.',
  },
  {
    key: 'unreleased',
    group: 'constants and references',
    pattern: anyOf(
      /^Unreleased reference id=\d+ alloc_insn=\d+/,
      /^BPF_EXIT instruction .{0,60}would lead to reference leak/,
      /^tail_call would lead to reference leak/,
    ),
    example: 'Unreleased reference id=2 alloc_insn=7',
    means:
      'Something that must be given back was not, on one of the ways to the end: a reservation in a ring buffer, a ' +
      'socket, a task. "alloc_insn" is where it was got.',
    kernels: 'Since 4.20; ring buffers since 5.8.',
    remedy:
      'bpf_ringbuf_submit or bpf_ringbuf_discard (…_dynptr also where the reservation failed) on every way out, error ' +
      'ways too.',
  },
  {
    key: 'not-acquired',
    group: 'constants and references',
    pattern: anyOf(
      /^R\d+ must be referenced/,
      /^release kernel function .{1,60} expects refcounted/,
      /^arg \d+ is an unacquired reference/,
      /^reference has not been acquired before/,
    ),
    example: 'R1 must be referenced when passed to release function',
    means: 'Something is given back that this way of the program never got, or has given back already.',
    kernels: '',
    remedy: 'Give back once, and only where it was got and is not NULL.',
  },
  {
    key: 'dynptr',
    group: 'constants and references',
    pattern: anyOf(
      /^Expected an? (?:un)?initialized dynptr as (?:arg|R\d)/,
      /^Dynptr has to be an uninitialized dynptr/,
      /^Expected a dynptr of type/,
      /^cannot overwrite referenced dynptr/,
    ),
    example: 'Expected an initialized dynptr as arg #0',
    means:
      'A dynptr (a pointer with its length, kept in 16 bytes of stack) is used before it was made, is made twice, or ' +
      'its bytes were written over.',
    kernels: 'Since 5.19, the first with dynptrs.',
    remedy: 'One bpf_ringbuf_reserve_dynptr for each, and exactly one submit or discard after it.',
  },
];
