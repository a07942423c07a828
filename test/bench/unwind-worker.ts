// Program of run-on-dist.ts: a recording's distinct stacks, unwound as fast as goes. Arguments: recording, seconds per memo, memos.
// Prints one line of JSON.

import type { RawSample } from '../../src/model/sample.ts';
import type { WalkedSample } from '../../src/unwind/walk-target.ts';
import { openMemoryImage } from './memory-image.ts';
import { MEMOS, type UnwindFigures } from './unwind-figures.ts';
import { BenchUnwinder, measureThroughput } from './unwind-throughput.ts';

const [path, seconds, ...memos] = process.argv.slice(2);
if (path === undefined) throw new Error('no recording named');
const { reader, replay } = openMemoryImage(path);
const unwinder = new BenchUnwinder(reader);
const distinct = new Map<string, RawSample>();
let recorded = 0;
for (const sample of replay.samples()) {
  recorded += 1;
  unwinder.beginBatch(sample.timeNs / 1e6);
  const walked = unwinder.walk(sample);
  // Memory is as it was read last: a stack that cannot be finished on it is not measured.
  if (walked.stack.outcome.kind !== 'unfinished') distinct.set(keyOf(walked), sample);
}
const samples = [...distinct.values()];
const figures: UnwindFigures = {
  recorded,
  distinct: samples.length,
  throughput: MEMOS.filter((memo) => memos.length === 0 || memos.includes(memo)).map((memo) =>
    measureThroughput(unwinder, samples, memo, Number(seconds)),
  ),
};
console.log(JSON.stringify(figures));

function keyOf({ traces }: WalkedSample): string {
  return traces.map((trace) => String(trace?.pc)).join();
}
