// Files in, files out: what report and merge write is what was read, filtered; also in place, through pipes, and with files that
// end early.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecording } from '../../../src/app/open-recording.ts';
import { runReport } from '../../../src/app/report.ts';
import type { CallTree } from '../../../src/model/call-tree.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { ReportRequest } from '../../../src/model/request.ts';
import type { ProfileSummary } from '../../../src/model/summary.ts';
import type { Ui } from '../../../src/model/ui.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { samplesOf } from '../../support/sample-recordings.ts';

const fixture = (name: string): string => join(REPOSITORY, 'test/fixtures/jtrace', name);
const REQUEST: ReportRequest = {
  inputs: [fixture('small.jtrace')],
  outputs: [],
  filter: { thread: null, include: [], exclude: [], fromMs: null, toMs: null },
  by: null,
  byThread: false,
  lines: false,
  native: true,
  top: 0,
  treePercent: null,
  json: false,
  verbosity: 'normal',
};

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'jtrace-report-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function report(parts: Partial<ReportRequest>) {
  const told = { code: 0, summary: null as ProfileSummary | null, tree: null as CallTree | null, messages: [] as string[] };
  const refuse = (): never => { throw new Error('not for reports'); }; // prettier-ignore
  const ui: Ui = {
    progress: refuse,
    message: (level, text) => told.messages.push(`${level} ${text}`),
    choose: refuse,
    summary: (summary) => (told.summary = summary),
    tree: (tree) => (told.tree = tree),
    problem: refuse,
    program: refuse,
  };
  told.code = await runReport({ ...REQUEST, ...parts }, ui);
  return told;
}

test('written again, the same bytes; also over itself', async () => {
  const [copy, out] = [join(folder, 'x.jtrace'), join(folder, 'y.jtrace')];
  copyFileSync(fixture('small.jtrace'), copy);
  const { code, summary, messages } = await report({ inputs: [copy], outputs: [out, copy] });
  expect({ code, messages }).toEqual({ code: 0, messages: [] });
  expect(summary?.files.map(({ problem }) => problem)).toEqual([null, null]);
  for (const path of [copy, out]) expect(readFileSync(path).equals(readFileSync(fixture('small.jtrace')))).toBe(true);
});

test('a part, grouped, in two formats; the summary counts what is left', async () => {
  const [recording, folded] = [join(folder, 'x.jtrace'), join(folder, 'x.folded')];
  const filter = { ...REQUEST.filter, include: [/Parser/], toMs: 1000 };
  const { summary, tree } = await report({ outputs: [recording, folded], filter, by: 'class', treePercent: 1 });
  expect(summary?.samples).toBe(30);
  expect(readFileSync(folded, 'utf8').split('\n')[0]).toMatch(/^\[class org\/acme\/Parser\];java\/lang\/Thread\.run;.* 10$/);
  expect(tree?.roots.map(({ name }) => name)).toEqual(['[class org/acme/Parser]', '[class java/util/HashMap]']);
  const { profile } = await openRecording(recording);
  assertProfileIntegrity(profile);
  expect(profile.samples.stack).toHaveLength(30);
});

test('one that ends early: told at every reading; what is merged is told once', async () => {
  const out = join(folder, 'x.jtrace');
  const first = await report({ inputs: [fixture('cut.jtrace'), fixture('small.jtrace')], outputs: [out] });
  expect(first.messages).toEqual([
    expect.stringMatching(/^warning .*cut\.jtrace: the file ends early, at byte \d+ \(1\.6 s after its start\):/),
  ]);
  expect(samplesOf(await openRecording(out))).toHaveLength(240);
  const second = await report({ inputs: [out] });
  expect(second.messages).toEqual([expect.stringMatching(/x\.jtrace: org\.acme\.Main: the file ends early/)]);
  expect([first.code, second.code]).toEqual([1, 1]);
});

test('different rates: one clear line, weights are time, and it stays so', async () => {
  const out = join(folder, 'x.jtrace');
  const first = await report({ inputs: [fixture('small.jtrace'), fixture('later.jtrace')], outputs: [out] });
  expect(first.messages).toEqual([expect.stringMatching(/^note a sample does not stand for the same time in all files/)]);
  const { profile } = await openRecording(out);
  expect([profile.weightUnit, profile.samples.weight[0], profile.samples.weight[120]]).toEqual([
    'nanoseconds',
    10101010,
    20408163,
  ]);
  expect(await report({ inputs: [out] })).toMatchObject({ messages: [], code: 0 });
});

test('no samples: what to do about it', async () => {
  const empty = await report({ inputs: [fixture('no-samples.jtrace')] });
  expect(empty.messages[0]).toMatch(/^note Samples are of CPU time: /);
  expect(empty.messages).toHaveLength(2);
  expect((await report({})).messages).toEqual([]);
});

test('an output that fails is told, and takes no other with it', async () => {
  const out = join(folder, 'x.folded');
  const { code, summary } = await report({ outputs: [join(folder, 'none/x.jtrace'), out] });
  expect(code).toBe(1);
  expect(summary?.files.map(({ problem }) => problem === null)).toEqual([false, true]);
});

test('pipes: standard input and the FIFOs of a shell, in small pieces', () => {
  const [script, out] = [join(folder, 'read.mts'), join(folder, 'out')];
  writeFileSync(script, `import { writeFileSync } from 'node:fs';
    import { openRecording } from ${JSON.stringify(join(REPOSITORY, 'src/app/open-recording.ts'))};
    writeFileSync(${JSON.stringify(out)}, (await Promise.all(process.argv.slice(2).map(async (path) => (await openRecording(path)).profile.samples.stack.length))).join(' '));`); // prettier-ignore
  const pieces = `{ head -c 7; sleep 0.2; head -c 300; sleep 0.2; cat; } < ${fixture('small.jtrace')}`;
  const line = `${pieces} | timeout 30 ${process.execPath} --import tsx ${script} - <(cat ${fixture('later.jtrace')})`;
  execFileSync('bash', ['-c', line], { cwd: REPOSITORY });
  expect(readFileSync(out, 'utf8')).toBe('120 120');
});

test('a file without end is refused before it fills the memory', () => {
  const script = `head -c 20 ${fixture('small.jtrace')}; head -c 1100000000 /dev/zero`;
  const program = `import(${JSON.stringify(join(REPOSITORY, 'src/app/open-recording.ts'))}).then(({ openRecording }) => openRecording('-')).catch((error) => console.log(error.message))`;
  const line = `{ ${script}; } | timeout 60 ${process.execPath} --import tsx -e ${JSON.stringify(program)}`;
  expect(execFileSync('bash', ['-c', line], { cwd: REPOSITORY, encoding: 'utf8' })).toBe(
    'standard input is larger than any recording that can be read\n',
  );
});

test('what cannot be read', async () => {
  await expect(openRecording(folder)).rejects.toThrow(OperatorError);
  await expect(openRecording(join(folder, 'none'))).rejects.toThrow(/no such file/);
});
