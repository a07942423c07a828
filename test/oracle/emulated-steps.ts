// Judges the unwinder on an emulated aarch64 JVM by what single instructions do: from one instruction to the next the callers of the
// leaf stay the same; a call adds the address behind it, a return takes the newest away and goes there. Every instruction of prologues,
// epilogues, stubs and the interpreter is stepped over sooner or later, and a wrong frame on either side of it shows as a change that the
// instruction cannot have made.

import type { FrameTrace, ResolvedStack } from '../../src/model/frame.ts';
import type { Aarch64Registers } from '../../src/model/registers.ts';
import type { RawSample } from '../../src/model/sample.ts';
import { isCall, isJump, isReturn, wordOf } from '../../src/unwind/arch/a64-instructions.ts';
import type { ProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import type { EmulatedJvm } from '../support/emulated-jvm.ts';

/** svc #0. */
const SYSTEM_CALL = 0xd400_0001;

/** One resolved instant. */
interface Instant {
  readonly pc: number;
  readonly link: number;
  readonly word: number;
  /** Return addresses of physical frames, newest first. */
  readonly callers: readonly number[];
  readonly stack: ResolvedStack;
}

export interface StepsResult {
  /** Steps judged: both ends resolved. */
  readonly judged: number;
  /** Of these, calls out of a stub and returns to it, where the anchor that it set leads past it: as the VM's own walks do. */
  readonly passedOver: number;
  /** Stacks that are not complete, by outcome. */
  readonly incomplete: ReadonlyMap<string, number>;
  readonly stacks: number;
  /** Stacks by what the leaf is. */
  readonly leaves: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
}

export interface StepsOptions {
  readonly thread: RegExp;
  readonly stops: number;
  readonly stepsEach: number;
  /** Sees each sample before it is resolved: a recorder. */
  readonly onSample?: (sample: RawSample) => void;
}

export async function judgeSteps(jvm: EmulatedJvm, unwinder: ProcessUnwinder, options: StepsOptions): Promise<StepsResult> {
  const [incomplete, leaves] = [new Map<string, number>(), new Map<string, number>()];
  const wrong: string[] = [];
  let [judged, passedOver, stacks] = [0, 0, 0];
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  const [tid] = jvm.threads(options.thread);
  if (tid === undefined) throw new Error(`no thread ${String(options.thread)}`);
  const locator = unwinder.locator();
  for (let stop = 0; stop < options.stops; stop += 1) {
    await jvm.stop(tid);
    let before: Instant | null = null;
    for (let step = 0; step < options.stepsEach; step += 1) {
      const sample = await jvm.sample(tid, locator);
      options.onSample?.(sample);
      unwinder.beginBatch(Date.now());
      const walked = unwinder.resolve(sample);
      const { outcome, frames } = walked.stack;
      stacks += 1;
      count(leaves, frames[0]?.kind ?? 'none');
      if (outcome.kind !== 'complete') count(incomplete, `${outcome.kind} ${outcome.kind === 'unfinished' ? `${outcome.reason} (${outcome.detail})` : outcome.reasons.join()} at ${frames[0]?.name ?? ''}`); // prettier-ignore
      const now = instantOf(jvm, sample.registers as Aarch64Registers, walked.stack, walked.traces);
      // The emulator goes on behind a system call before it stops.
      if (before?.word === SYSTEM_CALL) before = null;
      const usable = outcome.kind !== 'unfinished' && !frames.some(({ marker }) => marker !== null);
      if (before !== null && usable) {
        judged += 1;
        if (isPassedOver(before, now)) passedOver += 1;
        else if (!isPossible(before, now)) wrong.push(describe(before, now));
      }
      before = usable ? now : null;
      if (!(await jvm.step())) break;
    }
    jvm.resume();
    // Elsewhere by the next stop.
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 5));
  }
  return { judged, passedOver, incomplete, stacks, leaves, wrong };
}

function instantOf(
  jvm: EmulatedJvm,
  registers: Aarch64Registers,
  stack: ResolvedStack,
  traces: readonly (FrameTrace | null)[],
): Instant {
  const bytes = new Uint8Array(4);
  jvm.target.read(registers.pc, bytes);
  const callers: number[] = [];
  let last: FrameTrace | null = null;
  for (const trace of traces) {
    if (trace !== null && last !== null && (trace.pc !== last.pc || trace.sp !== last.sp)) callers.push(trace.pc);
    last = trace ?? last;
  }
  return { pc: registers.pc, link: registers.x30, word: wordOf(bytes, 0), callers, stack };
}

const equal = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((pc, i) => pc === b[i]);

function isPossible(before: Instant, now: Instant): boolean {
  const { callers } = before;
  if (isCall(before.word)) return equal(now.callers, [before.pc + 4, ...callers]);
  if (isReturn(before.word)) return now.pc === before.link && equal(now.callers, callers.slice(1)) && callers[0] === now.pc;
  // The interpreter calls by a jump, with the return address in x30 before.
  if (isJump(before.word)) return equal(now.callers, callers) || equal(now.callers, [before.link, ...callers]);
  return equal(now.callers, callers);
}

function isPassedOver(before: Instant, now: Instant): boolean {
  // The interpreter's result handlers are called in the frame of the native method whose result they handle.
  const [from, to] = [before.stack.frames[0], now.stack.frames[0]];
  if (isCall(before.word) && equal(now.callers, before.callers) && from?.kind === 'java-native' && from.name === to?.name)
    return true;
  const stub = isCall(before.word) ? before : isReturn(before.word) ? now : null;
  return stub?.stack.frames[0]?.kind === 'stub' && now.pc !== before.pc + 4 && equal(now.callers, before.callers);
}

function describe(before: Instant, now: Instant): string {
  const hex = (pcs: readonly number[]): string => pcs.slice(0, 4).map((pc) => pc.toString(16)).join(' '); // prettier-ignore
  const names = ({ stack }: Instant): string => stack.frames.slice(0, 4).map(({ kind, name }) => `${kind} ${name}`).join(' < '); // prettier-ignore
  return [
    `${before.pc.toString(16)} ${before.word.toString(16).padStart(8, '0')} → ${now.pc.toString(16)} (x30 was ${before.link.toString(16)})`,
    `  before: [${hex(before.callers)}] ${names(before)}`,
    `  after:  [${hex(now.callers)}] ${names(now)}`,
  ].join('\n');
}
