// One line of a verifier's log → its kind and what it says. Lines that are not known are of kind `other`, and keep their text.

import { readInstruction, type ReadInstruction } from './instructions.ts';
import { messageOf } from './messages.ts';
import { noteWords } from './notes.ts';
import type { VerifierMessage } from './verifier-message.ts';
import { isState, type KnownPlace, readState } from './registers.ts';

export interface ExplainedLine {
  /** From 1. */
  readonly at: number;
  /** As it was pasted, without its colours; one that is too long ends in `…`. */
  readonly text: string;
  readonly kind: 'message' | 'instruction' | 'state' | 'source' | 'path' | 'precision' | 'count' | 'note' | 'other';
  /** Sentences or phrases; empty: nothing to say. */
  readonly words: readonly string[];
}

type Explained = Pick<ExplainedLine, 'kind' | 'words'>;

/** The longest lines are states of eight frames. */
const MAX_LINE_CHARS = 20_000;
/** Colours of loaders and of terminals that were copied (ECMA-48: CSI, then OSC). */
const COLOURS = /\x1b\[[0-9;:?]{0,30}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)/gu;
/** Of mails and issues, of libbpf, and of our own programs under test. */
const QUOTED = /^(?:\s{0,8}(?:>|\||libbpf:)\s?){1,4}/u;

const COUNT =
  /^processed (\d{1,12}) insns(?: \(limit (\d{1,12})\))?(?: max_states_per_insn (\d{1,9}))?(?: total_states (\d{1,9}))?(?: peak_states (\d{1,9}))?/u;
/** The other way of a branch begins. */
export const PATH = /^from (\d{1,7}) to (\d{1,7})(?: \([^)]{1,80}\))?:\s?(.*)$/su;
const STATE_AT = /^(\d{1,7}): (.*)$/su;
/** Behind "infinite loop detected" (6.x). */
const LOOP_STATE = /^(cur|old) state: ?(.*)$/su;
const SAFE = /^\d{1,7}: safe$/u;
const PRECISION = /^(?:last_idx \d|regs=[0-9a-f]+ |parent (?:didn't have|already had) |mark_precise: )/u;
const SOURCE = /^; ?(.*)$/su;
/** What bpftrace's own programs have for source: no text, and at most a place that is none. */
const EMPTY_SOURCE = /^(?:@ \S{1,200}:0)?$/u;
/** cilium/ebpf joins the last lines: `2152: (73) *(u8 *)(r2 +87) = r1: R2 invalid mem access 'inv'`. */
const JOINED_MESSAGE = /^(\d{1,7}: \([0-9a-f]{2}\) [^:]{1,200}): (.{1,400})$/su;

const PRUNED = 'a state like this was followed to the end before (state pruning): not followed again';

export function explainLine(raw: string, at: number): ExplainedLine {
  const whole = raw.replaceAll(COLOURS, '').trimEnd();
  const text = whole.length > MAX_LINE_CHARS ? `${whole.slice(0, MAX_LINE_CHARS)}…` : whole;
  return { at, text, ...explain(readableLine(text)) };
}

/** Without what stands around it. */
export function readableLine(text: string): string {
  return text.replace(QUOTED, '').trim();
}

/** null: it has none. */
export function instructionOf(text: string): ReadInstruction | null {
  const line = readableLine(text);
  return readInstruction(joinedMessage(line)?.instruction ?? line);
}

/** What a line says of registers and of the stack. */
export function placesOf(text: string): readonly KnownPlace[] {
  const line = readableLine(text);
  const state =
    readInstruction(line)?.state ??
    PATH.exec(line)?.[3] ??
    LOOP_STATE.exec(line)?.[2] ??
    STATE_AT.exec(line)?.[2] ??
    SOURCE.exec(line)?.[1] ??
    line;
  return isState(state.trim()) ? readState(state.trim()) : [];
}

/** Its own, or that which stands behind an instruction. */
export function messageIn(line: string): VerifierMessage | undefined {
  return messageOf(line) ?? joinedMessage(line)?.message;
}

function joinedMessage(line: string): { readonly instruction: string; readonly message: VerifierMessage } | null {
  const [, instruction, text = ''] = JOINED_MESSAGE.exec(line) ?? [];
  const message = messageOf(text);
  return instruction === undefined || message === undefined ? null : { instruction, message };
}

function explain(line: string): Explained {
  const message = messageIn(line);
  if (message !== undefined) return { kind: 'message', words: [message.means] };
  const instruction = readInstruction(line);
  if (instruction !== null)
    return {
      kind: 'instruction',
      words: [...(instruction.words === null ? [] : [instruction.words]), ...stateWords(instruction.state)],
    };
  const count = COUNT.exec(line);
  if (count !== null) return { kind: 'count', words: countWords(count) };
  if (SAFE.test(line)) return { kind: 'path', words: [PRUNED] };
  const path = PATH.exec(line);
  if (path !== null) return { kind: 'path', words: pathWords(path) };
  if (PRECISION.test(line))
    return {
      kind: 'precision',
      words: ['goes back to find which earlier value this depends on, and from now on keeps it exactly (precise, P)'],
    };
  const source = SOURCE.exec(line)?.[1];
  // Cut at its front, a line begins with what stood behind its instruction.
  if (source !== undefined && isState(source)) return { kind: 'state', words: stateWords(source) };
  if (source !== undefined)
    return {
      kind: 'source',
      words: EMPTY_SOURCE.test(source.trim()) ? [] : ['the line of the source that the next instructions come from'],
    };
  const note = noteWords(line);
  return note === null ? explainState(line) : { kind: 'note', words: [note] };
}

function explainState(line: string): Explained {
  if (isState(line)) return { kind: 'state', words: stateWords(line) };
  const [, when, what = ''] = LOOP_STATE.exec(line) ?? [];
  if (when !== undefined)
    return {
      kind: 'state',
      words: [when === 'cur' ? 'what is known now:' : 'what was known when it was here before:', ...stateWords(what)],
    };
  const [, at, state = ''] = STATE_AT.exec(line) ?? [];
  if (at === undefined || !isState(state)) return { kind: 'other', words: [] };
  return { kind: 'state', words: [`before instruction ${at}:`, ...stateWords(state)] };
}

function stateWords(text: string): readonly string[] {
  return isState(text.trim()) ? readState(text.trim()).map(({ place, words }) => `${place}: ${words}`) : [];
}

function pathWords([, from = '', to = '', rest = '']: RegExpExecArray): readonly string[] {
  const known = rest.trim();
  const what = `the other way of the branch at instruction ${from}, from instruction ${to} on`;
  if (known === 'safe') return [`${what}: ${PRUNED}`];
  return [isState(known) ? `${what}; known there:` : what, ...stateWords(known)];
}

function countWords([, followed = '', limit, atOne, total]: RegExpExecArray): readonly string[] {
  return [
    `${followed} ${followed === '1' ? 'instruction was' : 'instructions were'} followed` +
      `${limit === undefined ? '' : `, of ${limit} at most`}, each as often as a way led over it`,
    ...(atOne === undefined || total === undefined
      ? []
      : [`${total} states were kept to compare with, at most ${atOne} of them at one instruction`]),
  ];
}
