// A user's program → the text that bpftrace is given, and the way back for what bpftrace says of it: confined to a process, with what stands for
// `jstack`, with probes of jtrace's own. What it must not do is refused here, before anything runs.

import type { Dialect } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';
import type { ScriptSource } from '../model/script.ts';
import type { FactsOfMaps } from '../model/script-result.ts';
import type { Pid } from '../model/units.ts';
import {
  renderFeed,
  renderFollow,
  renderReady,
  renderWalk,
  SENT_MAP,
  WALK_MAPS,
  WALK_PREAMBLE,
  type WalkEngine,
  windowBytesOf,
} from '../program/jstack.ts';
import { type AttachPoint, isEndProbe, providersOf } from '../script/attach-point.ts';
import { codeTokens } from '../script/code-tokens.ts';
import { jstackEdits, type JstackProblem, jstackUses } from '../script/jstack-uses.ts';
import { type Aggregation, aggregationsOf, factsOfMaps, unreadMaps } from '../script/map-facts.ts';
import { classNameEdit, classNameUses, type ClassOffsets } from '../script/class-names.ts';
import { libraryEdits, type LibraryProblem, type ProbedLibrary } from '../script/library-edits.ts';
import { mapsOf } from '../script/program-maps.ts';
import { parseScript, type ScriptProgram } from '../script/program-structure.ts';
import { renderMessage } from '../script/render-message.ts';
import { type Edit, firstNested, outside, RewrittenScript } from '../script/rewrite.ts';
import { checkScript, type ScriptFinding } from '../script/script-checks.ts';
import { confinement, cpidEdits, lineEndEdits, livePrintingEdits } from '../script/script-edits.ts';
import { SourceLines } from '../script/source-lines.ts';
import type { StackFlow } from '../script/stack-flow.ts';
import { translateMessages } from '../script/translate-messages.ts';
import { leadsToLibjvm } from './leads-to-libjvm.ts';

export interface ScriptSettings {
  readonly dialect: Dialect;
  /** The process it is confined to; null: none. */
  readonly pid: Pid | null;
  /** Also to what that process starts. */
  readonly followChildren: boolean;
  readonly unsafe: boolean;
  /** How stacks are told apart where it says `jstack`. */
  readonly engine: WalkEngine;
  /** Maps are shown while it runs. */
  readonly isLive: boolean;
  /** A library that the process has mapped, by its name; null: it has none, or there is no process. */
  readonly library: (name: string) => ProbedLibrary | null;
  /** How much of a text is read at least; null: what bpftrace reads by itself. */
  readonly stringBytes: number | null;
  /** Where the process, a JVM, keeps the names of classes; asked only for programs that use them; null: it does not tell, or there is none. */
  readonly classOffsets: () => ClassOffsets | null;
}

/** What has to be known of a program with `jstack` to read what it prints. */
export interface JstackFacts {
  /** Stands before every line of its walks, and in its texts before a stack's identity. */
  readonly mark: string;
  /** Most that is sent of one stack. */
  readonly windowBytes: number;
  readonly aggregations: ReadonlyMap<string, Aggregation>;
  /** Where its stacks go. */
  readonly flow: Pick<StackFlow, 'keys' | 'values' | 'printed'>;
  /** Frames shown of a stack of which it is not known; null: all. */
  readonly otherwise: number | null;
}

export interface PreparedScript {
  readonly text: string;
  /** BPFTRACE_* settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further options of bpftrace's command line. */
  readonly arguments: readonly string[];
  /** Whether bpftrace itself is to confine the probes (`-p`). */
  readonly usesPidOption: boolean;
  /** Whether other processes, too, stop at its functions (uprobes, USDT): only a condition leaves them out. */
  readonly othersStop: boolean;
  /** As in ScriptRunOptions of src/bpftrace/run-script.ts. */
  readonly readyMarker: string | null;
  /** Attach points that are jtrace's. */
  readonly ownProbes: number;
  readonly hasIterators: boolean;
  readonly mapFacts: FactsOfMaps;
  /** What its own `config` block says that a map holds; it wins over the environment. null: nothing. */
  readonly configuredMapEntries: number | null;
  /** The setting of `environment` that says the same. */
  readonly mapSizeVariable: string;
  /** null: it does not use it. */
  readonly jstack: JstackFacts | null;
  /** bpftrace's words with the program's own name, lines and columns. */
  translate(words: string): string;
}

