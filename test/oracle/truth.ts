// A stopped thread → its Java frames, worked out from bytes alone: registers, code, stack words, with the debugger only as a
// dictionary (what blob is at a pc, how large its frame is, which scopes belong to a pc). Independent of jtrace's unwinder and of the
// debugger's own walk; used to decide who is right where those two differ. Each step says what it rests on. What rests on no
// rule is not guessed: the walk fails with the reason. This file walks the callers; truth-leaf.ts leaves the leaf.

import { callBefore } from './call-site.ts';
import type { BlobFacts, ThreadFacts } from './debugger-facts.ts';
import { hexAddress } from './hex-address.ts';
import type { Attachment } from './jhsdb.ts';
import { leaveByCode, RBP, RSP, type RegisterValues, Unproved } from './leave-by-code.ts';
import type { StoppedMemory } from './stopped-process.ts';
import { TruthFrames, type Cursor, type InexactCaller, type TruthFrame } from './truth-frames.ts';
import { leaveLeaf, type LeafPlace } from './truth-leaf.ts';
import { stackWord, type WalkContext } from './walk-context.ts';

export interface Truth {
  readonly frames: readonly TruthFrame[];
  /** The walk reached the entry frame with no Java below it. */
  readonly complete: boolean;
  /** Why it is so, step by step. */
  readonly evidence: readonly string[];
  /** Where the leaf stands. */
  readonly leaf: LeafPlace;
  /** Callers without a descriptor of their own. */
  readonly inexact: readonly InexactCaller[];
  /** The leaf's physical frame holds several Java frames: it has inlined ones. */
  readonly inlinedLeaf: boolean;
}

/** More physical frames than any test program has. */
const MAX_PHYSICAL_FRAMES = 5_000;
const WORD = 8;

/** Walks the thread. Never throws for what it finds; `complete` is false and the last evidence tells why. */
export async function walkTruth(at: Attachment, memory: StoppedMemory, thread: ThreadFacts): Promise<Truth> {
  const evidence: string[] = [];
  const context: WalkContext = { at, memory, thread, frames: new TruthFrames(at, memory, evidence), evidence };
  let leaf: LeafPlace = 'native';
  let complete = true;
  try {
    const left = await leaveLeaf(context, (place) => {
      leaf = place;
    });
    await walkCallers(left, context);
  } catch (error) {
    if (!(error instanceof Unproved)) throw error;
    complete = false;
    evidence.push(`no proof: ${error.message}`);
  }
  const frames = context.frames.all;
  const { inexact } = context.frames;
  return {
    frames,
    complete,
    evidence,
    leaf,
    inexact,
    inlinedLeaf: frames.length > 1 && frames[1]?.physical === frames[0]?.physical,
  };
}

/** What the debugger's rules print from where it began. */
export interface DebuggerWalk {
  readonly frames: readonly TruthFrame[];
  /** false: its rules lead to something that is no frame; what it prints then ends with the last that is one, or before. */
  readonly complete: boolean;
  readonly evidence: readonly string[];
}

/**
 * The walk that the debugger makes from its own starting point: the frame there is taken for whole, as a caller's is, and in every frame
 * without an exact descriptor the one before the pc counts (sun.jvm.hotspot.runtime.VFrame, x86.X86Frame, amd64.AMD64CurrentFrameGuess of
 * JDK 11 and 17).
 */
export async function walkAsDebugger(
  at: Attachment,
  memory: StoppedMemory,
  thread: ThreadFacts,
  guess: { readonly pc: number; readonly sp: number; readonly fp: number },
): Promise<DebuggerWalk> {
  const { pc, sp, fp } = guess;
  const evidence = [`the debugger began at pc ${hexAddress(pc)} sp ${hexAddress(sp)} fp ${hexAddress(fp)}`];
  const frames = new TruthFrames(at, memory, evidence);
  let complete = true;
  try {
    const isInterpreter = pc >= at.vm.interpreterBegin && pc < at.vm.interpreterEnd;
    // From 13 on it gives the interpreter's first frame r13 as its bcp, whosever it is (LinuxAMD64JavaThreadPDAccess).
    const liveBcp = at.vm.takesLiveBcp ? (thread.registers['r13'] ?? null) : null;
    const first = isInterpreter ? await frames.interpreted(fp, liveBcp) : { pc, sp, unextendedSp: sp, fp };
    await walkCallers(first, { at, memory, thread, frames, evidence }, DEBUGGER_RULES);
  } catch (error) {
    if (!(error instanceof Unproved)) throw error;
    complete = false;
    evidence.push(`its rules lead nowhere: ${error.message}`);
  }
  return { frames: byDebugger(frames.all, frames.inexact), complete, evidence };
}

/** Frames with the debugger's choice of descriptor in calls that have none of their own. */
export function byDebugger(frames: readonly TruthFrame[], inexact: readonly InexactCaller[]): readonly TruthFrame[] {
  // From the root on, so that places stay what they are.
  return inexact.toReversed().reduce((all, each) => all.toSpliced(each.at, each.count, ...each.byDebugger), [...frames]);
}

