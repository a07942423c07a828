// bpftrace's messages about the program it was given → the same about the user's program: where, in what line, and what to underline. What has no place of its own is
// looked for: the attach point or the include that the words name.

import type { ScriptPosition } from '../model/script.ts';
import { providersOf } from './attach-point.ts';
import type { AttachPoint } from './attach-point.ts';
import { parseMessages } from './parse-messages.ts';
import type { RawMessage, RawPlace } from './parse-messages.ts';
import type { ScriptProgram } from './program-structure.ts';
import type { RewrittenScript } from './rewrite.ts';
import { SourceLines } from './source-lines.ts';
import type { Span } from './tokenize.ts';

export interface ScriptMessage {
  readonly severity: 'error' | 'warning';
  readonly text: string;
  /** null: nothing is known of it. */
  readonly position: ScriptPosition | null;
  /** It is about text that jtrace put in, there. */
  readonly inserted: boolean;
  /** And that text stands for none of the user's: whatever is wrong there, the user has not written it. */
  readonly added: boolean;
  /** The user's line at the position; '' without one. */
  readonly line: string;
  /** Columns of that line, `to` excluded; null: the whole line is meant, or none. */
  readonly caret: { readonly from: number; readonly to: number } | null;
}

export interface ScriptMessages {
  /** The error to tell: the first with a place, or else the first. */
  readonly first: ScriptMessage | null;
  /** The other errors, and warnings about the user's own text. */
  readonly others: readonly ScriptMessage[];
}

/** What bpftrace was given, and what of. */
export interface TranslationSource {
  readonly program: ScriptProgram;
  readonly rewritten: RewrittenScript;
}

interface PlacesSource extends TranslationSource {
  /** Of the program, in the order of the text. */
  readonly points: readonly AttachPoint[];
}

/** As many as one reads. */
const MOST_MESSAGES = 20;
const MOST_WARNINGS = 200;
const NOTHING_KNOWN = { position: null, inserted: false, added: false, line: '', caret: null } as const;

/** `output`: what bpftrace wrote besides its results, as lines or pieces of more. */
export function translateMessages(output: readonly string[], source: TranslationSource): ScriptMessages {
  const given = new SourceLines(source.rewritten.text);
  const user = new SourceLines(source.program.text);
  const points = attachPointsOf(source.program);
  const messages = few(parseMessages(output, printedLines(source.rewritten.text)))
    .map((raw) => translate(raw, { ...source, points }, given, user))
    // Nobody can do anything about a warning on what jtrace wrote.
    .filter(({ severity, added }) => severity === 'error' || !added);
  const errors = messages.filter(({ severity }) => severity === 'error');
  const first = errors.find(({ position }) => position !== null) ?? errors[0] ?? null;
  return { first, others: messages.filter((message) => message !== first).slice(0, MOST_MESSAGES) };
}

/** Whether there are errors, and all of them are in what jtrace added. */
export function isAboutAdded({ first, others }: ScriptMessages): boolean {
  const errors = [...(first === null ? [] : [first]), ...others].filter(({ severity }) => severity === 'error');
  return errors.length > 0 && errors.every(({ added }) => added);
}

/** Each is looked for in the whole program: of errors no more than are shown, with a place and without; of warnings, most of which may be about what jtrace wrote, some. */
function few(messages: readonly RawMessage[]): readonly RawMessage[] {
  const counts = { placed: 0, unplaced: 0, warning: 0 };
  return messages.filter(({ place, severity, text }) => {
    if (severity === 'warning') return !FOR_NOBODY.test(text) && ++counts.warning <= MOST_WARNINGS;
    return ++counts[place === null ? 'unplaced' : 'placed'] <= MOST_MESSAGES + 1;
  });
}

/** The lines of a text as bpftrace prints them. */
function printedLines(text: string): Set<string> {
  return new Set(text.split('\n').map((line) => line.replaceAll('\t', '    ').trimEnd()));
}

