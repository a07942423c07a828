// One stop → equal, the debugger shown wrong, or jtrace wrong. Nothing is believed: the debugger counts as wrong only when (1) the
// walk from bytes (truth.ts) reached the end of the Java stack and equals jtrace's answer frame by frame, and (2) the debugger's own rule,
// applied to the same bytes, explains what it printed. What has no such proof counts as jtrace's fault.

import type { Frame, StackOutcome } from '../../src/model/frame.ts';
import {
  commonRoot,
  describeFrame,
  fromJhsdb,
  fromJtrace,
  fromTruth,
  sameFrames,
  type ComparableFrame,
} from './comparable-frames.ts';
import type { BlobFacts, GuessFacts, PcDescFacts, ThreadFacts } from './debugger-facts.ts';
import { hexAddress } from './hex-address.ts';
import type { JhsdbThread } from './jstack-text.ts';
import { debuggerPcDesc, hotspotPcDesc } from './pc-desc-rules.ts';
import { byDebugger, type DebuggerWalk, type Truth } from './truth.ts';

/** What a verdict is made from. */
export interface StopViews {
  readonly jtrace: { readonly frames: readonly Frame[]; readonly outcome: StackOutcome };
  /** null: not in the debugger's list of Java threads. */
  readonly jhsdb: JhsdbThread | null;
  /** null: no Java thread, nothing to walk. */
  readonly truth: Truth | null;
  readonly thread: ThreadFacts | null;
  /** Blob at the leaf pc, and its debug information; asked for only when needed. */
  readonly blob: BlobFacts | null;
  readonly pcDescs: readonly PcDescFacts[];
  /** Where the debugger began its walk; null: nowhere. */
  readonly guess: GuessFacts | null;
  /** What its rules print from there; null: not needed, or it began nowhere. */
  readonly debuggerWalk: DebuggerWalk | null;
  /** The thread no longer stands where it was sampled in user mode: then nothing can be compared. */
  readonly movedOn: boolean;
  /** The debugger came to no end, and was killed. */
  readonly isSilent: boolean;
}

/** Why the debugger was wrong. */
export type DebuggerFault =
  | 'descriptor-rule' // it takes the debug information before the pc, HotSpot the one at or after it
  | 'interpreter-entry' // it begins at the caller: the callee's frame is not built yet
  | 'stored-bcp' // it shows the bytecode that the interpreter last put aside in the leaf's frame, not the one it runs (JDK 11)
  | 'start-of-walk' // it walks the leaf by its frame size although the frame is not whole, or found no start at all
  | 'no-answer' // it comes to no end: it searches a stack (of any thread) for a start, and walks in circles (JDK 11)
  | 'broke-off' // it says "Error occurred during stack walking" and shows only the first frames
  | 'no-anchor'; // generated code called C++ without leaving an anchor: it prints no frame

export type Verdict =
  | { readonly kind: 'equal'; /** The bytes say so too; false: they could not tell. */ readonly confirmed: boolean }
  | { readonly kind: 'jhsdb-wrong'; readonly fault: DebuggerFault; readonly proof: readonly string[] }
  | { readonly kind: 'wrong'; readonly reason: WrongReason; readonly detail: readonly string[] };

export type WrongReason =
  | 'moved-on' // the stop came too late: a fault of the measurement, which counts all the same
  | 'differs-from-both' // jhsdb and the bytes agree with each other, or all three differ
  | 'unproved' // the bytes could not be walked to the end
  | 'unexplained' // the bytes agree with jtrace, but not how the debugger came to its answer
  | 'unfinished' // jtrace gave up where frames can be shown to exist
  | 'both-wrong'; // jtrace and jhsdb agree, the bytes show otherwise

