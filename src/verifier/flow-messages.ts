// What the verifier says of a program's shape: loops, size, jumps. Rows of messages.ts.

import { anyOf, type VerifierMessage } from './verifier-message.ts';

export const FLOW_MESSAGES: readonly VerifierMessage[] = [
  // --- loops and size
  {
    key: 'back-edge',
    group: 'loops and size',
    pattern: /^back-edge from insn \d+ to \d+/,
    example: 'back-edge from insn 5 to 2',
    means:
      'The program jumps back to an instruction that it can come from: a loop. No loop at all is allowed here, whether ' +
      'it ends or not.',
    kernels:
      'Every program before 5.3; since then programs loaded without CAP_BPF (before 5.8: without CAP_SYS_ADMIN), and, seen on 5.10 ' +
      'and 6.1 as root too (not on 6.12), a loop that is closed by an instruction that is no jump, as a call.',
    remedy:
      'Unroll the loop (unroll in bpftrace, #pragma unroll in C), load the program as root, or use a kernel of 5.3 or later. ' +
      'As root already: unroll it, or a later kernel (6.12 takes such loops).',
  },
  {
    key: 'infinite-loop',
    group: 'loops and size',
    pattern: /^infinite loop detected at insn \d+/,
    example: 'infinite loop detected at insn 4',
    means:
      'The verifier came to the same instruction again with the same state: what it knows of all registers and of the ' +
      'stack had not changed in one round. ' +
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
      'The verifier followed one million instructions and was not at the end. Each round of a loop counts again, and ' +
      'each way through a branch whose ' +
      'states differ.',
    kernels:
      'One million since 5.2; 131,072 before (128k), 98,304, 65,536 and 32,768 in older ones. Programs without CAP_BPF ' +
      'have the same limit here, beside their 4,096 instructions.',
    remedy:
      'Fewer rounds, fewer branches in the loop, bpf_loop (5.17; followed once or a few times, whatever the number of ' +
      'rounds), or a tail call, whose program is counted by itself.',
  },
  {
    key: 'too-many-jumps',
    group: 'loops and size',
    pattern: /^(?:The sequence of \d+ jumps is too complex|BPF program is too complex)/,
    example: 'The sequence of 8193 jumps is too complex.',
    means: 'On one way through the program more branches were left for later than the verifier remembers.',
    kernels: "8,192 in today's kernels; 1,024 in those before loops.",
    remedy:
      'Fewer conditions that depend on values read at run time; put them behind each other in bpf_loop or in a program ' +
      'of their own.',
  },
  {
    key: 'program-size',
    group: 'loops and size',
    pattern: anyOf(
      /Program +too large \(\d+ insns\), at most \d+ insns/i,
      /^bpf: Argument list too long/i,
      /Argument list too long.{0,200}BPF/i,
      /program is too large/i,
    ),
    example: 'bpf: Argument list too long. Program  too large (4200 insns), at most 4096 insns',
    means:
      'E2BIG: the program itself is too long, 4,096 instructions without CAP_BPF and one million with it; or the ' +
      'verifier had to follow too many, and the ' +
      'loader (bcc) guessed at the reason.',
    kernels: 'One million since 5.2 for root; 4,096 for all before, and to this day without CAP_BPF.',
    remedy:
      'Look for "processed … insns" in the log: a million there means that it had too much to follow, not that the ' +
      'program is long.',
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
    pattern: anyOf(
      /^insn \d+ cannot be patched due to 16-bit range/,
      /^jump out of range from insn \d+ to \d+/,
      /^last insn is not an exit or jmp/,
      /^unknown opcode/,
      /^invalid BPF_LD_IMM insn/,
      /^unrecognized bpf_ld_imm64 insn/,
      /^BPF_\w+ uses reserved fields/,
    ),
    example: 'last insn is not an exit or jmp',
    means:
      'The instructions are no program: a jump to where none is, an end without exit, an instruction that this kernel ' +
      'does not know.',
    kernels: 'Instructions of later processors of BPF (-mcpu=v4: 6.6) look so on older kernels.',
    remedy: 'Compile for an older one: -mcpu=v3, or v2.',
  },
];
