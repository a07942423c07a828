// The text of a verifier's log, as bpftrace, libbpf, bcc or the kernel print it, with whatever stands around it → its lines
// with what each says, and the messages for which the program was refused. Understood: 5.10 to 7.2, measured on 5.10, 6.1,
// 6.12, 6.18 and 7.2 (test/fixtures/verifier). Left out: BTF's own log but for its errors.

import { explainLine, type ExplainedLine, instructionOf, messageIn, PATH, placesOf, readableLine } from './explain-line.ts';
import type { VerifierMessage } from './verifier-message.ts';

/** What was known of the register that a message names. */
export interface FindingRegister {
  /** `R2` */
  readonly name: string;
  /** '': the log does not say. */
  readonly words: string;
  /** The instruction that gave it its value, or took it away; null: it is not in the log. */
  readonly setBy: ExplainedLine | null;
}

export interface Finding {
  readonly message: VerifierMessage;
  readonly line: ExplainedLine;
  /** The instruction that it speaks of: the one that it names, or else the one that was looked at last; null: not in the log. */
  readonly instruction: ExplainedLine | null;
  /** Its line of source, where the program has such. */
  readonly source: ExplainedLine | null;
  /** null: the message names none. */
  readonly register: FindingRegister | null;
}

export interface ExplainedLog {
  /** `listing`: instructions without any word of the verifier. `none`: nothing of the kind. */
  readonly kind: 'log' | 'listing' | 'none';
  readonly lines: readonly ExplainedLine[];
  /** Lines before those, which are too many to be read. */
  readonly skipped: number;
  readonly findings: readonly Finding[];
  /** Lines with text that are not explained. */
  readonly unknown: number;
  /** Instructions that the verifier went through; null: the log does not say. */
  readonly followed: number | null;
}

/** More than anyone reads; logs of a million instructions have as many lines. The last ones count. */
const MOST_LINES = 200_000;
/** Lines between two messages of one refusal: "Unreleased reference …", "BPF_EXIT instruction … would lead to reference leak". */
const ONE_REFUSAL_LINES = 2;
/** More refusals than anyone pastes. */
const MOST_FINDINGS = 50;
/** How far back it is looked for what was known of a register. */
const MOST_BACK = 2_000;

const AT_INSTRUCTION = /^(?:infinite loop detected at|back-edge from|unreachable|jump out of range from) insn (\d{1,7})/u;
const NAMES_REGISTER = /^R(\d{1,2}) /u;
const WRITES = /^[rw](\d{1,2}) \S{0,3}= /u;
const FOLLOWED = /^processed (\d{1,12}) insns/u;
/** A call leaves its result in R0, and nothing in R1 to R5. */
const LOST_BY_CALLS = 5;

export function explainVerifierLog(text: string): ExplainedLog {
  const all = text.split('\n');
  const skipped = Math.max(0, all.length - MOST_LINES);
  const lines = all.slice(skipped).map((raw, index) => explainLine(raw, skipped + index + 1));
  return {
    kind: kindOf(lines),
    lines,
    skipped,
    findings: findingsIn(lines),
    unknown: lines.filter(({ kind, text: own }) => kind === 'other' && own.trim() !== '').length,
    followed: followedIn(lines),
  };
}

function kindOf(lines: readonly ExplainedLine[]): ExplainedLog['kind'] {
  const has = (...kinds: readonly ExplainedLine['kind'][]): boolean => lines.some(({ kind }) => kinds.includes(kind));
  if (has('message', 'count', 'state', 'path', 'precision')) return 'log';
  if (!has('instruction')) return 'none';
  return lines.some(({ text }) => placesOf(text).length > 0) ? 'log' : 'listing';
}

