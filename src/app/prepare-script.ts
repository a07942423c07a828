// A user's program → the text that bpftrace is given, and the way back for what bpftrace says of it: confined to a process, with what stands for
// `jstack`, with probes of jtrace's own. What it must not do is refused here, before anything runs.

import type { Dialect } from '../model/dialect.ts';
import type { ScriptSource } from '../model/script.ts';
import type { FactsOfMaps } from '../model/script-result.ts';
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
import { isEndProbe, providersOf } from '../script/attach-point.ts';
import { jstackEdits, jstackUses } from '../script/jstack-uses.ts';
import { type Aggregation, aggregationsOf, factsOfMaps, unreadMaps } from '../script/map-facts.ts';
import { libraryEdits, type ProbedLibrary } from '../script/library-edits.ts';
import { configuredMapEntries, declaredMapEntries } from '../script/map-sizes.ts';
import { mapsOf } from '../script/program-maps.ts';
import { parseScript, type ScriptProgram } from '../script/program-structure.ts';
import { renderMessage } from '../script/render-message.ts';
import { type Edit, firstNested, outside, RewrittenScript } from '../script/rewrite.ts';
import { checkScript } from '../script/script-checks.ts';
import { confinement, cpidEdits, lineEndEdits, livePrintingEdits } from '../script/script-edits.ts';
import type { StackFlow } from '../script/stack-flow.ts';
import { isAboutAdded, translateMessages } from '../script/translate-messages.ts';
import { leadsToLibjvm } from './leads-to-libjvm.ts';
import { type PidOption, pidOption } from './pid-option.ts';
import { JSTACK_PROBLEMS, libraryProblem, refusal, refuseFindings, refuseOwnNames } from './refuse-script.ts';
import { textEdits, type TextSettings } from './text-edits.ts';