/** 100 ms: a COMMAND waits for it, and lost events are told as soon. */
const MARKER_PROBE = 'interval:ms:100';
/** Once a second, so many entries: a screen. */
const LIVE = { intervalMs: 1000, rows: 50 } as const;
/** Of every map; bpftrace's 4096 are fewer than the stacks of a large program. */
const MAP_ENTRIES = 16_384;
/** Of 4 KiB: a burst of new stacks. */
const BUFFER_PAGES = 1024;
/** What `str` gives on 0.17 (later versions: 1 KiB, of which no class's name is that long). */
const STRING_BYTES = 64;
/** The same beside walks: on 0.17 the kernel's 512 bytes of stack do not hold a walk and a key with a longer text (64 do not load, 48 do). */
const STRING_BYTES_BESIDE_STACKS = 48;
/** What bpftrace says begins so where it is about the program it was given. */
const OF_THE_PROGRAM = /^(?:\w+: )?stdin:\d/u;
/** Minor version; those up to 0.27 were not tried. */
const LAST_WITH_USDT_ONCE = 23;
/** Minor version, as above. */
const LAST_WITH_TRACEPOINTS_OF_ALL = 23;
/** Minor version whose `-p` confines uprobes: 0.17 does not, 0.23 and 0.27 do; those between were not tried. */
const FIRST_WITH_CONFINED_UPROBES = 23;
const VARIABLE = '__jt_stack';
const OWN_NAME = /^[@$]__jt_/u;

const JSTACK_PROBLEMS: Readonly<Record<JstackProblem['kind'], string>> = {
  'in-condition': 'jstack cannot stand in a condition: use it in the block, in an if',
  'in-function': 'jstack cannot stand in a function: use it in a probe',
  'no-number': 'jstack(N) takes a number from 1 on',
  'two-lengths': 'jstack with another number of frames goes to the same place: use another map (or variable, or printf)',
};

/** Throws OperatorErrors for programs that jtrace does not run. */
export function prepareScript(source: ScriptSource, settings: ScriptSettings): PreparedScript {
  const program = parseScript(source.text);
  refuseOwnNames(source, program);
  if (!settings.unsafe) refuse(source, checkScript(program, leadsToLibjvm));
  const uses = jstackUses(program);
  const [problem] = uses.problems;
  if (problem !== undefined)
    throw at(source, new SourceLines(source.text).positionAt(problem.start), JSTACK_PROBLEMS[problem.kind]);
  const isWalked = uses.uses.length > 0;
  const stringBytes = isWalked ? STRING_BYTES_BESIDE_STACKS : STRING_BYTES;
  const libraries = libraryEdits(program, settings.library);
  const [unfit] = libraries.problems;
  if (unfit !== undefined)
    throw at(source, new SourceLines(source.text).positionAt(unfit.start), ...libraryProblem(unfit, settings.pid !== null));
  const hasIterators = program.probes.some(({ attachPoints }) =>
    attachPoints.some((point) => providersOf(point).includes('iter')),
  );
  const maps = mapsOf(program);
  const mark = `jt${crypto.randomUUID().replaceAll('-', '')}`;
  const context = { mark, feederPid: process.pid, engine: settings.engine };
  const classes = classNames(source, program, settings, stringBytes);
  const edits: Edit[] = [...libraries.edits, ...classes, ...outside(classes, confined(source, program, settings))];
  const first = firstProbe(program);
  /** Probes of jtrace's before the user's, and behind them. */
  const before = [
    ...(isWalked ? [insertion(first, `${WALK_PREAMBLE}${renderFeed(context)}`)] : []),
    ...(settings.pid !== null && settings.followChildren ? [insertion(first, renderFollow(settings.pid))] : []),
  ];
  const behind = [
    ...(settings.isLive ? livePrintingEdits(program, maps, LIVE) : []),
    ...endEdits(program, isWalked ? SENT_MAP : null, [
      ...(isWalked ? WALK_MAPS : []),
      ...(settings.followChildren ? ['@__jt_of'] : []),
    ]),
  ];
  if (isWalked) behind.push(insertion(source.text.length, `\n${renderReady(context)}`));
  else if (!hasIterators) behind.push(insertion(source.text.length, `\n${MARKER_PROBE} { printf("${mark} R\\n"); }\n`));
  edits.unshift(...before);
  if (isWalked) {
    edits.push(
      ...jstackEdits(
        uses,
        `$${VARIABLE}`,
        `${renderWalk(VARIABLE, context)}\n`,
        (frames) => `${mark}:%lu:${String(frames ?? 0)}:`,
      ),
    );
    edits.push(
      ...averagesAsStats(
        program,
        uses.uses.flatMap(({ key }) => (key === null ? [] : [key.map])),
      ),
    );
  }
  edits.push(...behind);
  const usesPidOption =
    !settings.followChildren && !isAttachedTwice(program, settings.dialect) && !(isWalked && isDeafened(settings.dialect));
  // What is replaced has no line ends of the user's.
  edits.unshift(...outside(edits, lineEndEdits(source.text)));
  const nested = firstNested(edits);
  if (nested !== null)
    throw at(
      source,
      new SourceLines(source.text).positionAt(nested.start),
      'jtrace replaces this and what it stands in: write it apart',
    );
  const rewritten = new RewrittenScript(source.text, edits);
  return {
    text: rewritten.text,
    environment: isWalked
      ? {
          [settings.dialect.mapSizeVariable]: String(MAP_ENTRIES),
          BPFTRACE_PERF_RB_PAGES: String(BUFFER_PAGES),
          ...stringSetting(STRING_BYTES_BESIDE_STACKS, settings.dialect),
        }
      : stringSetting(settings.stringBytes, settings.dialect),
    arguments: isWalked ? settings.dialect.quietArguments : [],
    usesPidOption,
    othersStop:
      settings.pid !== null &&
      !(usesPidOption && settings.dialect.version.minor >= FIRST_WITH_CONFINED_UPROBES) &&
      program.probes.some(({ attachPoints }) => attachPoints.some(stopsAtFunctions)),
    readyMarker: hasIterators && !isWalked ? null : `${mark} R`,
    ownProbes: [...before, ...behind].reduce((sum, { text }) => sum + attachPointsIn(text), 0),
    hasIterators,
    mapFacts: documented(factsOfMaps(program), source),
    configuredMapEntries: configured(program, 'max_map_keys'),
    mapSizeVariable: settings.dialect.mapSizeVariable,
    jstack: isWalked ? jstackFacts(program, uses, mark, settings.engine) : null,
    translate: (words) => translated(words, source, { program, rewritten }),
  };
}

