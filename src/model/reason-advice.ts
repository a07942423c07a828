// Every reason why a stack is not complete, explained: what it means, what to do. The page shows it below the facts and at a marker's
// frame; docs/stack-outcomes.md has the same words in a section for each (test/unit/model/reasons.test.ts holds them together). A new
// reason does not compile until it is explained.

import type { ApproximateReason, UnfinishedReason } from './frame.ts';

export interface ReasonAdvice {
  /** Whole sentences. */
  readonly meaning: string;
  /** What the operator can do; whole sentences. */
  readonly advice: string;
}

export const UNFINISHED_ADVICE: Readonly<Record<UnfinishedReason, ReasonAdvice>> = {
  'no-registers': {
    meaning:
      'The user registers were at neither of the known places of the kernel stack, so there is nothing to begin a walk with.',
    advice: 'Report it with the kernel’s version and configuration (CONFIG_X86_FRED, KASAN).',
  },
  'stack-unreadable': {
    meaning:
      'A page of the stack that was needed could not be read by BPF at the tick, and reading it again was forbidden or failed.',
    advice: 'Without --no-reread such a page is read again, and the stack is approximate.',
  },
  'stack-cut': {
    meaning: 'The stack is longer than what was copied: its newest frames are shown, the oldest are missing.',
    advice: 'Copy more: --stack-bytes 256k.',
  },
  'stack-lost': {
    meaning: 'A piece of the stack was lost between the kernel and bpftrace: the reader could not keep up.',
    advice: 'Sample less often (-F 49), or leave a processor to jtrace.',
  },
  'no-unwind-info': {
    meaning:
      'Native code whose library says nothing of it in .eh_frame or .debug_frame, and frame pointers lead nowhere: code of another JIT, assembly; in a thread without Java frames.',
    advice:
      'Build the library with -fasynchronous-unwind-tables (the default of gcc and clang on x86-64), or -fno-omit-frame-pointer.',
  },
  'unknown-code': {
    meaning:
      'The address lies in no code of the VM and in no mapped file: another JIT compiler made it, or it was unmapped meanwhile.',
    advice: 'A runtime that writes a perf map (Node: --perf-basic-prof) is shown with names.',
  },
  'code-changed': {
    meaning:
      'The code at the address was freed or replaced before it could be looked up, some milliseconds after the tick. Or a thread that a safepoint poll had just led to its stub was at another poll by then.',
    advice: 'Rare; a very small code cache makes it frequent: see -XX:ReservedCodeCacheSize.',
  },
  'bad-frame': {
    meaning: 'A frame failed its plausibility checks: the stack was being switched or rebuilt at the tick, or is damaged.',
    advice: 'Report it if it is more than one sample in a thousand.',
  },
  'no-progress': {
    meaning: 'A frame led back to itself or to a newer one: the stack is damaged, or was being rebuilt at the tick.',
    advice: 'Report it if it is more than one sample in a thousand.',
  },
  'too-deep': {
    meaning: 'More frames than the copied bytes can hold, or more than jtrace walks: a damaged or hostile stack.',
    advice: 'None.',
  },
  'too-costly': {
    meaning:
      'Names, lines and tables of its code would have cost more reads of the target’s memory than one stack is given (128 MiB): a hostile process, or thousands of large methods met for the first time.',
    advice: 'None: what was read is remembered, and the next such stack gets further.',
  },
  deoptimizing: {
    meaning: 'Compiled frames were being replaced by interpreted ones at the tick, which lasts microseconds.',
    advice: 'None. If it is frequent the program deoptimizes often: -Xlog:deoptimization=debug (JDK 17 and later) says why.',
  },
  'vm-not-ready': {
    meaning: 'The JVM was starting: its code cache or interpreter were not made yet. The first 50 ms.',
    advice: 'None.',
  },
  'unsupported-vm': {
    meaning: 'The libjvm has no HotSpot tables, or a layout that this version of jtrace does not know.',
    advice: 'See the list of JDKs in the README.',
  },
  '32-bit-code': {
    meaning: 'The program, or the code it was in, is 32-bit: it has other registers and another form of stack.',
    advice: 'None here: perf record -g samples it.',
  },
  'return-hijacked': {
    meaning: 'Somebody’s uretprobe has replaced a return address by its trampoline, as bpftrace, perf and bcc do it.',
    advice: 'End the other tracer, or attach its uretprobe elsewhere.',
  },
  'target-exited': {
    meaning: 'The process ended before its last samples could be resolved, and nothing remembered covered them.',
    advice: 'None. The frame is called [target exited].',
  },
  bug: {
    meaning: 'An assertion of jtrace failed. It is told once on standard error, and the exit status is 70.',
    advice: 'Please report it with that text.',
  },
};

export const APPROXIMATE_ADVICE: Readonly<Record<ApproximateReason, ReasonAdvice>> = {
  'reread-page': {
    meaning:
      'BPF could not read a page of the stack (swapped out, never touched by this process, NUMA balancing); it was read again 0.1 to 30 ms after the tick.',
    advice: '--no-reread makes such stacks unfinished instead, and leaves the page as it is.',
  },
  'reread-anchor': {
    meaning: 'The thread’s last Java frame was asked for after the tick, and the captured stack agrees with it.',
    advice: 'None: it happens in the first moments after a JVM is met.',
  },
  'unvalidated-step': {
    meaning:
      'No rule fits the place (an adapter between two instructions, a routine called directly from compiled code): the nearest word that can be the return address was taken. Or a safepoint poll had just led to its stub: where it was is read after the tick, and believed unless the caller calls another method (then: code-changed). Or code that a runtime other than HotSpot generated, and that no perf map names, was taken to keep a frame pointer.',
    advice: 'In Java: none. A runtime that writes a perf map (Node: --perf-basic-prof) has exact stacks, and names.',
  },
  'native-gap': {
    meaning:
      'No unwind table covers some native code, and it keeps no frame pointer: the frames of its callers up to the next one that does are missing, where [native gap] stands. The stack leads to its thread’s first function.',
    advice:
      'A debug file of that library (its build id in a -dbg or -dbgsym package) or a build with -fno-omit-frame-pointer closes the gap.',
  },
};
