// One sample of a stopped JVM → its report: jtrace's stack, the debugger's, the bytes', the verdict, and which strata it belongs to.
// The process must stand still; it is left attached to nothing and still stopped.

import { readFileSync } from 'node:fs';
import { asX86, pointOf } from '../../src/model/registers.ts';
import type { RawSample } from '../../src/model/sample.ts';
import type { ProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import { fromJhsdb, fromJtrace, sameFrames } from './comparable-frames.ts';
import { hexAddress } from './hex-address.ts';
import { jhsdbJstack, type Attachment, type Jhsdb, NoAnswer } from './jhsdb.ts';
import type { JhsdbThread } from './jstack-text.ts';
import { openStoppedMemory, type StoppedMemory } from './stopped-process.ts';
import type { Mode } from './test-jvm.ts';
import { walkAsDebugger, walkTruth } from './truth.ts';
import { judge, type StopViews, type Verdict } from './verdict.ts';

/** Where the leaf stands: the second dimension of the table. */
export const LEAVES = ['prologue', 'body', 'epilogue', 'stub', 'native', 'vm', 'vm-thread'] as const;
export type Leaf = (typeof LEAVES)[number];

/** A stack of so many Java frames is a deep one. */
const DEEP_FRAMES = 200;
/** Around the pc, for the report of a wrong stop. */
const CODE_BEFORE_BYTES = 16;
const CODE_AFTER_BYTES = 32;

export interface StopReport {
  /** The JDK's version: `17`. */
  readonly jdk: string;
  readonly mode: Mode;
  readonly phase: string;
  readonly leaf: Leaf;
  readonly deep: boolean;
  readonly inlined: boolean;
  readonly outcome: 'complete' | 'approximate' | 'unfinished';
  readonly javaFrames: number;
  readonly verdict: Verdict;
  /** pc, registers, code, blob: what is needed to find a fault. */
  readonly facts: readonly string[];
  /** Only where the plain tool was asked as well: it printed the same as the warm debugger. */
  readonly jhsdbAgrees: boolean | null;
}

export interface StopContext {
  readonly jhsdb: Jhsdb;
  readonly unwinder: ProcessUnwinder;
  readonly javaHome: string;
  readonly jdk: string;
  readonly mode: Mode;
  readonly phase: string;
  /** Also run `jhsdb jstack --pid`. */
  readonly askPlainTool: boolean;
}

/** Judges one stop. */
export async function examineStop(sample: RawSample, context: StopContext): Promise<StopReport> {
  const { pid, tid } = sample;
  context.unwinder.beginBatch(Date.now());
  const { stack } = context.unwinder.resolve(sample);
  const memory = openStoppedMemory(pid);
  let attachment: Attachment | null = await context.jhsdb.attach(pid);
  try {
    const threads = await jstackThreads(attachment);
    // Killed while it searched: another one is the dictionary for the walk from bytes.
    if (threads === null) attachment = await context.jhsdb.attach(pid);
    const report = await look(sample, stack, threads?.get(tid) ?? null, attachment, memory, {
      ...context,
      isSilent: threads === null,
    });
    if (!context.askPlainTool || threads === null) return report;
    await attachment.detach();
    attachment = null;
    const plain = (await jhsdbJstack(context.javaHome, pid)).get(tid) ?? null;
    const agrees = sameFrames(fromJhsdb(plain?.frames ?? []), fromJhsdb(threads.get(tid)?.frames ?? []));
    return { ...report, jhsdbAgrees: agrees };
  } catch (error) {
    // A debugger that is gone cannot detach: what ended it is the error to tell.
    await attachment?.detach().catch(() => undefined);
    attachment = null;
    throw error;
  } finally {
    memory.close();
    await attachment?.detach();
  }
}

/** null: it did not come to an end. */
async function jstackThreads(attachment: Attachment): Promise<ReadonlyMap<number, JhsdbThread> | null> {
  try {
    return (await attachment.jstack()).threads;
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  }
}

async function look(
  sample: RawSample,
  stack: StopViews['jtrace'],
  jhsdb: JhsdbThread | null,
  at: Attachment,
  memory: StoppedMemory,
  { jdk, mode, phase, isSilent }: StopContext & { readonly isSilent: boolean },
): Promise<StopReport> {
  const thread = await at.thread(sample.tid);
  const isJava = thread?.isJava === true;
  const rip = thread?.registers['rip'] ?? (sample.registers === null ? 0 : pointOf(sample.registers).pc);
  const blob = isJava ? await at.blob(rip) : null;
  const truth = isJava ? await walkTruth(at, memory, thread) : null;
  const differs = !sameFrames(fromJtrace(stack.frames), fromJhsdb(jhsdb?.frames ?? []));
  const pcDescs = differs && blob?.nmethod ? await at.pcDescs(rip) : [];
  // Where it printed nothing it found no start: asking again would only search the stack once more.
  const guess = differs && isJava && (jhsdb?.frames.length ?? 0) > 0 ? await at.guess(sample.tid) : null;
  const debuggerWalk = guess && thread ? await walkAsDebugger(at, memory, thread, guess) : null;
  const moved = registersMoved(sample, thread?.registers ?? null);
  const movedOn = sample.mode === 'user' && moved !== '';
  const verdict = judge({ jtrace: stack, jhsdb, truth, thread, blob, pcDescs, guess, debuggerWalk, movedOn, isSilent });
  const library = libraryAt(sample.pid, rip);
  const leaf: Leaf = !isJava
    ? 'vm-thread'
    : blob === null
      ? library.endsWith('/libjvm.so')
        ? 'vm'
        : 'native'
      : (truth?.leaf ?? 'stub');
  const javaFrames = fromJtrace(stack.frames).length;
  const facts = [
    `pid ${String(sample.pid)} tid ${String(sample.tid)} "${sample.comm}" ${sample.mode} mode, state ${thread?.state ?? 'no Java thread'}`,
    `pc ${hexAddress(rip)} in ${blob ? `${blob.className} "${blob.name}" +${hexAddress(rip - blob.codeBegin)}` : library || 'nothing mapped'}${blob?.codelet ? ` codelet "${blob.codelet.name}" +${hexAddress(rip - blob.codelet.begin)}` : ''}`,
    `registers ${Object.entries(sample.registers ?? {}).map(([name, value]) => `${name}=${value.toString(16)}`).join(' ')}${moved}`, // prettier-ignore
    `code ${hexBytes(memory.bytes(rip - CODE_BEFORE_BYTES, CODE_BEFORE_BYTES))} >${hexBytes(memory.bytes(rip, CODE_AFTER_BYTES))}`,
    `stack ${Array.from({ length: 8 }, (_, word) => (memory.word((sample.registers === null ? 0 : pointOf(sample.registers).sp) + word * 8) ?? 0).toString(16)).join(' ')}`,
    `captured anchor ${sample.anchor ? `thread ${hexAddress(sample.anchor.thread)} sp ${hexAddress(sample.anchor.lastJavaSp)} pc ${hexAddress(sample.anchor.lastJavaPc)} fp ${hexAddress(sample.anchor.lastJavaFp)}` : 'none'}`,
    `jtrace's frames: ${stack.frames.slice(0, 12).map(({ kind, name }) => `${kind}:${name}`).join(' | ')}`, // prettier-ignore
  ];
  const deep = Math.max(javaFrames, truth?.frames.length ?? 0) >= DEEP_FRAMES;
  return {
    jdk,
    mode,
    phase,
    leaf,
    deep,
    inlined: truth?.inlinedLeaf ?? false,
    outcome: stack.outcome.kind,
    javaFrames,
    verdict,
    facts,
    jhsdbAgrees: null,
  };
}

/**
 * The thread stands where it was sampled, except that a system call may have gone on to its end: rt_sigreturn even sets all
 * registers. The Java frames are the same then; the report says that it moved.
 */
function registersMoved(sample: RawSample, now: Readonly<Record<string, number>> | null): string {
  const { registers } = sample;
  if (!registers || !now) return '';
  const names = [
    'rsp',
    'rbp',
    'rbx',
    'r12',
    'r13',
    'r14',
    'r15',
    ...(sample.mode === 'user' ? (['rip', 'rax'] as const) : []),
  ] as const;
  const moved = names.filter((name) => asX86(registers)[name] !== now[name]);
  return moved.length > 0 ? ` — MOVED: ${moved.map((name) => `${name} now ${(now[name] ?? 0).toString(16)}`).join(', ')}` : '';
}

function hexBytes(bytes: Uint8Array | null): string {
  return bytes ? Buffer.from(bytes).toString('hex') : '(not mapped)';
}

function libraryAt(pid: number, address: number): string {
  for (const line of readFileSync(`/proc/${String(pid)}/maps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+\s*(.*)$/u.exec(line);
    if (match && address >= Number.parseInt(match[1] ?? '', 16) && address < Number.parseInt(match[2] ?? '', 16))
      return match[3] ?? '';
  }
  return '';
}
