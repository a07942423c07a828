// The typed summary → aligned text of at most a terminal's width: a label, a count, its share, what it is.

import { eventWeightText } from '../../model/weight-text.ts';
import { reductionText } from '../../model/rate-text.ts';
import { APPROXIMATE_TEXTS, END_TEXTS, LEAF_TEXTS, UNFINISHED_TEXTS } from '../../model/reason-texts.ts';
import type { ProfileSummary, TargetFacts } from '../../model/summary.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { cutEnd, cutMiddle, pad, wrapWords } from '../../outputs/display-width.ts';
import { formatBytes, formatCount, formatDuration, formatShare } from './format-number.ts';

const LABEL_COLUMNS = 9;
const COUNT_COLUMNS = 11;
const SHARE_COLUMNS = 7;
/** A reason's count stands in the column of texts, below what it is a reason for. */
const SUB_COLUMNS = 7;
/** Below the reasons' names. */
const REASON_COLUMNS = LABEL_COLUMNS + COUNT_COLUMNS + SHARE_COLUMNS + SUB_COLUMNS + 1;
const REASONS_PAGE = 'what to do: docs/stack-outcomes.md';
const LOST_SECTION = 'what to do: docs/stack-outcomes.md#lost';
/** PATH_MAX; cut to the line anyway. */
const MAX_PATH_CHARS = 4096;
/** The rest of a pool of hundreds says little. */
const SHOWN_THREADS = 8;
/** What a machine does is seldom told by fewer. */
const SHOWN_PROCESSES = 12;
const SHOWN_THREADS_VERBOSE = 1000;

/** Lines of the summary; every text of the target is escaped. */
export function renderSummary(summary: ProfileSummary, maxColumns: number, verbose: boolean): readonly string[] {
  const lines = [
    ...(summary.isWholeMachine ? labelled('Target', [wholeMachineText(summary)], maxColumns) : []),
    ...summary.targets.flatMap((target) => labelled(summary.isWholeMachine ? 'JVM' : 'Target', targetTexts(target), maxColumns)),
    ...labelled('Sampled', sampledTexts(summary), maxColumns),
    ...(summary.isOwnRun ? rows('Stacks', summary.samples, outcomeRows(summary)) : []),
    ...(summary.isOwnRun && hasReasons(summary) ? [`${' '.repeat(REASON_COLUMNS)}${REASONS_PAGE}`] : []),
    ...rows('Leaf', summary.samples, leafRows(summary)),
    ...rows('Processes', summary.samples, processRows(summary, verbose ? SHOWN_THREADS_VERBOSE : SHOWN_PROCESSES)),
    ...rows('Threads', summary.samples, threadRows(summary, verbose ? SHOWN_THREADS_VERBOSE : SHOWN_THREADS)),
    ...labelled('Lost', summary.isOwnRun ? lostTexts(summary) : [], maxColumns),
    ...labelled(
      'Written',
      summary.files.flatMap((file) => fileTexts(file, maxColumns - LABEL_COLUMNS - 1)),
      maxColumns,
    ),
  ];
  return lines.map((line) => cutEnd(line, maxColumns));
}

/** `sub` rows stand below the one before them, without a share. */
interface Row {
  readonly count: number;
  readonly text: string;
  readonly sub?: boolean;
}

function rows(label: string, whole: number, list: readonly Row[]): readonly string[] {
  return list.map(({ count, text, sub }, index) => {
    if (sub === true)
      return `${' '.repeat(LABEL_COLUMNS + COUNT_COLUMNS + SHARE_COLUMNS)}${pad(formatCount(count), SUB_COLUMNS, 'right')} ${text}`;
    const start = pad(index === 0 ? label : '', LABEL_COLUMNS, 'left');
    return `${start}${pad(formatCount(count), COUNT_COLUMNS, 'right')} ${pad(`${formatShare(count, whole)} %`, SHARE_COLUMNS, 'right')}  ${text}`;
  });
}

/** Texts below each other, the label before the first. */
function labelled(label: string, texts: readonly string[], maxColumns: number): readonly string[] {
  const lines = texts.flatMap((text) => wrapWords(text, maxColumns - LABEL_COLUMNS - 1));
  return lines.map((line, index) => `${pad(index === 0 ? label : '', LABEL_COLUMNS, 'left')} ${line}`);
}

function targetTexts(target: TargetFacts): readonly string[] {
  const name = escapeForTerminal(target.mainClass || target.program, 50);
  const jdk = target.jdkVersion === '' ? '' : `, JDK ${escapeForTerminal(target.jdkVersion, 20)}`;
  const container = target.container === '' ? '' : `, ${escapeForTerminal(target.container, 80)}`;
  const flags = target.vmFlags.filter(({ note }) => note !== '');
  return [
    `${target.pid}${name === '' ? '' : ` ${name}`}${jdk}${container}`,
    ...flags.map(
      ({ name: flag, value, note }) =>
        `${escapeForTerminal(flag, 40)}=${escapeForTerminal(value, 20)}: ${escapeForTerminal(note)}`,
    ),
  ];
}

