// Lines of a log that are neither instruction, state nor refusal: remarks of the verifier (most of them at log level 2), and of
// the loaders around it.

import { readInstruction } from './instructions.ts';

const NOTES: readonly (readonly [RegExp, string])[] = [
  [/^verification time \d+ usec$/u, 'how long the verifier took'],
  [/^stack depth [\d+]+(?: max \d+)?$/u, 'bytes of stack that are used, for each function of the program'],
  [/^insns processed [\d+]+$/u, 'how many instructions were followed, for each function of the program'],
  [/^(?:topo_order\[|subprog#\d+|stack use\/def subprog#)/u, 'what of the stack each function of the program uses'],
  [/^caller:$/u, 'what the calling function keeps:'],
  [/^callee:$/u, 'what the function that is called begins with:'],
  [/^returning from callee:$/u, 'a function that was called ends with:'],
  [/^to caller at \d+:$/u, 'and the calling one goes on with:'],
  [/^func#\d+ @\d+$/u, 'a function of the program: its number, and the instruction at which it begins'],
  [
    /^Live regs before insn:$/u,
    'the whole program; before each instruction the registers whose values are needed there or later',
  ],
  [/^SCC (?:enter|exit|backedge|clean)\b/u, 'instructions of a loop, which are looked at together, begin or end'],
  [/^\(\d+\) (?:frame \d+ insn \d+ |live stack update done)/u, 'which places of the stack are read and written'],
  [/^frame \d+: propagating /u, 'what must be known exactly here (precise) must be so in the state that it came from'],
  [
    /^(?:reg type unsupported for arg#\d+|arg#\d+ type is not a struct|Unrecognized arg#\d+ type)/u,
    'a remark: the argument cannot be checked by its type. No refusal',
  ],
  [/^(?:Kernel error log|Error log|The verifier log):$/u, "here bpftrace gives the kernel's log"],
  [/^-- (?:BEGIN|END) PROG LOAD LOG --$/u, "the kernel's log begins or ends here"],
  [
    /^ERROR: (?:Error loading (?:BPF )?program|Loading BPF object\(s\) failed|Error: Failed to load program)/u,
    'bpftrace tells that the kernel did not take the program',
  ],
  [/^prog '[^']{1,100}': (?:BPF program load failed|failed to load)/u, 'libbpf tells that the kernel did not take the program'],
];

/** `      3: .12....... (b7) r3 = 0`: before instruction 3 R1 and R2 are needed. A number before it is that of a loop. */
const LIVE = /^(?:\d{1,5} +)?(\d{1,7}): ([.\d]{10,12}) (\([0-9a-f]{2}\) .*)$/su;

/** null: no such line. */
export function noteWords(line: string): string | null {
  const [, number = '', registers = '', rest] = LIVE.exec(line) ?? [];
  if (rest !== undefined) {
    const needed = Array.from(registers).flatMap((letter, index) => (letter === '.' ? [] : [`R${String(index)}`]));
    const does = readInstruction(`${number}: ${rest}`)?.words;
    return `${does ?? 'an instruction'}; needed before it: ${needed.length === 0 ? 'nothing' : needed.join(', ')}`;
  }
  return NOTES.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