/** What a walk does where no table tells the caller. */
interface WalkRules {
  /** The pc is in no code blob. */
  readonly outsideCode: (cursor: Cursor, context: WalkContext) => Cursor;
  /** The blob has no frame size of its own. */
  readonly withoutFrameSize: (cursor: Cursor, blob: BlobFacts, context: WalkContext) => Cursor;
}

const TRUE_RULES: WalkRules = {
  outsideCode: ({ pc }) => {
    throw new Unproved(`return address ${hexAddress(pc)} is in no code blob`);
  },
  withoutFrameSize: callerByCode,
};

/** X86Frame.sender: fp is taken for a native frame's, and a size of none for a size of 0: the word below sp for the return address. */
const DEBUGGER_RULES: WalkRules = {
  outsideCode({ fp }, context) {
    if (fp === null || fp === 0) throw new Unproved('no code blob, no fp');
    return { pc: stackWord(context, fp + WORD), sp: fp + 2 * WORD, unextendedSp: fp + 2 * WORD, fp: stackWord(context, fp) };
  },
  withoutFrameSize: (cursor, blob, context) => callerByFrameSize(cursor, Math.max(0, blob.frameSizeBytes), context),
};

async function walkCallers(first: Cursor | null, context: WalkContext, rules: WalkRules = TRUE_RULES): Promise<void> {
  let cursor = first;
  for (let depth = 0; cursor !== null; depth++) {
    if (depth >= MAX_PHYSICAL_FRAMES) throw new Unproved('too deep');
    const next: Cursor | null = await caller(cursor, context, rules);
    const mayStay = rules !== TRUE_RULES && next?.sp === cursor.sp;
    if (next && next.sp <= cursor.sp && !mayStay) throw new Unproved(`sp did not grow at ${hexAddress(cursor.sp)}`);
    cursor = next;
  }
}

/** The frame the cursor stands on is recorded; the answer is its caller, null at the end of Java. */
async function caller(cursor: Cursor, context: WalkContext, rules: WalkRules): Promise<Cursor | null> {
  const { at, frames } = context;
  if (cursor.pc === at.vm.callStubReturn) return entryFrame(cursor, context);
  if (cursor.pc >= at.vm.interpreterBegin && cursor.pc < at.vm.interpreterEnd)
    return frames.interpreted(cursor.fp, cursor.r13 ?? null);
  const blob = await at.blob(cursor.pc);
  if (!blob) return rules.outsideCode(cursor, context);
  if (blob.nmethod) await frames.compiledCaller(returnPc(cursor, blob, context), blob);
  else if (blob.frameSizeBytes <= 0) return rules.withoutFrameSize(cursor, blob, context);
  return callerByFrameSize(cursor, blob.frameSizeBytes, context);
}

function callerByFrameSize({ unextendedSp }: Cursor, frameSizeBytes: number, context: WalkContext): Cursor {
  const sp = unextendedSp + frameSizeBytes;
  return { pc: stackWord(context, sp - WORD), sp, unextendedSp: sp, fp: stackWord(context, sp - 2 * WORD) };
}

/** A deoptimized frame returns to a handler; its own pc was put aside. */
function returnPc({ pc, unextendedSp }: Cursor, { name, nmethod }: BlobFacts, context: WalkContext): number {
  if (nmethod && (pc === nmethod.deoptHandler || pc === nmethod.deoptMhHandler)) {
    const original = stackWord(context, unextendedSp + nmethod.origPcOffset);
    context.evidence.push(`${name}: deoptimized, original pc ${hexAddress(original)}`);
    return original;
  }
  if (callBefore(context.memory, pc) === '') context.evidence.push(`no call before ${hexAddress(pc)} in ${name}`);
  return pc;
}

/** A return into a stub whose size no table tells (it called C++): left by its own code, like a leaf. */
function callerByCode({ pc, sp, fp }: Cursor, blob: BlobFacts, { memory, evidence }: WalkContext): Cursor {
  const registers: RegisterValues = Array.from({ length: 16 }, (_, register) =>
    register === RSP ? sp : register === RBP ? fp : null,
  );
  const out = leaveByCode(pc, registers, memory, (address) => address >= blob.codeBegin && address < blob.codeEnd);
  evidence.push(
    `"${blob.name}" left by its own code: return to ${hexAddress(out.returnTo)}${callBefore(memory, out.returnTo)} (${out.why})`,
  );
  return { pc: out.returnTo, sp: out.sp, unextendedSp: out.sp, fp: out.fp };
}

function entryFrame({ fp }: Cursor, context: WalkContext): Cursor | null {
  const { vm } = context.at;
  if (fp === null) throw new Unproved('an entry frame without fp');
  const anchor = stackWord(context, fp + vm.entryFrameWrapperOffset * WORD) + vm.wrapperAnchorOffset;
  const sp = stackWord(context, anchor + vm.anchorSpOffset);
  if (sp === 0) {
    context.evidence.push(`entry frame at fp ${hexAddress(fp)}: no Java below`);
    return null;
  }
  const pc = stackWord(context, anchor + vm.anchorPcOffset) || stackWord(context, sp - WORD);
  return { pc, sp, unextendedSp: sp, fp: stackWord(context, anchor + vm.anchorFpOffset) };
}