function wholeMachineText({ processes }: ProfileSummary): string {
  return `all processes of this machine (${formatCount(processes.length)} names)`;
}

function sampledTexts(summary: ProfileSummary): readonly string[] {
  const { durationMs, rateHz, kernel, bpftraceVersion, end, reduction } = summary;
  const early = END_TEXTS[end] === '' ? '' : ` (${END_TEXTS[end]})`;
  // What another tool's profile does not tell is 0 or ''.
  const time = durationMs === 0 ? '' : ` in ${formatDuration(durationMs)}`;
  const rate = rateHz === 0 ? '' : ` at ${rateHz} Hz`;
  const event = summary.event === null ? null : { ...summary.event, counts: escapeForTerminal(summary.event.counts, 40) };
  const weight = event === null ? '' : eventWeightText(summary.weight, summary.weightUnit, event);
  const amount =
    event === null
      ? formatCount(summary.samples)
      : summary.weightUnit === 'samples'
        ? weight
        : `${weight}: ${counted(summary.samples, 'stack')}`;
  const version = escapeForTerminal(bpftraceVersion.replace(/^bpftrace v?/, ''), 30);
  return [
    `${amount}${time}${early}${rate}`,
    ...(reduction === null ? [] : [reductionText(reduction)]),
    ...(kernel === '' ? [] : [`kernel ${escapeForTerminal(kernel, 30)}, bpftrace ${version}`]),
  ];
}

function outcomeRows({ outcomes }: ProfileSummary): readonly Row[] {
  return [
    { count: outcomes.complete, text: 'complete' },
    { count: outcomes.approximate, text: 'approximate' },
    ...reasonRows(outcomes.approximateReasons, APPROXIMATE_TEXTS),
    { count: outcomes.unfinished, text: 'unfinished' },
    ...reasonRows(outcomes.unfinishedReasons, UNFINISHED_TEXTS),
  ];
}

function reasonRows<Reason extends string>(
  counts: Readonly<Partial<Record<Reason, number>>>,
  texts: Readonly<Record<Reason, string>>,
): readonly Row[] {
  return (Object.entries(counts) as [Reason, number][])
    .sort((a, b) => b[1] - a[1])
    .map(([reason, count]) => ({ count, text: `${reason}: ${texts[reason]}`, sub: true }));
}

function hasReasons({ outcomes }: ProfileSummary): boolean {
  return outcomes.approximate + outcomes.unfinished > 0;
}

function leafRows({ leafKinds }: ProfileSummary): readonly Row[] {
  return (Object.entries(leafKinds) as [keyof typeof LEAF_TEXTS, number][])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => ({ count, text: LEAF_TEXTS[kind] }));
}

function threadRows({ threads: all }: ProfileSummary, shown: number): readonly Row[] {
  // Profiles of other tools may know nothing of threads.
  const threads = all.filter(({ tid, name }) => tid !== 0 || name !== '');
  return largestRows(
    threads,
    shown,
    'threads',
    ({ name, tid }) => `${escapeForTerminal(name, 36)}${tid === 0 ? '' : ` [${tid}]`}`,
  );
}

function processRows({ processes }: ProfileSummary, shown: number): readonly Row[] {
  return largestRows(processes, shown, 'names', ({ name }) => escapeForTerminal(name, 50));
}

/** The first, and one row for all others: one other stands there itself. */
function largestRows<Item extends { readonly samples: number }>(
  all: readonly Item[],
  most: number,
  what: string,
  textOf: (item: Item) => string,
): readonly Row[] {
  const shown = all.length === most + 1 ? all.length : most;
  const rest = all.slice(shown);
  const restSamples = rest.reduce((sum, { samples }) => sum + samples, 0);
  return [
    ...all.slice(0, shown).map((item) => ({ count: item.samples, text: textOf(item) })),
    ...(rest.length > 0 ? [{ count: restSamples, text: `${formatCount(rest.length)} more ${what}` }] : []),
  ];
}

function lostTexts({ lostEvents, brokenSamples }: ProfileSummary): readonly string[] {
  if (lostEvents === 0 && brokenSamples === 0) return ['nothing'];
  const broken = brokenSamples === 0 ? '' : `, ${counted(brokenSamples, 'sample')} arrived broken`;
  return [`${counted(lostEvents, 'event')}${broken}`, LOST_SECTION];
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function fileTexts(file: ProfileSummary['files'][number], maxColumns: number): readonly string[] {
  const path = file.path === '-' ? 'standard output' : escapeForTerminal(file.path, MAX_PATH_CHARS);
  const facts = ` (${file.format}, ${formatBytes(file.bytes)})`;
  const whole = `${cutMiddle(path, maxColumns - facts.length)}${facts}`;
  return file.problem === null ? [whole] : [whole, `NOT COMPLETE: ${escapeForTerminal(file.problem)}`];
}
