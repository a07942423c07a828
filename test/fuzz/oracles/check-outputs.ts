// A profile in every output format, each read back by a reader that shares nothing with its writer: strict folded text, XML, JSON,
// pprof-format, the page's shell, lines of a terminal. Nothing that a target has named may be more than a name there.

import { gunzipSync } from 'node:zlib';
import { Profile as PprofProfile } from 'pprof-format';
import { renderHottest } from '../../../src/cli/terminal/hottest-table.ts';
import { renderSummary } from '../../../src/cli/terminal/summary-text.ts';
import { createTheme } from '../../../src/cli/terminal/theme.ts';
import { renderTree } from '../../../src/cli/terminal/tree-text.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';
import type { Profile } from '../../../src/model/profile.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { DIFF_FOLDED_FORMAT } from '../../../src/outputs/diff-folded.ts';
import type { Comparison } from '../../../src/outputs/diff-format.ts';
import { DIFF_PAGE_FORMAT } from '../../../src/outputs/diff-page.ts';
import { FIREFOX_FORMAT } from '../../../src/outputs/firefox-profiler.ts';
import { FOLDED_FORMAT, FOLDED_KINDS_FORMAT } from '../../../src/outputs/folded.ts';
import type { OutputFormat, RenderOptions } from '../../../src/outputs/format.ts';
import { JSON_LINES_FORMAT } from '../../../src/outputs/json-lines.ts';
import { PAGE_FORMAT } from '../../../src/outputs/page.ts';
import { PPROF_FORMAT } from '../../../src/outputs/pprof.ts';
import { RECORDING_FORMAT } from '../../../src/outputs/recording.ts';
import { SPEEDSCOPE_FORMAT } from '../../../src/outputs/speedscope.ts';
import { SVG_FORMAT } from '../../../src/outputs/svg.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { callTree } from '../../../src/profile/call-tree.ts';
import { diffRecordings } from '../../../src/profile/diff.ts';
import { summarize } from '../../../src/profile/summarize.ts';
import { summaryFacts } from '../../../src/profile/summary-facts.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { parseXml, type XmlElement } from '../../support/parse-xml.ts';
import { recording as recordingOf, runFacts } from '../../support/recordings.ts';
import { check, Violation } from '../target.ts';

/** Control characters, line ends, and what turns the direction of text: nothing of a target's may hold it where people read. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** On a terminal and in the page, nothing that hides either. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/u;
const TERMINAL_COLUMNS = 100;
const RESOURCES = { pageAssets: () => ({ script: 'draw();', style: 'main {}' }) };
const PAGE =
  /^<!doctype html>\n<html lang="en">\n<head>\n(?:<meta [^<>]*>\n)+<title>[\w ]*<\/title>\n<style>main {}<\/style>\n<\/head>\n<body>\n<noscript>[^<>]*<\/noscript>\n<main id="page" aria-busy="true"><\/main>\n<script type="text\/plain" id="data">([A-Za-z0-9+/=]*)<\/script>\n<script>draw\(\);<\/script>\n<\/body>\n<\/html>\n$/;
const SVG_ELEMENTS: ReadonlySet<string> = new Set(['svg', 'g', 'rect', 'text', 'title']);

type Check = (recording: Recording, options: RenderOptions) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  folded: (recording, options) => checkFolded(FOLDED_FORMAT, recording, options),
  'folded-kinds': (recording, options) => checkFolded(FOLDED_KINDS_FORMAT, recording, options),
  svg: (recording, options) => checkSvg(parseXml(textOf(SVG_FORMAT, recording, options))),
  speedscope: (recording, options) => checkJson(textOf(SPEEDSCOPE_FORMAT, recording, options)),
  firefox: (recording, options) => checkJson(textOf(FIREFOX_FORMAT, recording, options)),
  pprof: checkPprof,
  'json-lines': checkJsonLines,
  page: checkPage,
  jtrace: checkRecording,
  terminal: checkTerminal,
  diff: checkDiff,
};
const NAMES = Object.keys(CHECKS);

/** All of them. */
export function checkAllOutputs(recording: Recording, options: RenderOptions): void {
  for (const name of NAMES) checkOutput(name, recording, options);
}

/** The one that any number chooses: all have their turn. */
export function checkOneOutput(profile: Profile, which: number): void {
  const options = { byThread: (which & 1) !== 0, lines: (which & 2) !== 0, native: (which & 12) !== 0 };
  checkOutput(NAMES[which % NAMES.length] ?? '', recordingOf(profile, { run: runFacts(99) }), options);
}