function translate(raw: RawMessage, source: PlacesSource, given: SourceLines, user: SourceLines): ScriptMessage {
  const text = wordsFor(raw);
  const said = { severity: raw.severity, text };
  const place = raw.place === null ? null : spanOf(raw.place, source, given);
  if (place === null) {
    const found = named(raw.text, source);
    if (found === null) return { ...said, ...NOTHING_KNOWN };
    return { ...said, ...excerpt(found, user), inserted: false, added: false };
  }
  const start = source.rewritten.placeInUser(place.start);
  const last = source.rewritten.placeInUser(Math.max(place.start, place.end - 1));
  const shown = excerpt({ start: start.offset, end: last.inserted ? last.offset : last.offset + 1 }, user);
  // What begins in inserted text and ends in the user's is about theirs.
  const [inserted, added] = [start.inserted && last.inserted, start.added && last.added];
  return { ...said, ...shown, inserted, added, ...(raw.place?.kind === 'lines' && { caret: null }) };
}

/** 0.17 of `str(args->filename) == "…"`. */
const FOR_NOBODY = /^Addrspace (?:mismatch|is not set)$/;
const UNKNOWN_PROVIDER = /Invalid probe type made it to attachpoint parser/;
/** The C++ function that 0.17 and 0.23 read numbers with is all they say of one it does not take. */
const BAD_NUMBER = /^stoull\b/;

/** bpftrace's words, but for those that are for its authors. */
function wordsFor({ text }: RawMessage): string {
  if (UNKNOWN_PROVIDER.test(text)) return 'Invalid probe type';
  return text.replace(BAD_NUMBER, 'no number, or too large a one');
}

function excerpt({ start, end }: Span, user: SourceLines): Pick<ScriptMessage, 'position' | 'line' | 'caret'> {
  const position = user.positionAt(start);
  const line = user.lineText(position.line);
  const to = Math.min(position.column + (end - start), line.length + 1);
  return { position, line, caret: { from: position.column, to: Math.max(position.column + 1, to) } };
}

/** A place in what bpftrace was given, as offsets of it. */
function spanOf(place: RawPlace, { points, rewritten }: PlacesSource, given: SourceLines): Span {
  if (place.kind === 'columns')
    return { start: given.offsetAtByteColumn(place.line, place.from), end: given.offsetAtByteColumn(place.line, place.to) };
  // 0.17 and 0.23 begin the place of an attach point where the token before it ended, often a line above.
  const lastLine = {
    start: given.offsetAt({ line: place.to, column: 1 }),
    end: given.offsetAt({ line: place.to + 1, column: 1 }),
  };
  const [from, to] = [rewritten.placeInUser(lastLine.start).offset, rewritten.placeInUser(lastLine.end).offset];
  const isInLastLine = ({ start }: AttachPoint): boolean => start >= from && start < to;
  const line = points.some(isInLastLine) ? place.to : place.from;
  const indent = /^\s*/.exec(given.lineText(line))?.[0].length ?? 0;
  return { start: given.offsetAt({ line, column: indent + 1 }), end: given.offsetAt({ line: line + 1, column: 1 }) };
}

/** What of the user's text the words name; null: nothing, or more than one thing could be meant. */
function named(words: string, { points, program }: PlacesSource): Span | null {
  if (UNKNOWN_PROVIDER.test(words)) return points.find((point) => providersOf(point).length === 0) ?? null;
  if (words.startsWith('No probes to attach') && points.length === 1) return points[0] ?? null;
  const namedPoints = points.filter(
    ({ text, parts }) => words.includes(text) || (parts.length > 2 && words.includes(parts.slice(1).join(':'))),
  );
  const longest = namedPoints.reduce<AttachPoint | null>(
    (best, point) => (best !== null && best.text.length >= point.text.length ? best : point),
    null,
  );
  return longest ?? missingInclude(words, program);
}

/** `definitions.h:2:10: fatal error: 'nosuch.h' file not found` */
function missingInclude(words: string, program: ScriptProgram): Span | null {
  const file = /'([^']+)' file not found/.exec(words)?.[1];
  if (file === undefined) return null;
  const found = program.definitions.find(
    ({ start, end }) => program.text.startsWith('#', start) && program.text.slice(start, end).includes(file),
  );
  return found ?? null;
}

function attachPointsOf(program: ScriptProgram): readonly AttachPoint[] {
  return program.probes.flatMap(({ attachPoints }) => attachPoints);
}