function stringSetting(bytes: number | null, { stringVariable }: Dialect): Readonly<Record<string, string>> {
  return bytes === null || stringVariable === null ? {} : { [stringVariable]: String(bytes) };
}

function jstackFacts(
  program: ScriptProgram,
  { uses, flow }: ReturnType<typeof jstackUses>,
  mark: string,
  engine: WalkEngine,
): JstackFacts {
  const aggregations = new Map([...aggregationsOf(program)].map(([name, { kind }]) => [name, kind]));
  const [otherwise = null, ...others] = new Set(uses.map(({ frames }) => frames));
  return { mark, windowBytes: windowBytesOf(engine), aggregations, flow, otherwise: others.length === 0 ? otherwise : null };
}

/**
 * Several identities may be one stack to the reader: averages of them can only be put together where their counts are known. Only of maps that the program itself does
 * not read: `stats` have no value and another order.
 */
function averagesAsStats(program: ScriptProgram, names: readonly string[]): Edit[] {
  const unread = unreadMaps(program);
  return [...aggregationsOf(program)]
    .filter(([name, { kind }]) => kind === 'avg' && names.includes(name) && unread.has(name))
    .flatMap(([, { at: spans }]) => spans.map((span) => ({ ...span, text: 'stats' })));
}

function confined(source: ScriptSource, program: ScriptProgram, { pid, followChildren }: ScriptSettings): Edit[] {
  if (pid === null) return [];
  const condition = followChildren ? `(pid == ${String(pid)} || @__jt_of[(uint64)pid] == 1)` : `pid == ${String(pid)}`;
  const { edits, mixed } = confinement(program, condition);
  const [first] = mixed;
  if (first !== undefined)
    throw at(
      source,
      new SourceLines(source.text).positionAt(first.start),
      'a probe with attach points of processes and others (interval, BEGIN) cannot be confined to a process: write two probes',
    );
  return [...edits, ...cpidEdits(program, pid)];
}

/** A script of the catalogue says the units itself. */
function documented(facts: FactsOfMaps, { units }: ScriptSource): FactsOfMaps {
  return new Map([...facts].map(([name, known]) => [name, { ...known, unit: units?.get(name) ?? known.unit }]));
}

function stopsAtFunctions(point: AttachPoint): boolean {
  return providersOf(point).some((provider) => ['uprobe', 'uretprobe', 'usdt'].includes(provider));
}

/** A number in the program's `config` block. */
function configured({ text, tokens }: ScriptProgram, name: string): number | null {
  const words = tokens.map(({ start, end }) => text.slice(start, end));
  const at = words.findIndex((word, index) => word === name && words[index + 1] === '=');
  const value = Number(words[at + 2]);
  return at < 0 || !Number.isSafeInteger(value) ? null : value;
}

/** Of whole probes; what is put into a probe has none. */
function attachPointsIn(text: string): number {
  return parseScript(text).probes.reduce((sum, { attachPoints, block }) => sum + (block === null ? 0 : attachPoints.length), 0);
}

/** Names that the walk and what is beside it have. */
function refuseOwnNames(source: ScriptSource, program: ScriptProgram): void {
  for (const token of codeTokens(program))
    if (OWN_NAME.test(token.word))
      throw at(
        source,
        new SourceLines(source.text).positionAt(token.start),
        `${token.word}: names that begin with ${token.word.charAt(0)}__jt_ are jtrace's own`,
        'call it otherwise',
      );
}

