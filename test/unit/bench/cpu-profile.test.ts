import { expect, test } from 'vitest';
import { readCpuProfile } from '../../bench/cpu-profile.ts';

const node = (id: number, functionName: string, url: string): unknown => ({ id, callFrame: { functionName, url } });

/** Samples of 1 ms each, beginning at 1,000 ms. */
function profile(ids: readonly number[]): unknown {
  return {
    nodes: [
      node(1, '(idle)', ''),
      node(2, 'read', ''),
      node(3, 'walk', 'file:///there/jtrace/dist/unwind/sample-walk.js'),
      node(4, '', 'file:///there/jtrace/dist/unwind/sample-walk.js'),
      node(5, 'parse', 'file:///there/node_modules/yargs/build/lib/x.js'),
      node(6, 'on', 'node:events'),
      node(7, 'gatherMore', 'file:///there/jtrace/dist/child/start-child.js'),
    ],
    startTime: 1_000_000,
    samples: ids,
    timeDeltas: ids.map(() => 1000),
  };
}

test('self time by module and function, without waiting', () => {
  const { totalMs, byModule, byFunction } = readCpuProfile(profile([1, 3, 3, 4, 7, 2, 5, 1, 6, 3]));
  expect(totalMs).toBe(7);
  expect(byModule).toEqual([
    { name: 'unwind/sample-walk', ms: 4 },
    { name: 'read', ms: 1 },
    { name: 'yargs', ms: 1 },
    { name: 'node:events', ms: 1 },
  ]);
  expect(byFunction[0]).toEqual({ name: 'unwind/sample-walk walk', ms: 3 });
  expect(byFunction).toContainEqual({ name: 'read', ms: 1 });
});

test('only the time asked for', () => {
  expect(readCpuProfile(profile([2, 2, 3, 3, 3]), 1003, 1004).byModule).toEqual([{ name: 'unwind/sample-walk', ms: 2 }]);
});

test('anything else is refused', () => {
  expect(() => readCpuProfile({ nodes: [] })).toThrow('no CPU profile');
});
