// Small programs that show what a bpftrace can on this machine: each attaches one kind of probe, says so, and ends by itself. They count or
// print; nothing is changed, and all are gone with bpftrace. The function of the kernel is one that opens a file: it is in every kernel,
// and is called often enough to be seen, seldom enough not to be felt.

import type { BpftraceVersion } from '../model/dialect.ts';
import type { BpftraceProgram, CaptureProgram } from '../model/program.ts';
import { fentryNames } from '../program/dialects.ts';
import { renderTemplate } from '../program/template.ts';
import { readTemplate } from '../program/templates.ts';

/** Printed when all probes are attached: 0.17 leaves some out without a word, but then it says so, too. */
export const ATTACHED = 'jtrace-ok';
/** Printed where jtrace's own call was met. */
export const MET = 'jtrace-hit';
const KERNEL_FUNCTION = 'vfs_open';
/** Some 30 ticks of each processor. */
const SAMPLED_MS = 300;
/** jtrace makes the call every few milliseconds. */
const UPROBE_PATIENCE_MS = 5000;

export function beginProgram(): BpftraceProgram {
  return plain(`BEGIN { printf("${ATTACHED}\\n"); exit(); }\n`);
}

export function kprobeProgram(): BpftraceProgram {
  return plain(`kprobe:${KERNEL_FUNCTION} { @n = count(); }\n${ends(1)}`);
}

export function fentryProgram(version: BpftraceVersion): BpftraceProgram {
  return plain(`${fentryNames(version).entry}:${KERNEL_FUNCTION} { @n = count(); }\n${ends(1)}`);
}

/** `library`: the C library that this process has mapped; throws where its path cannot stand in a program. */
export function uprobeProgram(library: string, pid: number): BpftraceProgram {
  const text = renderTemplate(readTemplate('doctor-uprobe.bt'), { library, pid, patienceMs: UPROBE_PATIENCE_MS });
  return { ...plain(text), arguments: ['-p', String(pid)] };
}

/** The program of `jtrace profile` itself, as it is loaded for a process; ends after a while, with the number of ticks. */
export function samplingProgram(capture: CaptureProgram): BpftraceProgram {
  const tick = 'profile:hz:99 { @doctor_ticks = @doctor_ticks + (uint64)1; }';
  const { environment, unsafe, arguments: words } = capture;
  return {
    text: `${capture.text}\n${tick}\n${ends(SAMPLED_MS, ', @doctor_ticks', ' %lu')}`,
    environment,
    unsafe,
    arguments: words,
  };
}

/** The number of ticks that such a program counted; null: it does not say. */
export function ticksOf(lines: readonly string[]): number | null {
  const digits = lines.map((line) => new RegExp(`^${ATTACHED} (\\d{1,12})$`).exec(line)?.[1]).find((text) => text !== undefined);
  return digits === undefined ? null : Number(digits);
}

const ends = (afterMs: number, values = '', format = ''): string =>
  `interval:ms:${String(afterMs)} { printf("${ATTACHED}${format}\\n"${values}); exit(); }\n`;

const plain = (text: string): BpftraceProgram => ({ text, environment: {}, unsafe: false, arguments: [] });
