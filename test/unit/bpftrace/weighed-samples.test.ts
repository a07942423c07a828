// Samples and their weights, in whatever order they are read.

import { beforeEach, expect, test } from 'vitest';
import { WeighedSamples } from '../../../src/bpftrace/weighed-samples.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { asAddress, asPid, asTid } from '../../../src/model/units.ts';

let told: string[];
let weighed: WeighedSamples;

function sampleOf(tid: number, timeNs: number): RawSample {
  const stack = { chunks: [], unreadablePages: [], end: asAddress(0), cut: false, lostChunks: 0 };
  return { timeNs, cpu: 0, pid: asPid(1), tid: asTid(tid), ticks: 1, mode: 'kernel', registers: null, anchor: null, stack, kernelStack: [], comm: 'c' }; // prettier-ignore
}

beforeEach(() => {
  told = [];
  weighed = new WeighedSamples({
    sample: ({ tid, amount, labels }) =>
      told.push(`${String(tid)}: ${String(amount)}${labels === undefined ? '' : ` ${JSON.stringify(labels)}`}`),
    broken: (tid) => told.push(`broken ${String(tid)}`),
  });
});

test('the weight before its sample, behind it, and none to be shown', () => {
  weighed.weight(11, 7, 500);
  weighed.sample(sampleOf(7, 100), 11);
  weighed.sample(sampleOf(8, 100), 12);
  weighed.weight(12, 8, 30);
  weighed.sample(sampleOf(9, 100), 13);
  weighed.weight(13, 9, 0);
  weighed.end('waiting');
  expect(told).toEqual(['7: 500', '8: 30']);
});

test('one that waits again had come back: where that was lost its first wait is broken, at the latest at the end', () => {
  weighed.sample(sampleOf(7, 100), 11);
  weighed.sample(sampleOf(7, 300), 12);
  weighed.weight(12, 7, 40);
  weighed.heard(3e9);
  expect(told).toEqual(['7: 40', 'broken 7']);
  weighed.sample(sampleOf(8, 100), 13);
  weighed.sample(sampleOf(8, 300), 14);
  weighed.end('waiting');
  expect(told.slice(2)).toEqual(['broken 8', `8: ${String(3e9 - 300)}`]);
});

test('buffers of two CPUs, read one after the other: waits that overlap there', () => {
  // Left CPU 0, came back and left on CPU 1, came back and left on CPU 0 again.
  weighed.sample(sampleOf(7, 100), 11);
  weighed.weight(12, 7, 20);
  weighed.sample(sampleOf(7, 300), 13);
  weighed.weight(11, 7, 10);
  weighed.sample(sampleOf(7, 200), 12);
  weighed.weight(13, 7, 30);
  weighed.end('broken');
  expect(told).toEqual(['7: 10', '7: 20', '7: 30']);
});

test('what a weight says besides is told; of those that still wait what was agreed', () => {
  const doings: unknown[] = [];
  const marked = new WeighedSamples({ sample: ({ doing }) => doings.push(doing), broken: () => undefined }, { doing: 'blocked' });
  marked.sample(sampleOf(7, 100), 11);
  marked.weight(11, 7, 10, { doing: 'preempted' });
  marked.weight(12, 7, 10, { doing: 'running' });
  marked.sample(sampleOf(7, 150), 12);
  marked.sample(sampleOf(7, 200), 13);
  marked.heard(300);
  marked.end('waiting');
  expect(doings).toEqual(['preempted', 'running', 'blocked']);
});

test('who still waits has waited until the end, if nothing was lost', () => {
  weighed.sample(sampleOf(7, 100), 11);
  weighed.heard(1100);
  weighed.end('waiting');
  weighed.sample(sampleOf(8, 100), 12);
  weighed.end('broken');
  expect(told).toEqual(['7: 1000', 'broken 8']);
});

test('what an event says of itself, in pieces that may end within a character; shares of its weight', () => {
  const [first, second] = [Buffer.from('caf\u00e9').subarray(0, 4), Buffer.from('caf\u00e9').subarray(4)];
  weighed.sample(sampleOf(7, 100), 11);
  weighed.label(11, 7, 'operation', first.toString('latin1'));
  weighed.label(11, 7, 'operation', second.toString('latin1'));
  weighed.share(11, 7, 30, 'time-to-safepoint');
  weighed.weight(11, 7, 500);
  expect(told).toEqual(['7: 30 {"operation":"caf\u00e9","time-to-safepoint":""}', '7: 500 {"operation":"caf\u00e9"}']);
});

test('the same where all of it is read before the sample, and none of it is the next one’s', () => {
  weighed.label(11, 7, 'class', 'A');
  weighed.share(11, 7, 30, 'time-to-safepoint');
  weighed.weight(11, 7, 500);
  weighed.sample(sampleOf(7, 100), 11);
  weighed.sample(sampleOf(7, 200), 11);
  weighed.weight(11, 7, 5);
  expect(told).toEqual(['7: 30 {"class":"A","time-to-safepoint":""}', '7: 500 {"class":"A"}', '7: 5']);
});

test('shares and labels, read before the sample, around it and behind it, beside waits of the same thread', () => {
  const samples: unknown[] = [];
  const labelled = new WeighedSamples(
    {
      sample: ({ tid, amount, labels, doing }) => samples.push([tid, amount, labels, doing]),
      broken: (tid) => samples.push(tid),
    },
    { doing: 'blocked' },
  );
  labelled.label(11, 7, 'operation', 'Col');
  labelled.label(11, 7, 'operation', 'lect');
  labelled.share(11, 7, 5, 'time-to-safepoint');
  labelled.weight(11, 7, 50);
  labelled.sample(sampleOf(7, 100), 11);
  labelled.share(12, 7, 6, 'time-to-safepoint');
  labelled.sample(sampleOf(7, 200), 12);
  labelled.weight(12, 7, 60);
  // Two of one thread at once, as where buffers are read one after the other: each has what is its own.
  labelled.sample(sampleOf(7, 300), 13);
  labelled.sample(sampleOf(7, 400), 14);
  labelled.label(14, 7, 'class', 'B');
  labelled.label(13, 7, 'class', 'A');
  labelled.share(13, 7, 7, 'time-to-safepoint');
  labelled.weight(14, 7, 80);
  labelled.weight(13, 7, 70, { doing: 'preempted' });
  labelled.end('broken');
  const way = { 'time-to-safepoint': '' };
  expect(samples).toEqual([
    [7, 5, { operation: 'Collect', ...way }, undefined],
    [7, 50, { operation: 'Collect' }, undefined],
    [7, 6, way, undefined],
    [7, 60, undefined, undefined],
    [7, 7, { class: 'A', ...way }, undefined],
    [7, 80, { class: 'B' }, undefined],
    [7, 70, { class: 'A' }, 'preempted'],
  ]);
});

test('what has not ended is nothing where that was agreed; what was followed by another of its thread is broken', () => {
  weighed.sample(sampleOf(7, 100), 11);
  weighed.sample(sampleOf(7, 200), 12);
  weighed.sample(sampleOf(8, 100), 13);
  weighed.share(13, 8, 4, 'time-to-safepoint');
  weighed.end('nothing');
  expect(told).toEqual(['8: 4 {"time-to-safepoint":""}', 'broken 7']);
});
