import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mountPoint, parseCpuStat } from '../../../bench/native/cpu-group.ts';
import { parseLostSamples } from '../../../bench/native/perf-stats.ts';
import { parseQueries } from '../../../bench/native/server-queries.ts';
import { stateOf } from '../../../bench/native/stop-watch.ts';
import { REPOSITORY } from '../../../support/repository.ts';

test('lost samples are counted once, and not the records that tell of them', () => {
  const stats = readFileSync(join(REPOSITORY, 'test/fixtures/mariadb/perf-stats.txt'), 'utf8');
  expect(parseLostSamples(stats)).toBe(144);
  expect(parseLostSamples('cpu-clock:ppp stats:\n          SAMPLE events:         34\n')).toBe(0);
});

test('CPU time of a control group', () => {
  expect(parseCpuStat('usage_usec 1250000\nuser_usec 1000000\nsystem_usec 250000\n')).toBe(1.25);
  expect(parseCpuStat('')).toBeNaN();
});

test('where control groups of version 2 are mounted, alone or beside those of version 1', () => {
  expect(mountPoint('tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n')).toBe('/sys/fs/cgroup/unified'); // prettier-ignore
  expect(() => mountPoint('cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n')).toThrow('none are mounted');
});

test('queries of the server', () => {
  expect(parseQueries('| Queries          | 9 |\n| Questions        | 49450 |\n')).toBe(49_450);
  expect(() => parseQueries('')).toThrow('does not tell');
});

test('a process whose name has brackets', () => {
  expect(stateOf('12 (a) t (b) S 1 12 12')).toBe('S');
  expect(stateOf('12 (mariadbd) t 1 12 12')).toBe('t');
});