/** Judges one stop. */
export function judge(views: StopViews): Verdict {
  const ours = fromJtrace(views.jtrace.frames);
  const theirs = fromJhsdb(views.jhsdb?.frames ?? []);
  const truth = views.truth?.complete ? fromTruth(views.truth.frames) : null;
  const evidence = views.truth?.evidence ?? [];
  if (views.movedOn) return { kind: 'wrong', reason: 'moved-on', detail: evidence };
  if (sameFrames(ours, theirs)) {
    // Both see nothing, and the bytes could not tell: jtrace gave up, nothing shows that there was nothing.
    if (truth === null && views.truth !== null && views.jtrace.outcome.kind === 'unfinished')
      return { kind: 'wrong', reason: 'unproved', detail: [`jtrace: ${outcomeText(views.jtrace.outcome)}`, ...evidence] };
    if (truth === null || sameFrames(ours, truth)) return { kind: 'equal', confirmed: truth !== null || views.truth === null };
    const reason = views.jtrace.outcome.kind === 'unfinished' ? 'unfinished' : 'both-wrong';
    return { kind: 'wrong', reason, detail: [...differences('both', ours, 'bytes', truth), ...evidence] };
  }
  const detail = [...differences('jtrace', ours, 'jhsdb', theirs), `jtrace: ${outcomeText(views.jtrace.outcome)}`, ...evidence];
  if (truth === null) return { kind: 'wrong', reason: 'unproved', detail };
  if (!sameFrames(ours, truth)) {
    const reason = views.jtrace.outcome.kind === 'unfinished' ? 'unfinished' : 'differs-from-both';
    return { kind: 'wrong', reason, detail: [...differences('jtrace', ours, 'bytes', truth), ...detail] };
  }
  if (views.isSilent) return { kind: 'jhsdb-wrong', fault: 'no-answer', proof: ['the debugger came to no end', ...detail] };
  const found = explain(views, theirs, truth);
  if (!found) {
    const walk = views.debuggerWalk;
    const by = walk ? differences('by its rules', fromTruth(walk.frames), 'jhsdb', theirs) : [];
    return { kind: 'wrong', reason: 'unexplained', detail: [...by, ...(walk?.evidence ?? []), ...detail] };
  }
  return { kind: 'jhsdb-wrong', fault: found.fault, proof: [...found.because, ...detail] };
}

function explain(
  views: StopViews,
  theirs: readonly ComparableFrame[],
  truth: readonly ComparableFrame[],
): { fault: DebuggerFault; because: string[] } | null {
  const { blob, thread, guess, pcDescs } = views;
  if (!thread || !views.truth) return null;
  const { rip = 0, rsp = 0 } = thread.registers;
  if (views.jhsdb?.broken && theirs.length < truth.length && sameFrames(theirs, truth.slice(0, theirs.length))) {
    return {
      fault: 'broke-off',
      because: ['the debugger broke off with an error of its own; the frames it had shown until then are the same'],
    };
  }
  const { inexact } = views.truth;
  if (inexact.length > 0 && sameFrames(theirs, fromTruth(byDebugger(views.truth.frames, inexact)))) {
    const places = inexact.map(({ at }) => String(at)).join(', ');
    const why = `frames ${places} stand in calls without descriptors of their own: the debugger takes the one before, HotSpot's rule the next`;
    return { fault: 'descriptor-rule', because: [why] };
  }
  if (blob === null) {
    if (theirs.length > 0 || thread.anchor.sp !== 0) return null;
    return {
      fault: 'no-anchor',
      because: ['its anchor is empty, its pc in C++: the debugger has no start'],
    };
  }
  if (blob.nmethod && !blob.nmethod.methodIsNative) {
    const rule = byDescriptorRule(views.truth, rip - blob.codeBegin, blob.nmethod.osr, pcDescs);
    if (rule && sameFrames([...rule.printed, ...truth.slice(rule.leafFrames)], theirs))
      return { fault: 'descriptor-rule', because: [rule.why] };
  }
  const where = guess === null ? 'found no start' : `began at pc ${hexAddress(guess.pc)} sp ${hexAddress(guess.sp)}`;
  const entryOfInterpreter = blob.codelet !== null && views.truth.leaf === 'prologue';
  if (entryOfInterpreter && sameFrames(theirs, truth.slice(1))) {
    return {
      fault: 'interpreter-entry',
      because: [`the debugger ${where}: the caller; the callee is entered, its frame is not built`],
    };
  }
  const onlyPlaceDiffers = theirs.length === truth.length && sameFrames(theirs.slice(1), truth.slice(1));
  if (blob.codelet !== null && onlyPlaceDiffers && printsSo(theirs, views.debuggerWalk)) {
    const why =
      "it reads the bytecode pointer of the leaf's frame, which was put aside before an earlier call; r13 points to the one that runs";
    return { fault: 'stored-bcp', because: [why] };
  }
  const moved = guess === null || guess.pc !== rip || guess.sp !== rsp;
  if (!moved && views.truth.leaf === 'body') return null;
  if (guess === null ? theirs.length > 0 : !printsSo(theirs, views.debuggerWalk)) return null;
  const stands = `the thread is at pc ${hexAddress(rip)} sp ${hexAddress(rsp)}, ${views.truth.leaf}`;
  const rules = guess === null ? '' : ': its own rules, from there on, give what it printed';
  return { fault: 'start-of-walk', because: [`the debugger ${where}, ${stands}${rules}`] };
}

