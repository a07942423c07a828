// The program of `jtrace watch` is kept running: shell scripts stand for bpftraces that fail, die and lose events at will.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BirthListener, stylesToTry } from '../../../src/app/birth-listener.ts';
import type { SilencePatience } from '../../../src/bpftrace/notice-silence.ts';
import { asPid } from '../../../src/model/units.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { until } from '../../support/run-jtrace.ts';

const VERSION = { major: 0, minor: 23, patch: 0 };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-births-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `script` has the program in $program, and in $nth how many were started before. */
function listenerOf(script: string, patience?: SilencePatience): { readonly listener: BirthListener; readonly told: string[] } {
  const path = join(folder, 'bpftrace');
  const prelude =
    'program=$(cat); nth=$(cat nth 2>/dev/null || echo 0); echo $((nth + 1)) > nth; printf %s "$program" > "program.$nth"';
  writeFileSync(path, `#!/bin/sh\ncd ${folder}\n${prelude}\n${script}\n`);
  chmodSync(path, 0o755);
  rmSync(join(folder, 'nth'), { force: true });
  const told: string[] = [];
  const listener = new BirthListener(
    { path, version: VERSION, versionText: 'bpftrace v0.23.0' },
    dialectFor(VERSION),
    {
      record: ({ kind, ns }) => told.push(`${kind} ${String(ns)}`),
      lost: (count) => told.push(`lost ${String(count)}`),
      message: (text) => told.push(text),
      running: () => [asPid(811)],
      down: ({ message }) => told.push(`down: ${message}`),
      up: () => told.push('up'),
    },
    patience,
  );
  return { listener, told };
}

const LIVES = 'trap "exit 0" INT; while :; do sleep 0.05; done';

test('one that dies is started again, and knows who runs', async () => {
  const { listener, told } = listenerOf(
    `echo "jw H $nth"; [ $nth = 0 ] && { echo "Lost 3 events"; kill -9 $$; }; [ $nth = 1 ] && exit 5; ${LIVES}`,
  );
  expect(await listener.start('tracepoint')).toBe('tracepoint');
  await until('the third', () => (told.includes('heartbeat 2') ? true : null));
  await listener.stop();
  expect(told).toEqual([
    'heartbeat 0',
    'lost 3',
    'down: bpftrace was ended by SIGKILL',
    'heartbeat 1',
    'up',
    'down: bpftrace ended with status 5',
    'heartbeat 2',
    'up',
  ]);
  expect(readFileSync(join(folder, 'program.2'), 'utf8')).toContain('BEGIN { @jvm[(uint64)811] = (uint64)1; }');
  expect(existsSync(join(folder, 'program.3'))).toBe(false);
});

test('one that lives and says nothing is killed and started again, while it starts, too', async () => {
  const { listener, told } = listenerOf(
    `[ $nth = 1 ] || echo "jw H $nth"; [ $nth -lt 2 ] && kill -STOP $$; while :; do echo "jw H 3"; sleep 0.05; done`,
    { lookMs: 50, looks: 20, startLooks: 100 },
  );
  expect(await listener.start('tracepoint')).toBe('tracepoint');
  await until('the third', () => (told.includes('up') ? true : null));
  await listener.stop();
  const lives = told.filter((text) => text !== 'heartbeat 3');
  expect(lives.slice(0, lives.indexOf('up') + 1)).toEqual([
    'heartbeat 0',
    'down: bpftrace said nothing for 1 s, and was killed',
    'down: bpftrace said nothing for 5 s after its start, and was killed',
    'heartbeat 2',
    'up',
  ]);
});

test('the way that works is found by trying; the last one’s failure is told', async () => {
  const fits = listenerOf(
    `case $program in *sys_exit_openat*) echo "jw H 1"; ${LIVES};; esac; echo "ERROR: no such probe" >&2; exit 1`,
  );
  expect(await fits.listener.start(null)).toBe('tracepoint');
  await fits.listener.stop();
  expect(fits.told.filter((text) => text.startsWith('no fentry probes here'))).toHaveLength(1);
  const none = listenerOf('echo "ERROR: no such probe" >&2; exit 1');
  await expect(none.listener.start('kprobe')).rejects.toMatchObject({ kind: 'environment' });
  expect(stylesToTry('kprobe')).toEqual(['kprobe']);
});

test('asked to end before it has begun, or while it waits to try again', async () => {
  const early = listenerOf(LIVES);
  const starting = early.listener.start('tracepoint');
  await early.listener.stop();
  expect(await starting).toBeNull();
  const waiting = listenerOf('[ $nth = 0 ] && echo "jw H 1"; exit 1');
  expect(await waiting.listener.start('tracepoint')).toBe('tracepoint');
  await until('it is tried again', () => (waiting.told.filter((text) => text.startsWith('down')).length > 2 ? true : null));
  await waiting.listener.stop();
});
