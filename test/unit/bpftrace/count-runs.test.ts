// The kernel's counting of runs: on while somebody looks, off again afterwards, also when jtrace is killed, and not before the last has looked.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { dirSync } from 'tmp';
import { expect, test } from 'vitest';
import { countRuns } from '../../../src/bpftrace/count-runs.ts';
import { REPOSITORY } from '../../support/repository.ts';

/** A file in place of the kernel's setting. */
function settingOf(value: string): { readonly path: string; readonly value: () => string } {
  const path = join(dirSync({ unsafeCleanup: true }).name, 'bpf_stats_enabled');
  writeFileSync(path, `${value}\n`);
  return { path, value: () => readFileSync(path, 'utf8').trim() };
}

/** Ends by the test's own patience. */
async function becomes(value: string, setting: ReturnType<typeof settingOf>): Promise<void> {
  while (setting.value() !== value) await sleep(10);
}

test('on while two look, off when the last has looked', async () => {
  const setting = settingOf('0');
  const first = await countRuns(setting.path);
  const second = await countRuns(setting.path);
  expect([first.isOn, second.isOn, setting.value()]).toEqual([true, true, '1']);
  first.end();
  await sleep(100);
  expect(setting.value()).toBe('1');
  second.end();
  await becomes('0', setting);
});

test('what was on stays on; what cannot be had is said', async () => {
  const setting = settingOf('1');
  const counting = await countRuns(setting.path);
  counting.end();
  await sleep(100);
  expect(setting.value()).toBe('1');
  expect((await countRuns('/proc/sys/kernel/no-such-setting')).isOn).toBe(false);
});

test('off again when jtrace is killed', async () => {
  const setting = settingOf('0');
  const module = pathToFileURL(join(REPOSITORY, 'src/bpftrace/count-runs.ts')).href;
  const program = `import(${JSON.stringify(module)}).then(async ({ countRuns }) => { await countRuns(${JSON.stringify(setting.path)}); setInterval(() => {}, 1000); });`;
  const killed = spawn(process.execPath, ['--import', 'tsx', '-e', program], { cwd: REPOSITORY, stdio: 'ignore' });
  await becomes('1', setting);
  killed.kill('SIGKILL');
  await becomes('0', setting);
});