function checkOutput(name: string, recording: Recording, options: RenderOptions): void {
  try {
    CHECKS[name]?.(recording, options);
  } catch (error) {
    throw new Violation(`output ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function bytesOf(format: OutputFormat, recording: Recording, options: RenderOptions): Buffer {
  return Buffer.concat([...format.render(recording, options, RESOURCES)].map((piece) => Buffer.from(piece as string))); // prettier-ignore
}

const textOf = (format: OutputFormat, recording: Recording, options: RenderOptions): string => bytesOf(format, recording, options).toString(); // prettier-ignore

function checkText(text: string, what: string): void {
  const found = UNSAFE.exec(text);
  check(found === null, () => `${what} holds U+${(found?.[0].codePointAt(0) ?? 0).toString(16)}`);
}

function checkFolded(format: OutputFormat, recording: Recording, options: RenderOptions): void {
  const lines = textOf(format, recording, options).split('\n');
  check(lines.pop() === '', () => 'the last line has no end');
  const most = longestStack(recording.profile) + 1;
  let sum = 0;
  for (const line of lines) {
    const [, stack = '', count] = /^(.*) (\d+)$/su.exec(line) ?? [];
    check(
      count !== undefined && Number.isSafeInteger(Number(count)),
      () => `no folded line: ${JSON.stringify(line.slice(0, 300))}`,
    );
    sum += Number(count);
    const frames = stack.split(';');
    check(frames.length <= most, () => `${String(frames.length)} frames of at most ${String(most)}`);
    for (const frame of frames) {
      check(frame !== '', () => `an empty frame: ${JSON.stringify(line.slice(0, 300))}`);
      checkText(frame, 'a frame');
    }
  }
  const { weight } = recording.profile.samples;
  const all = weight.reduce((total, one) => total + one, 0);
  check(!Number.isSafeInteger(all) || sum === all, () => `weights add up to ${String(sum)}, not ${String(all)}`);
}

function longestStack({ stacks }: Profile): number {
  const lengths: number[] = [];
  for (const prefix of stacks.prefix) lengths.push(1 + (lengths[prefix] ?? 0));
  return lengths.reduce((most, length) => Math.max(most, length), 0);
}

function checkSvg({ name, attributes, children, text }: XmlElement): void {
  check(SVG_ELEMENTS.has(name), () => `an element ${name}`);
  check(!Object.keys(attributes).some((key) => /^on|href|style/i.test(key)), () => 'an attribute that does something');
  checkText(text.replaceAll('\n', ''), 'a text of the picture');
  children.forEach(checkSvg);
}

/** Every text and every member's name in it. */
function checkJson(text: string): void {
  JSON.parse(text, (key, value: unknown) => {
    checkText(key, 'a key');
    if (typeof value === 'string') checkText(value, 'a text');
    return value;
  });
}

function checkPprof(recording: Recording, options: RenderOptions): void {
  const { stringTable, sample, location } = PprofProfile.decode(gunzipSync(bytesOf(PPROF_FORMAT, recording, options)));
  for (const text of stringTable.strings) checkText(text, 'a text');
  const known = new Set(location.map(({ id }) => Number(id)));
  for (const { locationId } of sample)
    for (const id of locationId) check(known.has(Number(id)), () => 'a location that is not there');
}

function checkJsonLines(recording: Recording, options: RenderOptions): void {
  const lines = textOf(JSON_LINES_FORMAT, recording, options).split('\n');
  check(lines.pop() === '', () => 'the last line has no end');
  check(lines.length === recording.profile.samples.stack.length, () => `${String(lines.length)} lines`);
  for (const line of lines) JSON.parse(line);
}

function checkPage(recording: Recording, options: RenderOptions): void {
  checkPageText(textOf(PAGE_FORMAT, recording, options));
}

function checkPageText(html: string): void {
  const data = PAGE.exec(html)?.[1];
  check(data !== undefined, () => 'the page has more in it than its data');
  JSON.parse(gunzipSync(Buffer.from(data ?? '', 'base64')).toString(), (_, value: unknown) => {
    if (typeof value !== 'string') return value;
    check(!INVISIBLE.test(value), () => `a text that is not safe to show: ${JSON.stringify(value.slice(0, 80))}`);
    check(value.length <= 1000, () => `a text of ${String(value.length)} characters`);
    return value;
  });
}

function checkRecording(recording: Recording, options: RenderOptions): void {
  const { profile, facts } = decodeRecording(bytesOf(RECORDING_FORMAT, recording, options), 'again.jtrace');
  check(facts.problems.length === recording.facts.problems.length, () => `it has a problem: ${String(facts.problems[0])}`);
  check(profile.samples.stack.length === recording.profile.samples.stack.length, () => 'samples are missing');
  check(profile.frames.frames.length === recording.profile.frames.frames.length, () => 'frames are missing');
}

function checkTerminal(recording: Recording): void {
  const { profile } = recording;
  const theme = createTheme({ isTTY: false }, {});
  const tree = callTree(profile, { nameOf: (frame) => frame.name, minPercent: 0, maxDepth: 30 });
  const summary = summarize(profile, summaryFacts(recording, []), 20);
  const lines = [
    ...renderTree(tree, TERMINAL_COLUMNS, theme),
    ...renderHottest(summary.hottest, TERMINAL_COLUMNS),
    ...renderSummary(summary, TERMINAL_COLUMNS, true),
  ];
  for (const line of lines) {
    check(!INVISIBLE.test(line), () => `a line that is not safe to print: ${JSON.stringify(line.slice(0, 120))}`);
    check(displayWidth(line) <= TERMINAL_COLUMNS, () => `a line of ${String(displayWidth(line))} columns`);
  }
}

/** With itself, turned round: names from both sides. */
function checkDiff(recording: Recording): void {
  const before = { ...recording, facts: { ...recording.facts, title: 'before' } };
  const comparison = comparisonOf(before, recording);
  if (comparison === null) return;
  for (const piece of DIFF_FOLDED_FORMAT.render(comparison, RESOURCES)) checkText(String(piece).replace(/\n$/, ''), 'a line');
  checkPageText([...DIFF_PAGE_FORMAT.render(comparison, RESOURCES)].join(''));
}

/** null: there is nothing to compare. */
function comparisonOf(before: Recording, after: Recording): Comparison | null {
  try {
    return { before, after, diff: diffRecordings(before, after) };
  } catch (error) {
    if (error instanceof OperatorError) return null;
    throw error;
  }
}