function findingsIn(lines: readonly ExplainedLine[]): readonly Finding[] {
  const findings: Finding[] = [];
  const said = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const text = readableLine(line.text);
    const message = line.kind === 'message' ? messageIn(text) : undefined;
    if (message === undefined) continue;
    const before = findings.at(-1);
    const isOne = before !== undefined && isOneRefusal(before, message, line.at);
    // Loaders try again, and print the log of each try.
    if (!isOne && !said.has(text) && findings.length < MOST_FINDINGS)
      findings.push({ message, line, ...foundBefore(lines, index, text) });
    said.add(text);
  }
  // What loaders say is the last to be read, though bpftrace prints it before the log.
  return [
    ...findings.filter(({ message }) => message.group !== 'log'),
    ...findings.filter(({ message }) => message.group === 'log'),
  ];
}

/** "invalid access to packet, …", "R2 min value is outside of the allowed memory range". */
function isOneRefusal({ message: before, line }: Finding, message: VerifierMessage, at: number): boolean {
  if (before.key === message.key) return at - line.at <= ONE_REFUSAL_LINES;
  return before.group === message.group && at - line.at === 1;
}

function foundBefore(lines: readonly ExplainedLine[], index: number, message: string): Omit<Finding, 'message' | 'line'> {
  const named = AT_INSTRUCTION.exec(message)?.[1];
  const register = NAMES_REGISTER.exec(message)?.[1];
  const read = lines.slice(Math.max(0, index - MOST_BACK), index + 1);
  // Before a count stands the log of another program.
  const before = read.slice(read.findLastIndex(({ kind }) => kind === 'count') + 1);
  const isAt = ({ text }: ExplainedLine): boolean => named === undefined || instructionOf(text)?.number === Number(named);
  const at = before.findLastIndex((line) => isInstruction(line) && isAt(line));
  const upTo = named === undefined ? before : before.slice(0, at + 1);
  return {
    instruction: before[at] ?? null,
    source: upTo.findLast(({ kind, words }) => kind === 'source' && words.length > 0) ?? null,
    register: register === undefined ? null : registerBefore(before, Number(register)),
  };
}

/** cilium/ebpf joins an instruction and its message. */
function isInstruction({ kind, text }: ExplainedLine): boolean {
  return kind === 'instruction' || (kind === 'message' && instructionOf(text) !== null);
}

function registerBefore(lines: readonly ExplainedLine[], number: number): FindingRegister {
  const name = `R${String(number)}`;
  // The last instruction is the one that is refused: it has changed nothing.
  let isRefused = true;
  let words = '';
  for (const line of wayTo(lines)) {
    if (words === '' && line.text.includes(name)) words = placesOf(line.text).find(({ place }) => place === name)?.words ?? '';
    if (!isInstruction(line)) continue;
    if (!isRefused && writes(instructionOf(line.text)?.text ?? '', number)) return { name, words, setBy: line };
    isRefused = false;
  }
  return { name, words, setBy: null };
}

/** The lines that led to the last one, the last first: of a branch whose other way was followed before, that way is left out. */
function wayTo(lines: readonly ExplainedLine[]): readonly ExplainedLine[] {
  const way: ExplainedLine[] = [];
  let branch: number | null = null;
  // In a loop the same branch was left several times: the last round is taken up first.
  let rounds = 0;
  for (const line of lines.toReversed()) {
    const from = line.kind === 'path' ? PATH.exec(readableLine(line.text))?.[1] : undefined;
    if (branch === null) {
      way.push(line);
      if (from === undefined) continue;
      branch = Number(from);
      rounds = 1;
    } else if (from !== undefined) {
      if (Number(from) === branch) rounds++;
    } else if (isInstruction(line) && instructionOf(line.text)?.number === branch && --rounds === 0) {
      way.push(line);
      branch = null;
    }
  }
  return way;
}

function writes(instruction: string, register: number): boolean {
  const written = WRITES.exec(instruction)?.[1];
  return written === undefined ? register <= LOST_BY_CALLS && instruction.startsWith('call ') : Number(written) === register;
}

/** Of the last log in the text. */
function followedIn(lines: readonly ExplainedLine[]): number | null {
  const last = lines.findLast(({ kind }) => kind === 'count');
  return last === undefined ? null : Number(FOLLOWED.exec(readableLine(last.text))?.[1]);
}
