// Who may profile: root of a machine, whoever was given the capabilities; and the one line for everybody else.

import { expect, test } from 'vitest';
import { requireRights } from '../../../src/cli/require-rights.ts';
import { type Capability, effectiveCapabilities } from '../../../src/model/capabilities.ts';
import { OperatorError } from '../../../src/model/errors.ts';

const told = (userId: number, has: readonly Capability[], inUserNamespace = false): string => {
  try {
    requireRights(['profile', '4711'], { userId, has: new Set(has), inUserNamespace });
    return 'goes on';
  } catch (error) {
    if (!(error instanceof OperatorError) || error.kind !== 'environment') throw error;
    return `${error.message} / ${error.hint.replace(/^sudo .*/, 'sudo …').replace(/^docker .*/, 'docker …')}`;
  }
};

test.each([
  ['root of a host', 0, ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_BPF', 'CAP_PERFMON'], 'goes on'],
  ['root of an old kernel', 0, ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'], 'goes on'],
  ['root of a container with the least', 0, ['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_PTRACE'], 'goes on'],
  ['root of a container', 0, [], 'root lacks CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE here (a container?) / docker …'],
  ['with a part of it', 0, ['CAP_BPF', 'CAP_SYS_PTRACE'], 'root lacks CAP_PERFMON here (a container?) / docker …'],
  ['without sight of others', 0, ['CAP_SYS_ADMIN'], 'root lacks CAP_SYS_PTRACE here (a container?) / docker …'],
  ['a user', 1000, [], 'jtrace must run as root: it loads BPF programs and reads memory of other processes / sudo …'],
  ['a user with capabilities', 1000, ['CAP_BPF', 'CAP_PERFMON'], 'goes on'],
  ['a user with half of them', 1000, ['CAP_PERFMON'], 'jtrace lacks CAP_BPF here (a container?) / docker …'],
] as const)('%s', (_who, userId, has, line) => {
  expect(told(userId, has)).toBe(line);
});

test('root of a user namespace has capabilities over nothing', () => {
  expect(told(0, ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'], true)).toMatch(/^jtrace runs in a user namespace of its own/);
});

test('capabilities of a status', () => {
  const of = (hex: string): string[] =>
    [...effectiveCapabilities(`Name:\tx\nCapPrm:\tffffffffffffffff\nCapEff:\t${hex}\n`)].sort();
  expect(of('0000000000000000')).toEqual([]);
  expect(of('00000000a80425fb')).toEqual([]); // what Docker gives
  expect(of('000000c000080004')).toEqual(['CAP_BPF', 'CAP_DAC_READ_SEARCH', 'CAP_PERFMON', 'CAP_SYS_PTRACE']);
  expect(of('000001ffffffffff')).toHaveLength(7);
  expect([...effectiveCapabilities('')]).toEqual([]);
});
