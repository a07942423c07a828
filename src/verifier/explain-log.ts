// The text of a verifier's log, as bpftrace, libbpf, bcc or the kernel print it, with whatever stands around it → its lines with what each says, and the
// messages for which the program was refused. Understood: 5.10 to 6.18. Left out: BTF's own log but for its errors.

import { readInstruction } from './instructions.ts';
import { VERIFIER_MESSAGES, type VerifierMessage } from './messages.ts';
import { isState, readState } from './registers.ts';

export interface ExplainedLine {
  /** From 1. */
  readonly at: number;
  readonly text: string;
  readonly kind: 'message' | 'instruction' | 'state' | 'source' | 'path' | 'precision' | 'count' | 'other';
  /** Sentences or phrases; empty: nothing to say. */
  readonly words: readonly string[];
}

export interface Finding {
  readonly message: VerifierMessage;
  readonly line: ExplainedLine;
  /** The instruction that was looked at last before it; null: none was. */
  readonly instruction: ExplainedLine | null;
  /** Its line of source, where the program has such. */
  readonly source: ExplainedLine | null;
}

export interface ExplainedLog {
  readonly lines: readonly ExplainedLine[];
  readonly findings: readonly Finding[];
  /** Instructions that the verifier went through; null: the log does not say. */
  readonly followed: number | null;
  /** Whether any line is one of a verifier's log. */
  readonly isLog: boolean;
}

/** More than anyone reads; logs of a million instructions have as many lines. The last ones count. */
const MOST_LINES = 200_000;
/** The longest lines are states of eight frames. */
const MAX_LINE_CHARS = 20_000;
/** Lines between two messages of one refusal: "Unreleased reference …", "BPF_EXIT instruction … would lead to reference leak". */
const ONE_REFUSAL_LINES = 2;

const COUNT = /^processed (\d{1,12}) insns(?: \(limit (\d{1,12})\))?(?: max_states_per_insn (\d{1,9}))?(?: total_states (\d{1,9}))?(?: peak_states (\d{1,9}))?/u;
const PATH = /^from (\d{1,7}) to (\d{1,7})(?: \([^)]{1,80}\))?:\s?(.*)$/su;
const STATE_AT = /^(\d{1,7}): (.*)$/su;
/** Behind "infinite loop detected" (6.x). */
const LOOP_STATE = /^(cur|old) state: ?(.*)$/su;
const SAFE = /^\d{1,7}: safe$/u;
const PRECISION = /^(?:last_idx \d|regs=[0-9a-f]+ |parent (?:didn't have|already had) |mark_precise: )/u;
const SOURCE = /^;\s?/u;
/** cilium/ebpf joins the last lines: `2152: (73) *(u8 *)(r2 +87) = r1: R2 invalid mem access 'inv'`. */
const JOINED_MESSAGE = /^\d{1,7}: \([0-9a-f]{2}\) [^:]{1,200}: (.{1,400})$/su;

const PRUNED = 'a state like this was followed to the end before (state pruning): not followed again';

export function explainVerifierLog(text: string): ExplainedLog {
  const all = text.split('\n');
  const skipped = Math.max(0, all.length - MOST_LINES);
  const lines = all.slice(skipped).map((raw, index): ExplainedLine => {
    const whole = raw.slice(0, MAX_LINE_CHARS).trimEnd();
    return { at: skipped + index + 1, text: whole, ...explainLine(whole.trim()) };
  });
  const isLog = lines.some(({ kind }) => kind === 'message' || kind === 'instruction' || kind === 'count' || kind === 'state');
  return { lines, findings: findingsIn(lines), followed: followedIn(lines), isLog };
}

function findingsIn(lines: readonly ExplainedLine[]): readonly Finding[] {
  const findings: Finding[] = [];
  const said = new Set<string>();
  let instruction: ExplainedLine | null = null;
  let source: ExplainedLine | null = null;
  for (const line of lines) {
    if (line.kind === 'instruction') instruction = line;
    else if (line.kind === 'source') source = line;
    const message = line.kind === 'message' ? messageOf(line.text.trim()) : undefined;
    if (message === undefined) continue;
    const text = line.text.trim();
    const before = findings.at(-1);
    const isOne = before?.message.key === message.key && line.at - before.line.at <= ONE_REFUSAL_LINES;
    // Loaders try again, and print the log of each try.
    if (!isOne && !said.has(text)) findings.push({ message, line, instruction, source });
    said.add(text);
  }
  return findings;
}

/** Of the last log in the text. */
function followedIn(lines: readonly ExplainedLine[]): number | null {
  const last = lines.findLast(({ kind }) => kind === 'count');
  return last === undefined ? null : Number(COUNT.exec(last.text.trim())?.[1]);
}

function messageOf(line: string): VerifierMessage | undefined {
  const joined = JOINED_MESSAGE.exec(line)?.[1];
  return VERIFIER_MESSAGES.find(({ pattern }) => pattern.test(line) || (joined !== undefined && pattern.test(joined)));
}

/** `line` is one of the log, without the blanks around it. */
function explainLine(line: string): Pick<ExplainedLine, 'kind' | 'words'> {
  const message = messageOf(line);
  if (message !== undefined) return { kind: 'message', words: [message.means] };
  const instruction = readInstruction(line);
  if (instruction !== null)
    return { kind: 'instruction', words: [...(instruction.words === null ? [] : [instruction.words]), ...stateWords(instruction.state)] };
  const count = COUNT.exec(line);
  if (count !== null) return { kind: 'count', words: countWords(count) };
  if (SAFE.test(line)) return { kind: 'path', words: [PRUNED] };
  const path = PATH.exec(line);
  if (path !== null) return { kind: 'path', words: pathWords(path) };
  if (PRECISION.test(line))
    return { kind: 'precision', words: ['goes back to find which earlier value this depends on, and from now on keeps it exactly (precise, P)'] };
  if (SOURCE.test(line)) return { kind: 'source', words: ['the line of the source that the next instructions come from'] };
  return explainState(line);
}

function explainState(line: string): Pick<ExplainedLine, 'kind' | 'words'> {
  if (isState(line)) return { kind: 'state', words: stateWords(line) };
  const [, when, what = ''] = LOOP_STATE.exec(line) ?? [];
  if (when !== undefined)
    return { kind: 'state', words: [when === 'cur' ? 'what is known now:' : 'what was known when it was here before:', ...stateWords(what)] };
  const [, at, state = ''] = STATE_AT.exec(line) ?? [];
  if (at !== undefined && isState(state)) return { kind: 'state', words: [`before instruction ${at}:`, ...stateWords(state)] };
  return { kind: 'other', words: [] };
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
    `${followed} instructions were followed${limit === undefined ? '' : `, of ${limit} at most`}, each as often as a way led over it`,
    ...(atOne === undefined || total === undefined ? [] : [`${total} states were kept to compare with, at most ${atOne} of them at one instruction`]),
  ];
}
