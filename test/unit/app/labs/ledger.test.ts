// What a lab changes is undone: at its end, by the next lab after a kill, and again where undoing failed. One lab at a time.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ledger, type MachineChange } from '../../../../src/app/labs/ledger.ts';

const FOLDER: MachineChange = { kind: 'folder', path: '/var/tmp/jtrace-lab-x' };
const SETTING: MachineChange = { kind: 'setting', path: '/proc/sys/kernel/x', before: '1' };
/** Longer ago than any process that runs. */
const DEAD = { pid: process.pid, startTicks: 1 };

let base = '';
let path = '';
let undone: MachineChange[] = [];
const undo = (change: MachineChange): void => void undone.push(change);
const fail = (): never => {
  throw new Error('busy');
};
const told: string[] = [];
const open = (by: (change: MachineChange) => void = undo): Ledger =>
  Ledger.open(by, (change, problem) => told.push(`${change.path} ${problem instanceof Error ? problem.message : 'back'}`), path);

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'jtrace-ledger-'));
  path = join(base, 'lab/changes');
  [undone, told.length] = [[], 0];
});
afterEach(() => rmSync(base, { recursive: true }));

function leaveKilled(...changes: readonly (MachineChange | string)[]): void {
  mkdirSync(join(base, 'lab'), { mode: 0o700 });
  writeFileSync(path, [DEAD, ...changes].map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
}

test('at the end, the last first; then nothing is left', () => {
  const ledger = open();
  ledger.note(FOLDER);
  ledger.note(SETTING);
  expect(readFileSync(path, 'utf8').trim().split('\n').slice(1)).toEqual([JSON.stringify(FOLDER), JSON.stringify(SETTING)]);
  expect(ledger.close(undo)).toEqual([]);
  expect(undone).toEqual([SETTING, FOLDER]);
  expect(readdirSync(join(base, 'lab'))).toEqual([]);
  expect(ledger.close(fail)).toEqual([]); // once
});

test('a change that could not be made is forgotten', () => {
  const ledger = open();
  ledger.note(FOLDER);
  ledger.note(SETTING);
  ledger.forget(SETTING);
  expect(readFileSync(path, 'utf8')).not.toContain('sys');
  ledger.close(undo);
  expect(undone).toEqual([FOLDER]);
});

test('one at a time', () => {
  const ledger = open();
  expect(() => open()).toThrow(`another lab is running (process ${String(process.pid)})`);
  ledger.close(undo);
  open().close(undo);
  expect(readdirSync(join(base, 'lab'))).toEqual([]);
});

test('after a kill, also one in the middle of a line, the next lab undoes it', () => {
  leaveKilled(FOLDER, SETTING, '{"kind":"swap","pa');
  const ledger = open();
  expect(undone).toEqual([SETTING, FOLDER]);
  expect(told).toEqual([`${SETTING.path} back`, `${FOLDER.path} back`]);
  ledger.close(undo);
  expect(readdirSync(join(base, 'lab'))).toEqual([]);
});

test('what cannot be undone is tried by each next lab', () => {
  leaveKilled(FOLDER, SETTING);
  const halfway = (change: MachineChange): void => (change.kind === 'setting' ? fail() : undo(change));
  const first = open(halfway);
  expect(told).toEqual([`${SETTING.path} busy`, `${FOLDER.path} back`]);
  expect(first.close(halfway).map(({ change }) => change)).toEqual([SETTING]);
  expect(undone).toEqual([FOLDER]);
  const second = open();
  expect(undone).toEqual([FOLDER, SETTING]);
  second.close(undo);
  expect(readdirSync(join(base, 'lab'))).toEqual([]);
});

test('lines that are none of ours are passed over', () => {
  leaveKilled('{"kind":"format","path":"/dev/sda"}\n', 'null\n', '{"kind":"setting","path":"/x"}\n', '[]\n', 'garbage\n');
  open().close(undo);
  expect(undone).toEqual([]);
});

test('a folder that others may write is refused', () => {
  mkdirSync(join(base, 'lab'), { mode: 0o777 });
  expect(() => open()).toThrow('is not a folder that only you can write');
  expect(existsSync(path)).toBe(false);
});
