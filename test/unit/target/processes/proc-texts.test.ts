// Texts of /proc and paths of JDKs, as the kernel and hostile processes write them.

import { expect, test } from 'vitest';
import { parseProcessStat } from '../../../../src/model/process-stat.ts';
import { versionInPath } from '../../../../src/target/processes/jdk-version.ts';

const STAT = (comm: string): string =>
  `4711 (${comm}) S 1 4711 4711 0 -1 4194560 100 0 0 0 250 50 7 8 20 0 33 0 168153 123 456 18446744073709551615 1 1 140737488346000 0 0`;

test('stat: the comm may hold anything', () => {
  const expected = {
    state: 'S',
    parent: 1,
    kernelThread: false,
    cpuTicks: 300,
    threads: 33,
    startTicks: 168153,
    stackStart: 140737488346000,
  };
  for (const comm of ['java', 'a b', ') R 2 (', '\n\u001b[2J', ''])
    expect(parseProcessStat(STAT(comm))).toEqual({ comm, ...expected });
  expect(parseProcessStat('')).toBeNull();
  expect(parseProcessStat('4711 (java) S 1')).toBeNull();
  expect(parseProcessStat(STAT('kthreadd').replace('4194560', '2129984'))?.kernelThread).toBe(true);
});

test.each([
  ['/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so', '17'],
  ['/usr/lib/jvm/temurin-25-jdk-amd64/lib/server/libjvm.so', '25'],
  ['/opt/jdk-21.0.4+7/lib/server/libjvm.so', '21.0.4+7'],
  ['/opt/jdk1.8.0_432/jre/lib/amd64/server/libjvm.so', '1.8.0_432'],
  ['/usr/lib/jvm/zulu-11/lib/server/libjvm.so', '11'],
  ['/opt/app/runtime/lib/server/libjvm.so', ''],
])('JDK of %s', (path, version) => {
  expect(versionInPath(path)).toBe(version);
});
