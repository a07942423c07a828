// What bpftrace says of a program, as 0.17, 0.23 and 0.27 print it → messages with their places in the text that bpftrace was given.
//   stdin:3:2-4: ERROR: Type mismatch for @a …      line, columns in bytes from 1, the second excluded; then the line, its tabs as four spaces, and `~~`
//   stdin:3:2: WARNING: …                            of a run of the program (helper_error): where what failed begins
//   stdin:1-3: ERROR: …                              a stretch of lines; 0.27 prints all of them
//   stdlib/process.bt:11-12: ERROR: …                0.27: in a macro of its own; who used it follows as `stdin:1:9-23: ERROR: expanded from`
//   HINT: …                                          0.27, behind the message it belongs to
//   ERROR: …, FATAL: …, definitions.h:2:10: fatal error: …, or plain words

export interface RawMessage {
  readonly severity: 'error' | 'warning';
  readonly place: RawPlace | null;
  readonly text: string;
}

/** Lines and byte columns of the text that bpftrace was given. */
export type RawPlace =
  | { readonly kind: 'columns'; readonly line: number; readonly from: number; readonly to: number }
  | { readonly kind: 'lines'; readonly from: number; readonly to: number };

/** More than anyone reads; a verifier's log has tens of thousands of lines. */
const MOST_LINES = 2_000;
const LONGEST_TEXT = 1_000;

const POSITIONED = /^(\S+?):(\d{1,9})(?::(\d{1,9}))?(?:-(\d{1,9}))?: (ERROR|WARNING): ?(.*)$/;
const PLAIN = /^(?:(ERROR|FATAL|BUG|WARNING):? |(?=definitions\.h:\d+:\d+: (?:fatal )?error: |No probes to attach))(.*)$/;
/** Words that belong to no message and say nothing of the program. */
const NOISE =
  /RLIMIT_MEMLOCK|^WARNING: Could not read functions from |^Log: cannot resolve location|^definitions\.h:\d+:\d+: (?:note|warning): |^Clang parse error|^\s*~*\s*$/;
/** The name bpftrace gives to what it reads from its standard input. */
const USER_NAME = 'stdin';
const EXPANDED = 'expanded from';

/** `sourceLines` are those of the text that bpftrace was given: what repeats one of them is no part of a message. */
export function parseMessages(output: readonly string[], sourceLines: ReadonlySet<string>): RawMessage[] {
  const messages: RawMessage[] = [];
  const lines = output.flatMap((text) => text.split('\n')).slice(0, MOST_LINES);
  /** Whether what follows is a text of bpftrace's own library. */
  let inLibrary = false;
  for (const line of lines) {
    if (NOISE.test(line)) continue;
    const positioned = POSITIONED.exec(line);
    if (positioned !== null) {
      inLibrary = positioned[1] !== USER_NAME;
      addPositioned(messages, positioned);
      continue;
    }
    const plain = PLAIN.exec(line);
    if (plain !== null) {
      inLibrary = false;
      addOnce(messages, { severity: plain[1] === 'WARNING' ? 'warning' : 'error', place: null, text: bounded(plain[2] ?? '') });
    } else if (!inLibrary && !sourceLines.has(line.trimEnd())) continueMessage(messages, line.trim());
  }
  return messages;
}

function addPositioned(messages: RawMessage[], [, name, first, column, last, level, text = '']: RegExpExecArray): void {
  const severity = level === 'WARNING' ? 'warning' : 'error';
  const place = name === USER_NAME ? placeOf(first, column, last) : null;
  const before = messages.at(-1);
  if (text !== EXPANDED) addOnce(messages, { severity, place, text: bounded(text) });
  // A macro of the user's has its own place; one of bpftrace's gets the place where it is used.
  else if (before?.place === null && place !== null) messages[messages.length - 1] = { ...before, place };
}

function placeOf(first: string | undefined, column: string | undefined, last: string | undefined): RawPlace {
  const line = Number(first);
  if (column === undefined) return { kind: 'lines', from: line, to: Number(last ?? first) };
  return { kind: 'columns', line, from: Number(column), to: Number(last ?? Number(column) + 1) };
}

/** 0.27 says the same again for every attach point that a wildcard fits, and of definitions for every probe. */
function addOnce(messages: RawMessage[], message: RawMessage): void {
  const isSame = ({ severity, text, place }: RawMessage): boolean =>
    text === message.text && severity === message.severity && JSON.stringify(place) === JSON.stringify(message.place);
  if (!messages.some(isSame)) messages.push(message);
}

/** A message of more than one line: `stoull` + `Invalid rate of interval probe`, and hints. Words before any message are one. */
function continueMessage(messages: RawMessage[], words: string): void {
  const before = messages.at(-1);
  if (before === undefined) messages.push({ severity: 'error', place: null, text: bounded(words) });
  else
    messages[messages.length - 1] = {
      ...before,
      text: bounded(`${before.text}${/[.:;]$/.test(before.text) ? '' : ';'} ${words}`),
    };
}

function bounded(text: string): string {
  const words = text.trim();
  return words.length <= LONGEST_TEXT ? words : `${words.slice(0, LONGEST_TEXT)}…`;
}
