// What an event says of itself as frames, and which operations of the VM are collections.

import { expect, test } from 'vitest';
import { isOfEvent, labelFrames } from '../../../src/app/event-frames.ts';
import type { SampleLabels } from '../../../src/model/sample-labels.ts';

const named = (event: string, labels: SampleLabels): readonly string[] => labelFrames(event, labels).map(({ name }) => name);

test('leaf first', () => {
  expect(named('lock', { class: 'a/B' })).toEqual(['[class a/B]']);
  expect(named('safepoint', { operation: 'ThreadDump', cause: 'No GC', 'time-to-safepoint': '' })).toEqual(['[time to safepoint]', '[operation ThreadDump]']); // prettier-ignore
  expect(named('compile', { compiler: 'c2', 'compiled-class': 'a/B', 'compiled-method': 'm', tier: '4' })).toEqual(['[method a/B.m]', '[tier 4]']); // prettier-ignore
  expect(named('compile', { compiler: 'c2', 'compiled-class': 'a/B', 'compiled-method': 'm' })).toEqual(['[method a/B.m]', '[compiler c2]']); // prettier-ignore
  expect(labelFrames('lock', undefined)).toEqual([]);
});

test('the cause of a collection: of the one that runs, or that has just ended', () => {
  const of = (cause: string, last: string): readonly string[] => named('gc', { operation: 'X', cause, 'last-cause': last });
  expect(of('No GC', 'System.gc()')).toEqual(['[operation X]', '[cause System.gc()]']);
  expect(of('Proactive', 'Warmup')).toEqual(['[operation X]', '[cause Proactive]']);
  expect(named('gc', { operation: 'X' })).toEqual(['[operation X]']);
});

test.each([
  [{ operation: 'GenCollectFull' }, true],
  [{ operation: 'ZMarkEndYoung' }, true],
  [{ operation: 'ShenandoahFinalMarkStartEvac' }, true],
  [{ operation: 'Unheard', collection: '' }, true],
  [{ operation: 'HeapDumper' }, false],
  [{ operation: 'Cleanup' }, false],
  [{ operation: 'GenCollectFull', 'time-to-safepoint': '' }, false],
])('gc: %j', (labels, isCollection) => {
  expect(isOfEvent('gc', labels)).toBe(isCollection);
  expect(isOfEvent('safepoint', labels)).toBe(true);
});
