// What the verifier says of helpers, types and rights; and what loaders say. Rows of messages.ts.

import { anyOf, type VerifierMessage } from './verifier-message.ts';

export const LOADING_MESSAGES: readonly VerifierMessage[] = [
  // --- helpers
  {
    key: 'helper-unknown',
    group: 'helpers',
    pattern: /^invalid func \S*#\d+/,
    example: 'invalid func unknown#181',
    means: 'This kernel has no helper of that number at all: the program was made for a later one.',
    kernels:
      'bpf_probe_read_user is 112 (5.5), bpf_ringbuf_reserve 131 (5.8), bpf_loop 181 (5.17), ' +
      'bpf_ringbuf_reserve_dynptr 198 (5.19).',
    remedy: 'A later kernel, or another way (docs of the helper say since when it is there).',
  },
  {
    key: 'helper-of-other-type',
    group: 'helpers',
    pattern: /^(?:unknown func|program of this type cannot use helper) \S*#\d+|^helper call is not allowed in probe/,
    example: 'program of this type cannot use helper bpf_probe_read_user#112',
    means:
      'The kernel knows the helper, and not for this type of program, or not with these rights, or it was built ' +
      'without what the helper needs.',
    kernels: '"unknown func bpf_…#112" until 6.9, "program of this type cannot use helper" since 6.10.',
    remedy:
      'Another type of probe (fentry, LSM), root, or do without it; bpftool feature probe kernel lists the helpers of ' +
      'each type.',
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
    pattern: anyOf(
      /^helper call might sleep in a non-sleepable prog/,
      /^global functions that may sleep/,
      /^program must be sleepable to call sleepable kfunc/,
      /^sleepable helper .{1,60} in/,
    ),
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
    key: 'map-missing',
    group: 'helpers',
    pattern: /^fd -?\d+ is not pointing to valid bpf_map/,
    example: 'fd 99 is not pointing to valid bpf_map',
    means:
      'The program names a map by a descriptor that is none: the map was not made, or was closed before the program ' +
      'was loaded.',
    kernels: '',
    remedy: 'See whether making the map failed before (a kind that this kernel does not have, or memory that may be locked).',
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
  // --- types
  {
    key: 'btf-missing',
    group: 'types',
    pattern: anyOf(
      /failed to find valid kernel BTF/i,
      /CONFIG_DEBUG_INFO_BTF/i,
      /kernel BTF is missing/i,
      /BTF is (?:required|mandatory)/i,
      /^missing btf func_info/i,
      /^btf_vmlinux is malformed/i,
    ),
    example: 'libbpf: failed to find valid kernel BTF',
    means: "Type information is missing: the kernel's (/sys/kernel/btf/vmlinux), or the program's own.",
    kernels: 'Distributions build it in since about 5.4 to 5.10.',
    remedy: 'A kernel with CONFIG_DEBUG_INFO_BTF=y; compile with -g.',
  },
  {
    key: 'btf-invalid',
    group: 'types',
    pattern: anyOf(
      /^(?:\[\d+\] .{1,200} )?Invalid (?:BTF|btf_info|name|kind|string section|magic|type|member|func)\b/,
      /^Unsupported (?:flags|version|section)/,
    ),
    example: '[5] FUNC main type_id=4 Invalid name',
    means: 'The kernel does not take the type information that came with the program; the number in brackets is the type.',
    kernels: 'New kinds of types come with kernels: FLOAT 5.13, DECL_TAG 5.16, TYPE_TAG 5.17, ENUM64 6.0.',
    remedy:
      'It is only a remark if the program loads all the same (libbpf tries again without). Otherwise an older ' +
      'compiler, or pahole --skip_encoding_btf_….',
  },
  {
    key: 'functions-differ',
    group: 'types',
    pattern: /^number of funcs in func_info doesn't match number of subprogs/,
    example: "number of funcs in func_info doesn't match number of subprogs",
    means:
      'The type information tells of more functions than this kernel finds: it does not know the addresses of ' +
      'functions, which bpf_loop and bpf_for_each_map_elem take.',
    kernels: 'Such addresses are known since 5.13, bpf_for_each_map_elem too; bpf_loop since 5.17.',
    remedy: 'A later kernel, or a loop without a helper.',
  },
  {
    key: 'btf-attach',
    group: 'types',
    pattern:
      /^attach_btf_id \d+|^func '[^']{1,120}' (?:doesn't have \d+-th argument|arg\d+ .{1,80})|failed to find kernel BTF type ID/,
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
    remedy:
      'BPFTRACE_LOG_SIZE=16777215 (an environment variable), or config = { log_size = … } since 0.21 or so; less ' +
      'output with -v only when it is wanted.',
  },
  {
    key: 'no-permission',
    group: 'log',
    pattern: /^(?:bpf: )?(?:Failed to load program: )?Operation not permitted|(?:^|\W)-1: Operation not permitted/,
    example: 'bpf: Operation not permitted',
    means:
      'EPERM, not the verifier: the right to load is missing (CAP_BPF and CAP_PERFMON), or the kernel is locked down, ' +
      'or memory that may be locked is too little (before 5.11).',
    kernels: '',
    remedy: 'Run it as root; see docs/containers.md for containers.',
  },
];
