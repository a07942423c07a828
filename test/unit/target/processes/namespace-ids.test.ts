// Numbers of nested pid namespaces, as the kernel prints them.

import { expect, test } from 'vitest';
import { asPid } from '../../../../src/model/units.ts';
import { namespaceIds, pidInside } from '../../../../src/target/processes/namespace-ids.ts';

const status = (line: string): string => `Name:\tjava\nTgid:\t4711\n${line}NSpgid:\t4711\t1\nThreads:\t30\n`;

test('from our own namespace to the innermost', () => {
  expect(namespaceIds(status('NSpid:\t4711\t7\n'))).toEqual([4711, 7]);
  expect(namespaceIds(status('NSpid:\t4711\t70\t1\n'))).toEqual([4711, 70, 1]);
  expect(namespaceIds(status('NSpid:\t4711\n'))).toEqual([4711]);
  // a kernel that does not tell, and a process name that looks as if
  expect(namespaceIds(status(''))).toEqual([]);
  expect(namespaceIds('Name:\tNSpid:\t1\n')).toEqual([]);
  expect(namespaceIds('')).toEqual([]);
});

test('of a process: its own number here, null when there is none', () => {
  expect(pidInside(asPid(process.pid))).toBe(process.pid);
  expect(pidInside(asPid(2 ** 22 + 1))).toBeNull();
});
