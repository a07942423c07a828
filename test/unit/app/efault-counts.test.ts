import { expect, test } from 'vitest';
import { EfaultCounts } from '../../../src/app/efault-counts.ts';
import type { EfaultProbe } from '../../../src/model/efault-request.ts';
import type { FailedRead, ReadAgain } from '../../../src/model/efault-result.ts';
import { asPid, asTid } from '../../../src/model/units.ts';

const PROBES: readonly EfaultProbe[] = [
  {
    probe: 'tracepoint:a:b',
    reads: [
      { name: 'one', what: 'text', address: { kind: 'field', name: 'one' }, afterExec: null },
      { name: 'two', what: 'pointer', address: { kind: 'field', name: 'two' }, afterExec: null },
    ],
  },
];

function counts(): EfaultCounts {
  return new EfaultCounts({ probes: PROBES, isNumaBalancing: false, mappingsOf: () => undefined });
}

function failed(changes: Partial<FailedRead> = {}): { readonly kind: 'failed'; readonly read: FailedRead } {
  const read: FailedRead = {
    index: 0,
    outcome: 'failed',
    pid: asPid(7),
    tid: asTid(7),
    parent: asPid(6),
    comm: 'some',
    addressText: '1000',
    failingAddress: 0x1000,
    entry: 0,
    parentEntry: 0,
    isForkChild: false,
    stackStart: 1,
    parentStackStart: 2,
    timeNs: 100,
    ...changes,
  };
  return { kind: 'failed', read };
}

function again(
  timeNs: number,
  found: ReadAgain['found'] = 'bytes',
  tid = 7,
): { readonly kind: 'again'; readonly again: ReadAgain } {
  return { kind: 'again', again: { index: 0, tid: asTid(tid), where: 'exit', found, majorFaults: 0, timeNs } };
}

test('pages given back by a line that comes later, of an earlier moment', () => {
  const told = counts();
  told.line(failed());
  told.line({ kind: 'advice', advice: { pid: asPid(7), start: 0x1000, end: 0x2000, timeNs: 99 } });
  expect(told.rows()[0]?.causes).toMatchObject([{ cause: 'given-back', count: 1, again: { asked: 0, read: 0 } }]);
});

test('what is given back afterwards is no cause', () => {
  const told = counts();
  told.line(failed());
  told.line({ kind: 'advice', advice: { pid: asPid(7), start: 0x1000, end: 0x2000, timeNs: 101 } });
  expect(told.rows()[0]?.causes).toMatchObject([{ cause: 'process-ended', count: 1 }]);
});

test('second looks belong to their read, whichever line comes first', () => {
  const told = counts();
  told.line(failed());
  told.line(again(110));
  // The next call of the same thread, told from another CPU.
  told.line(again(130, 'nothing'));
  told.line(failed({ timeNs: 120 }));
  told.line(failed({ timeNs: 140 }));
  told.line(again(150, 'zeros'));
  told.line(again(160, 'bytes', 8));
  const [row] = told.rows();
  // What was read at the end of the call is a file's; the others nobody knows.
  expect(row?.causes).toMatchObject([
    { cause: 'process-ended', count: 2, again: { asked: 2, read: 1 } },
    { cause: 'not-faulted-in', count: 1, again: { asked: 1, read: 1 } },
  ]);
});

test('the program’s own counts are taken; without them those of the lines', () => {
  const told = counts();
  told.line(failed());
  told.line(failed({ outcome: 'failed-in-next-page', timeNs: 101 }));
  expect(told.rows().map(({ name, reads, failed: count }) => [name, reads, count])).toEqual([
    ['one', 2, 2],
    ['two', 0, 0],
  ]);
  const entry = (key: string, value: bigint): { key: string; value: { kind: 'number'; value: bigint } } => ({
    key,
    value: { kind: 'number', value },
  });
  told.counted({ name: '@__jt_read', entries: [entry('0,0', 50n), entry('0,2', 3n), entry('0,3', 7n), entry('1,1', 1n)] });
  const rows = told.rows();
  expect(rows.map(({ reads, failed: count, empty }) => ({ reads, failed: count, empty }))).toEqual([
    { reads: 60, failed: 7, empty: 3 },
    { reads: 1, failed: 0, empty: 0 },
  ]);
  // Five of the seven were not told one by one.
  expect(rows[0]?.causes.reduce((sum, { count }) => sum + count, 0)).toBe(2);
});

test('reads of a long run do not wait for its end', () => {
  const told = counts();
  for (let second = 1; second <= 5; second++) told.line(failed({ timeNs: second * 1e9 + second }));
  told.line({ kind: 'advice', advice: { pid: asPid(7), start: 0x1000, end: 0x2000, timeNs: 1 } });
  // Only the last had still waited.
  expect(told.rows()[0]?.causes.map(({ cause, count }) => [cause, count])).toEqual([
    ['process-ended', 4],
    ['given-back', 1],
  ]);
});