export interface ScriptSettings extends TextSettings {
  readonly dialect: Dialect;
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

export interface PreparedScript extends PidOption {
  readonly text: string;
  /** BPFTRACE_* settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** Further options of bpftrace's command line. */
  readonly arguments: readonly string[];
  /** As in ScriptRunOptions of src/bpftrace/run-script.ts. */
  readonly readyMarker: string | null;
  /** Attach points that are jtrace's. */
  readonly ownProbes: number;
  readonly hasIterators: boolean;
  readonly mapFacts: FactsOfMaps;
  /** What its own `config` block says that a map holds, if the environment says nothing. null: nothing. */
  readonly configuredMapEntries: number | null;
  /** Maps that it declares with a size of their own. */
  readonly declaredMapEntries: ReadonlyMap<string, number>;
  /** The setting of `environment` that says the same. */
  readonly mapSizeVariable: string;
  /** null: it does not use it. */
  readonly jstack: JstackFacts | null;
  /** bpftrace's words with the program's own name, lines and columns. */
  translate(words: string): string;
  /** Whether bpftrace finds errors, and all of them in what jtrace put in. */
  isOwnFault(words: string): boolean;
}

/** 100 ms: a COMMAND waits for it, and lost events are told as soon. */
const MARKER_PROBE = 'interval:ms:100';
/** Once a second, so many entries: a screen. */
const LIVE = { intervalMs: 1000, rows: 50 } as const;
/** Of every map; bpftrace's 4096 are fewer than the stacks of a large program. */
const MAP_ENTRIES = 16_384;
/** With fewer, what tells the walks of a JVM does not hold its words: the user's own smaller number is raised. */
export const LEAST_MAP_ENTRIES = 64;
/** Of 4 KiB: a burst of new stacks. */
const BUFFER_PAGES = 1024;
/** What `str` gives on 0.17 (later versions: 1 KiB, of which no class's name is that long). */
const STRING_BYTES = 64;
/** The same beside walks: on 0.17 the kernel's 512 bytes of stack do not hold a walk and a key with a longer text (64 do not load, 48 do). */
const STRING_BYTES_BESIDE_STACKS = 48;
/** What bpftrace says begins so where it is about the program it was given. */
const OF_THE_PROGRAM = /^(?:\w+: )?stdin:\d/u;
const VARIABLE = '__jt_stack';

/** Throws OperatorErrors for programs that jtrace does not run. */
export function prepareScript(source: ScriptSource, settings: ScriptSettings): PreparedScript {
  const program = parseScript(source.text);
  refuseOwnNames(source, program);
  if (!settings.unsafe) refuseFindings(source, checkScript(program, leadsToLibjvm));
  const uses = jstackUses(program);
  const [problem] = uses.problems;
  if (problem !== undefined) throw refusal(source, problem, JSTACK_PROBLEMS[problem.kind]);
  const isWalked = uses.uses.length > 0;
  const stringBytes = isWalked ? STRING_BYTES_BESIDE_STACKS : STRING_BYTES;
  const libraries = libraryEdits(program, settings.library);
  const [unfit] = libraries.problems;
  if (unfit !== undefined) throw refusal(source, unfit, ...libraryProblem(unfit, settings.pid !== null));
  const hasIterators = program.probes.some(({ attachPoints }) =>
    attachPoints.some((point) => providersOf(point).includes('iter')),
  );
  const maps = mapsOf(program);
  const mark = `jt${crypto.randomUUID().replaceAll('-', '')}`;
  const context = { mark, feederPid: process.pid, engine: settings.engine };
  const texts = textEdits(source, program, settings, stringBytes);
  const edits: Edit[] = [...libraries.edits, ...texts, ...outside(texts, confined(source, program, settings))];
  const first = firstProbe(program);
  const isWhole = isWholeProgram(program);
  const mapEntries = configuredMapEntries(program);
  /** Probes of jtrace's before the user's, and behind them. */
  const before = [
    ...(isWalked ? [insertion(first, `${WALK_PREAMBLE}${renderFeed(context)}`)] : []),
    ...(settings.pid !== null && settings.followChildren ? [insertion(first, renderFollow(settings.pid))] : []),
  ];
  const behind = [
    ...(settings.isLive && isWhole ? livePrintingEdits(program, maps, LIVE) : []),
    ...endEdits(program, isWalked ? SENT_MAP : null, [
      ...(isWalked ? WALK_MAPS : []),
      ...(settings.followChildren ? ['@__jt_of'] : []),
    ]),
  ];
  if (isWalked && isWhole) behind.push(insertion(source.text.length, `\n${renderReady(context)}`));
  else if (!hasIterators && isWhole)
    behind.push(insertion(source.text.length, `\n${MARKER_PROBE} { printf("${mark} R\\n"); }\n`));
  edits.unshift(...before);
  if (isWalked) {
    const format = (frames: number | null): string => `${mark}:%lu:${String(frames ?? 0)}:`;
    const keyed = uses.uses.flatMap(({ key }) => (key === null ? [] : [key.map]));
    for (const edit of jstackEdits(uses, `$${VARIABLE}`, `${renderWalk(VARIABLE, context)}\n`, format)) edits.push(edit);
    for (const edit of averagesAsStats(program, keyed)) edits.push(edit);
  }
  edits.push(...behind);
  // What is replaced has no line ends of the user's.
  const all = [...outside(edits, lineEndEdits(source.text)), ...edits];
  const nested = firstNested(all);
  if (nested !== null) throw refusal(source, nested, 'jtrace replaces this and what it stands in: write it apart');
  const rewritten = new RewrittenScript(source.text, all);
  return {
    text: rewritten.text,
    environment: isWalked
      ? {
          // It would win over what the program says.
          ...(mapEntries === null || mapEntries < LEAST_MAP_ENTRIES
            ? { [settings.dialect.mapSizeVariable]: String(mapEntries === null ? MAP_ENTRIES : LEAST_MAP_ENTRIES) }
            : {}),
          BPFTRACE_PERF_RB_PAGES: String(BUFFER_PAGES),
          ...stringSetting(STRING_BYTES_BESIDE_STACKS, settings.dialect),
        }
      : stringSetting(settings.stringBytes, settings.dialect),
    arguments: isWalked ? settings.dialect.quietArguments : [],
    ...pidOption(program, { ...settings, isWalked }),
    readyMarker: hasIterators && !isWalked ? null : `${mark} R`,
    ownProbes: [...before, ...behind].reduce((sum, { text }) => sum + attachPointsIn(text), 0),
    hasIterators,
    mapFacts: documented(factsOfMaps(program), source),
    configuredMapEntries: mapEntries,
    declaredMapEntries: declaredMapEntries(program),
    mapSizeVariable: settings.dialect.mapSizeVariable,
    jstack: isWalked ? jstackFacts(program, uses, mark, settings.engine) : null,
    translate: (words) => translated(words, source, { program, rewritten }),
    isOwnFault: (words) => isWhole && isAboutAdded(translateMessages([words], { program, rewritten })),
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
  const wanted = new Set(names);
  return [...aggregationsOf(program)]
    .filter(([name, { kind }]) => kind === 'avg' && wanted.has(name) && unread.has(name))
    .flatMap(([, { at: spans }]) => spans.map((span) => ({ ...span, text: 'stats' })));
}

function confined(source: ScriptSource, program: ScriptProgram, { pid, followChildren }: ScriptSettings): Edit[] {
  if (pid === null) return [];
  const condition = followChildren ? `(pid == ${String(pid)} || @__jt_of[(uint64)pid] == 1)` : `pid == ${String(pid)}`;
  const { edits, mixed } = confinement(program, condition);
  const [first] = mixed;
  if (first !== undefined)
    throw refusal(
      source,
      first,
      'a probe with attach points of processes and others (interval, BEGIN) cannot be confined to a process: write two probes',
    );
  return [...edits, ...cpidEdits(program, pid)];
}

/** A script of the catalogue says the units itself. */
function documented(facts: FactsOfMaps, { units }: ScriptSource): FactsOfMaps {
  return new Map([...facts].map(([name, known]) => [name, { ...known, unit: units?.get(name) ?? known.unit }]));
}

/** Behind a probe that does not end, bpftrace would find that only in what stands there. */
function isWholeProgram({ complete, probes }: ScriptProgram): boolean {
  return complete && probes.every(({ block }) => block !== null);
}

/** Of whole probes; what is put into a probe has none. */
function attachPointsIn(text: string): number {
  return parseScript(text).probes.reduce((sum, { attachPoints, block }) => sum + (block === null ? 0 : attachPoints.length), 0);
}

/** jtrace's own maps are not left for bpftrace to print, but for one: before all others. */
function endEdits(program: ScriptProgram, shown: string | null, maps: readonly string[]): Edit[] {
  if (maps.length === 0 || !isWholeProgram(program)) return [];
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
  const firsts = [program.probes[0], program.definitions.find(({ kind }) => kind === 'code')];
  return Math.min(...firsts.map((first) => first?.start ?? program.text.length));
}

function insertion(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

/** '' where they are about nothing of the user's. */
function translated(words: string, { name }: ScriptSource, script: Parameters<typeof translateMessages>[1]): string {
  const { first, others } = translateMessages([words], script);
  const messages = [...(first === null ? [] : [first]), ...others];
  if (messages.length > 0) return messages.map((message) => renderMessage(name, message)).join('\n');
  return OF_THE_PROGRAM.test(words) ? '' : words;
}
