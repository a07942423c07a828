// Makes a long recording as a run writes it, a unit a second, and says what that cost: `npx tsx test/tools/make-long-recording.ts
// OUT.jtrace [HOURS] [SAMPLES-A-SECOND]` (2 hours of 198: two busy processors at 99 Hz). Stacks of 20 to 60 frames of 4,000
// methods, most of them seen before, as a server's are; times jitter, pcs are anywhere in a method.

import { statSync } from 'node:fs';
import type { Frame, FrameKind } from '../../src/model/frame.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { RecordingStream } from '../../src/app/recording-stream.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { recordingFacts } from '../../src/profile/recording-facts.ts';
import { FACTS, frameOf, RUN } from '../support/sample-recordings.ts';

const [out = 'long.jtrace', hours = '2', perSecond = '198'] = process.argv.slice(2);
const SECONDS = Math.round(Number(hours) * 3600);
const KINDS: readonly FrameKind[] = ['c2', 'inlined', 'c2', 'inlined', 'c1', 'interpreted', 'native', 'kernel'];

let state = 1;
/** 0 to `below` - 1, the same every time. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const frames: readonly Frame[] = Array.from({ length: 4000 }, (_, i) =>
  frameOf(`com/example/service/part${String(i % 60)}/Class${String(i % 900)}.method${String(i)}`, {
    kind: KINDS[i % KINDS.length] ?? 'c2',
    line: 10 + (i % 300),
    bci: i % 90,
  }),
);
const outcome = { kind: 'complete' } as const;

/** A way through the program: the deeper, the more there are. */
function stack(): readonly Frame[] {
  const depth = 20 + random(40);
  let at = random(8);
  const oldestFirst = [at];
  for (let i = 1; i < depth; i += 1) {
    // Nearly always the one call that is made here, now and then one of a few others.
    at = (at * 31 + i * 7 + (random(100) < 4 ? random(3) : 0)) % frames.length;
    oldestFirst.push(at);
  }
  return oldestFirst.reverse().map((index) => frames[index] ?? frameOf(''));
}

const builder = createProfileBuilder('samples');
const stream = new RecordingStream(out);
let [appendMs, worstMs] = [0, 0];
const start = { atMs: FACTS.startedAtMs, ns: 5e12 };
const recording = (second: number) => ({ profile: builder.current(), facts: recordingFacts(builder.current(), start, { ...RUN, durationMs: second * 1000, end: 'failed' }) }); // prettier-ignore
for (let second = 0; second < SECONDS; second += 1) {
  for (let i = 0; i < Number(perSecond); i += 1) {
    const thread = random(40);
    const timeNs = start.ns + second * 1e9 + Math.floor((i * 1e9) / Number(perSecond)) + random(200_000);
    const frameList = stack();
    const pc = 0x7f00_0000_0000 + random(1 << 20) * 16;
    builder.add({ pid: asPid(4711), tid: asTid(4712 + thread), timeNs, pc, weight: 1 }, { frames: frameList, outcome, hasJava: true }); // prettier-ignore
    builder.nameThread(asPid(4711), asTid(4712 + thread), `http-exec-${String(thread)}`);
  }
  const before = performance.now();
  stream.append(recording(second));
  const ms = performance.now() - before;
  appendMs += ms;
  worstMs = Math.max(worstMs, ms);
}
stream.finish({ ...recording(SECONDS), facts: { ...recording(SECONDS).facts, run: { ...RUN, durationMs: SECONDS * 1000 } } });
const { samples, stacks } = builder.current();
const bytes = statSync(out).size;
console.log(
  `${out}: ${String(samples.stack.length)} samples, ${String(stacks.prefix.length)} stack nodes, ${String(bytes)} bytes, ${(bytes / samples.stack.length).toFixed(1)} bytes a sample; ` +
    `appending took ${(appendMs / SECONDS).toFixed(1)} ms a second, at worst ${worstMs.toFixed(0)} ms; ${String(Math.round(process.memoryUsage().rss / 2 ** 20))} MB in memory`,
);