/** Whether the debugger's rules give what it printed; where they lead astray, as far as they lead. */
function printsSo(theirs: readonly ComparableFrame[], walk: DebuggerWalk | null): boolean {
  if (walk === null) return false;
  const walked = fromTruth(walk.frames);
  return walk.complete ? sameFrames(theirs, walked) : theirs.length > 0 && sameFrames(theirs, walked.slice(0, theirs.length));
}

/** What the debugger prints for the leaf's physical frame by its rule for descriptors, where that is not what holds there. */
function byDescriptorRule(
  { leaf }: Truth,
  offset: number,
  isReplacement: boolean,
  descs: readonly PcDescFacts[],
): { readonly printed: readonly ComparableFrame[]; readonly leafFrames: number; readonly why: string } | null {
  const taken = debuggerPcDesc(descs, offset);
  const right = hotspotPcDesc(descs, offset);
  const isEntered = leaf === 'prologue' && !isReplacement;
  if (taken === null || (taken === right && leaf === 'body')) return null;
  const printed = fromTruth(
    taken.scopes.map((scope) => ({
      ...scope,
      kind: 'compiled',
      bci: Math.max(0, scope.bci),
      line: Math.max(0, scope.line),
      physical: 0,
    })),
  );
  const holds = isEntered
    ? 'but before its frame is complete no bytecode of the method has run'
    : right === null
      ? "HotSpot's rule finds none: the method itself"
      : `HotSpot's rule takes that of +${hexAddress(right.pcOffset)}`;
  const returning = leaf === 'epilogue' ? ', and in the epilogue nothing inlined runs any more' : '';
  const why = `pc is at +${hexAddress(offset)}: the debugger's rule takes the descriptor of +${hexAddress(taken.pcOffset)}, which gives what it printed`;
  return {
    printed,
    leafFrames: isEntered || leaf === 'epilogue' || right === null ? 1 : right.scopes.length,
    why: `${why}; ${holds}${returning}`,
  };
}

/** The first lines that differ, from the leaf down to the common root. */
function differences(nameA: string, a: readonly ComparableFrame[], nameB: string, b: readonly ComparableFrame[]): string[] {
  const common = commonRoot(a, b);
  const show = (name: string, frames: readonly ComparableFrame[]): string => {
    const own = frames.slice(0, frames.length - common);
    const shown = own.slice(0, SHOWN_FRAMES).map(describeFrame).join(' | ');
    return `${name} (${String(frames.length)} frames, ${String(common)} common at the root): ${shown}${own.length > SHOWN_FRAMES ? ' | …' : ''}`;
  };
  return [show(nameA, a), show(nameB, b)];
}

/** Enough to see what differs; deep stacks would fill the screen. */
const SHOWN_FRAMES = 6;

function outcomeText(outcome: StackOutcome): string {
  switch (outcome.kind) {
    case 'complete':
      return 'complete';
    case 'approximate':
      return `approximate (${outcome.reasons.join(', ')})`;
    case 'unfinished':
      return `unfinished: ${outcome.reason} ${outcome.detail}`;
    default:
      return outcome satisfies never;
  }
}