/** jtrace's own maps are not left for bpftrace to print, but for one: before all others. */
function endEdits(program: ScriptProgram, shown: string | null, maps: readonly string[]): Edit[] {
  if (maps.length === 0 || !program.complete) return [];
  const print = shown === null ? '' : `print(${shown}); `;
  const clear = `${print}${maps.map((name) => `clear(${name});`).join(' ')}`;
  const own = program.probes.find(({ attachPoints }) => attachPoints.some(isEndProbe));
  if (own === undefined) return [insertion(program.text.length, `\nEND { ${clear} }`)];
  // One that also runs otherwise, or not each time: there can be no other (0.17, 0.23), and what is printed of jtrace's maps is left out by their names.
  const isAlways = own.attachPoints.every(isEndProbe) && own.predicate === null;
  return own.block === null || !isAlways ? [] : [insertion(own.block.start + 1, ` ${clear}`)];
}

/** C's definitions stand before all probes and functions. */
function firstProbe(program: ScriptProgram): number {
  const starts = [...program.probes, ...program.definitions.filter(({ kind }) => kind === 'code')].map(({ start }) => start);
  return starts.length === 0 ? program.text.length : Math.min(...starts);
}

function insertion(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

function refuse(source: ScriptSource, [finding]: readonly ScriptFinding[]): void {
  if (finding === undefined) return;
  const [message, hint] =
    finding.kind === 'unsafe-call'
      ? [`${finding.name}() changes the machine it looks at`, 'if that is meant: --unsafe']
      : [
          `${finding.attachPoint} can kill the JVM it looks at: ${finding.reason}`,
          'a uprobe at its entry, or the USDT probes of its begin and end; if it is meant all the same: --unsafe',
        ];
  throw at(source, finding.position, message, hint);
}

function at(
  { name }: ScriptSource,
  { line, column }: { line: number; column: number },
  message: string,
  hint = '',
): OperatorError {
  return new OperatorError('usage', `${name}:${String(line)}:${String(column)}: ${message}`, hint);
}

/** With `-p`, 0.27 attaches a USDT probe twice, and all counts double (0.17 and 0.23: once). Each probe is confined by its condition, too. */
function isAttachedTwice({ probes }: ScriptProgram, { version }: Dialect): boolean {
  return (
    version.minor > LAST_WITH_USDT_ONCE &&
    probes.some(({ attachPoints }) => attachPoints.some((point) => providersOf(point).includes('usdt')))
  );
}

/** With `-p`, 0.27 attaches tracepoints to that process alone: the one that hears jtrace, too (0.17 and 0.23: to all). */
function isDeafened({ version }: Dialect): boolean {
  return version.minor > LAST_WITH_TRACEPOINTS_OF_ALL;
}

function classNames(
  source: ScriptSource,
  program: ScriptProgram,
  { pid, classOffsets }: ScriptSettings,
  stringBytes: number,
): Edit[] {
  const uses = classNameUses(program);
  const offsets = uses.length === 0 ? null : classOffsets();
  return uses.map((use) => {
    const edit = offsets === null ? null : classNameEdit(use, offsets, stringBytes - 1);
    if (edit !== null) return pid === null ? edit : { ...edit, text: edit.text.replaceAll(/\bcpid\b/gu, String(pid)) };
    const [why, hint] =
      pid === null
        ? ['needs to know the JVM, and none was given', 'say which: -p PID or -p NAME']
        : [
            'cannot be had of this process',
            'it is no JVM that has started, or one with generational ZGC, or its tables do not tell',
          ];
    throw at(source, new SourceLines(source.text).positionAt(use.start), `${use.name}() ${why}`, hint);
  });
}

function libraryProblem({ kind, attachPoint, library }: LibraryProblem, hasProcess: boolean): [string, string] {
  if (kind === 'no-probe')
    return [
      `the ${library} of this process has no ${attachPoint.split(':').slice(2).join(':')}`,
      'another version of the JDK may have it; one whose libjvm is stripped (or JDK 8) has only exported functions',
    ];
  return hasProcess
    ? [
        `the process has no ${library} to attach to`,
        `it has not loaded it (yet), its file was replaced, or its path has letters that a probe cannot have`,
      ]
    : [`${library} is the library of one process, and none was given`, 'say of which: -p PID or -p NAME'];
}

/** '' where they are about nothing of the user's. */
function translated(words: string, { name }: ScriptSource, script: Parameters<typeof translateMessages>[1]): string {
  const { first, others } = translateMessages([words], script);
  const messages = [...(first === null ? [] : [first]), ...others];
  if (messages.length > 0) return messages.map((message) => renderMessage(name, message)).join('\n');
  return OF_THE_PROGRAM.test(words) ? '' : words;
}
