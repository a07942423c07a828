// Outputs that are no plain new file: links, files of others, long names, FIFOs.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { finishOutput, type Output, sweepLeftovers, writeOutput } from '../../../src/app/output-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'jtrace-output-files-'));
afterAll(() => { rmSync(folder, { recursive: true }); }); // prettier-ignore

const output = (path: string, text = 'main 1\n'): Output => ({ path, format: 'folded', render: () => [text] });

function fifo(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

test('a link stays a link, and the file behind it keeps its mode', () => {
  mkdirSync(join(folder, 'behind'));
  const target = join(folder, 'behind', 'out.folded');
  writeFileSync(target, 'old');
  chmodSync(target, 0o640);
  const link = join(folder, 'link.folded');
  symlinkSync(target, link);
  expect(writeOutput(output(link)).problem).toBeNull();
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, 'utf8')).toBe('main 1\n');
  expect(statSync(target).mode & 0o777).toBe(0o640);
});

test('the longest name that a file can have', () => {
  const path = join(folder, `${'ü'.repeat(124)}.folded`);
  expect(writeOutput(output(path))).toMatchObject({ problem: null, bytes: 7 });
  expect(readdirSync(folder).filter((name) => name.includes('.jtrace-'))).toEqual([]);
});

test.each(['v1..v2.folded', '.html', '..x...folded', 'x.', `${'y'.repeat(231)}.folded`])('dots in a name: %s', (name) => {
  const path = join(folder, name);
  expect(writeOutput(output(path))).toMatchObject({ problem: null, bytes: 7 });
  expect(readFileSync(path, 'utf8')).toBe('main 1\n');
});

test('what a killed run left beside a name with dots is swept', () => {
  const path = join(folder, 'left..over.folded');
  const program = `import(${JSON.stringify(join(import.meta.dirname, '../../../src/app/output-files.ts'))})
    .then(({ openReplacement }) => { openReplacement(${JSON.stringify(path)}); process.kill(process.pid, 'SIGKILL'); })`;
  const left = (): string[] => readdirSync(folder).filter((name) => /^\.left.*\.jtrace-/.test(name));
  expect(() => execFileSync(process.execPath, ['--import', 'tsx', '-e', program], { stdio: 'ignore' })).toThrow();
  expect(left()).toHaveLength(1);
  sweepLeftovers(path);
  expect(left()).toEqual([]);
});

test('a FIFO without reader: timers go on, and then it is told', async () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 10);
  const { problem } = await finishOutput(output(fifo('unread.folded')), 200);
  clearInterval(timer);
  expect(problem).toBe('nobody reads the FIFO');
  expect(ticks).toBeGreaterThan(3);
});

test('a FIFO whose reader comes late and reads slowly gets everything', async () => {
  const path = fifo('late.folded');
  const text = 'x'.repeat(300_000);
  const written = finishOutput(output(path, text));
  await sleep(50);
  let length = 0;
  for await (const chunk of createReadStream(path)) length += (chunk as Buffer).length;
  expect(length).toBe(text.length);
  expect((await written).problem).toBeNull();
});

test('standard output is a pipe that is not emptied: timers go on, and its later reader gets all', () => {
  const [script, ticked] = [join(folder, 'to-stdout.mts'), join(folder, 'ticked')];
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
     import { finishOutput } from ${JSON.stringify(join(import.meta.dirname, '../../../src/app/output-files.ts'))};
     let ticks = 0;
     const timer = setInterval(() => { if (++ticks === 10) writeFileSync(${JSON.stringify(ticked)}, ''); }, 10);
     const { bytes, problem } = await finishOutput({ path: '-', format: 'folded', render: () => ['x'.repeat(1e6), 'y'] });
     clearInterval(timer);
     process.exitCode = bytes === 1_000_001 && problem === null ? 0 : 1;`,
  );
  const reader = `{ until [ -e ${ticked} ]; do sleep 0.05; done; wc -c; }`;
  const line = `timeout 30 ${process.execPath} --import tsx ${script} | timeout 30 bash -c '${reader}'; echo "\${PIPESTATUS[0]}"`;
  expect(execFileSync('bash', ['-c', line], { encoding: 'utf8' }).split('\n')).toEqual(['1000001', '0', '']);
});
