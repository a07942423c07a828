// What the verifier says of memory: the stack, and what pointers point to. Rows of messages.ts.

import { anyOf, type VerifierMessage } from './verifier-message.ts';

export const MEMORY_MESSAGES: readonly VerifierMessage[] = [
  // --- stack
  {
    key: 'stack-limit-compiler',
    group: 'stack',
    pattern: /BPF stack limit(?: of \d+ bytes)? is exceeded|Stack size is too large/,
    example:
      'error: Looks like the BPF stack limit of 512 bytes is exceeded. Please move large on stack variables into BPF ' +
      'per-cpu array map.',
    means: 'The compiler says it, before the kernel could: the variables of a function do not fit the 512 bytes of stack.',
    kernels: 'All: 512 bytes is MAX_BPF_STACK of include/linux/filter.h.',
    remedy:
      'Shorter strings (BPFTRACE_STRLEN, BPFTRACE_MAX_STRLEN), fewer str() at a time, or a per-CPU array map of one ' +
      'entry as scratch space.',
  },
  {
    key: 'stack-sum',
    group: 'stack',
    pattern: anyOf(
      /^combined stack size of \d+ calls is \d+\. Too large/,
      /^tail_calls are not allowed when call stack of previous frames is \d+ bytes/,
    ),
    example: 'combined stack size of 2 calls is 544. Too large',
    means:
      'A function and those that it calls share the 512 bytes (each is rounded up to 32, or to 16 in later kernels); a ' +
      'tail call leaves them 256.',
    kernels: 'Since 4.16, the first with functions; the 256 bytes since 5.10.',
    remedy: 'Move large variables into a per-CPU array map, or do with fewer functions inside each other.',
  },
  {
    key: 'stack-depth',
    group: 'stack',
    pattern: /^the call stack of \d+ frames is too deep/,
    example: 'the call stack of 9 frames is too deep !',
    means: 'Functions that call each other go eight deep at most, and may not call themselves.',
    kernels: 'Since 4.16; 7.2 takes ten frames (seen).',
    remedy: 'Make a loop of it, or use a tail call.',
  },
  {
    key: 'stack-uninitialized-helper',
    group: 'stack',
    pattern: /^invalid indirect read from stack/,
    example: 'invalid indirect read from stack R2 off -16+1 size 16',
    means:
      'A helper was given a piece of the stack, and a byte of it was never written: "off -16+1 size 16" is the piece ' +
      'of 16 bytes at -16, and byte 1 of it. ' +
      'Mostly it is padding, which the compiler leaves between the fields of a struct.',
    kernels:
      'Without R2 before 5.12. Since 6.3 programs with CAP_PERFMON may do it ("bpf: Allow reads from uninit stack", ' +
      '6715df8d5d24); stable kernels took ' +
      'it over (5.10.262 and 6.1.192 of Debian have it), so that one 5.10 or 6.1 refuses and a later one of the same ' +
      'number does not.',
    remedy:
      'Set the whole struct to zero first (memset, or = {} with all padding named as fields), or order the fields so ' +
      'that there is no padding.',
  },
  {
    key: 'stack-uninitialized',
    group: 'stack',
    // `off=-8 size=8` too: 5.10 says it so of places inside the 512 bytes, where nothing below them was written.
    pattern: anyOf(
      /^invalid read from stack (?:R\d+ )?(?:off -?\d+\+|var_off|off=-(?:[1-9]\d?|[1-4]\d\d|50\d|51[0-2]) )/,
      /^invalid size of register fill/,
      /^corrupted spill memory/,
    ),
    example: 'invalid read from stack R10 off -8+0 size 8',
    means:
      'The program reads a place of its stack that it has not written, or only in part, or gives a helper a piece of it with ' +
      'bytes that were never written (mostly padding of a struct; until 6.12 at least in words of its own, "invalid indirect read").',
    kernels: 'With the register since 5.12; allowed with CAP_PERFMON since 6.3.',
    remedy: 'Set the whole struct or variable to zero first, on every way that leads here.',
  },
  {
    key: 'stack-bounds',
    group: 'stack',
    pattern: anyOf(
      /^invalid (?:write to |read from |indirect access to )?stack (?:type )?R?\d* ?off=-?\d+/,
      /^invalid (?:unbounded )?variable-offset/,
    ),
    example: 'invalid write to stack R10 off=-520 size=8',
    means:
      'The access lies outside the 512 bytes below R10: too far down (off=-520), or at R10 or above it, or at a place ' +
      'that is not known.',
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
    remedy:
      'If bpftrace or a compiler made it, it is their bug: report it, and try another version. In C: no packed structs ' +
      'on the stack.',
  },
  // --- memory
  {
    key: 'null-not-checked',
    group: 'memory',
    pattern: /^R\d+ invalid mem access '\w{0,80}?_or_null\w{0,80}'/,
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
      "The program reads or writes through a number. For the verifier an address that came out of memory, of a user's " +
      'argument or of arithmetic is just a ' +
      'number, and so is a pointer that was cast, added to another one or kept in a place that it does not watch.',
    kernels: "'inv' before 5.18, 'scalar' since.",
    remedy:
      'Read it with bpf_probe_read_kernel or bpf_probe_read_user (bpftrace: kptr(), uptr(), a cast to the struct), or ' +
      'with fentry, which knows the types of arguments.',
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
    key: 'packet-access',
    group: 'memory',
    pattern: /^invalid access to packet\b|^R\d+ offset is outside of the packet/,
    example: 'invalid access to packet, off=0 size=1, R2(id=0,off=0,r=0)',
    means:
      'The program reads or writes packet data that may not be there: "r=" is how many bytes were shown to be there, ' +
      '"off" and "size" what is wanted.',
    kernels: '',
    remedy:
      'Compare with the end of the packet first: if (data + offset + size > data_end) return; and use the very pointer ' +
      'that was compared.',
  },
  {
    key: 'value-out-of-bounds',
    group: 'memory',
    pattern: anyOf(
      /^invalid access to (?:map value|map key|memory|mem)\b/,
      /^R\d+ (?:min|max) value is outside of the (?:allowed memory|array) range/,
    ),
    example: 'invalid access to map value, value_size=8 off=8 size=8',
    means:
      'The access goes beyond the end of what it points to: "value_size=8 off=8 size=8" is 8 bytes at 8 of a value ' +
      'that has 8. "min value" and "max value" say which end of the index\'s range it is.',
    kernels: '',
    remedy:
      'An index needs a bound of the size less the bytes that are read: compare it first, or cut it with & (size - 1), ' +
      'and use the very register that was compared.',
  },
  {
    key: 'zero-size',
    group: 'memory',
    pattern: /^(?:R\d+ )?invalid zero-sized read/,
    example: 'R2 invalid zero-sized read: u64=[0,16]',
    means: 'The length given to a helper may be zero, and this helper takes no empty piece of memory.',
    kernels: 'With the register and the range since 6.8.',
    remedy: 'Ask first: if (n > 0) and the call behind it; a test of the upper end alone leaves zero.',
  },
  {
    key: 'write-forbidden',
    group: 'memory',
    pattern:
      /^(?:write into map forbidden|read from map forbidden|R\d+ cannot write into|only read (?:is supported|from bpf_array))/,
    example: 'write into map forbidden, value_size=8 off=0 size=8',
    means:
      'What the pointer points to may be read only, or written only: constants (.rodata), arguments and structs of the kernel.',
    kernels: '',
    remedy: 'Copy it first, and write the copy.',
  },
  {
    key: 'context-access',
    group: 'memory',
    pattern: /^invalid bpf_context access off=-?\d+ size=\d+|^dereference of modified ctx ptr|^variable ctx access/,
    example: 'invalid bpf_context access off=200 size=8',
    means:
      'The program reads or writes a field of its context (the registers, the arguments of the tracepoint) that a program of its ' +
      'type does not have.',
    kernels: '',
    remedy:
      'Is it the right type of program for what it reads? A field beyond the end of a tracepoint, or an argument that ' +
      'the function does not have, looks like this.',
  },
  {
    key: 'given-back',
    group: 'constants and references',
    pattern: /^R\d+ type=(?!\S{0,80}_or_null)\S{1,80} expected=(?:ringbuf_|alloc_)?mem$/,
    example: 'R1 type=scalar expected=ringbuf_mem',
    means: 'What is given back is no reservation, or no longer one: it was submitted or discarded before.',
    kernels:
      "'inv' instead of 'scalar' before 5.18; expected: mem on 5.10, alloc_mem on 6.1, ringbuf_mem on 6.12 and later (seen).",
    remedy: 'Submit or discard once on every way.',
  },
  {
    key: 'type-mismatch',
    group: 'memory',
    pattern: /^R\d+ type=\S+ expected=/,
    example: 'R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_',
    means: 'A helper wants another kind of value in this register: "type=" is what it is, "expected=" what would do.',
    kernels: "'inv' instead of 'scalar' before 5.18; the list grows with the kernels.",
    remedy:
      'Where the list has fp: copy it onto the stack first (bpf_probe_read_…), and give the address of that. Else give what the ' +
      'list names: map_ptr is a map, ctx the context. A type with or_null: compare it with NULL first.',
  },
];
