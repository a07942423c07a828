import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Frame, FrameKind } from '../../../src/model/frame.ts';
import type { Profile } from '../../../src/model/profile.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { escapeForFolded } from '../../../src/outputs/escape-folded.ts';
import { foldedFrame, foldedLines } from '../../../src/outputs/folded.ts';
import type { RenderOptions } from '../../../src/outputs/format.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { drawProfile } from '../profile/draw-profile.ts';
import { anyText } from '../../support/any-text.ts';

const PLAIN: RenderOptions = { byThread: false, lines: false, native: true };
const folded = (profile: Profile, options: Partial<RenderOptions> = {}): string[] => [
  ...foldedLines(profile, { ...PLAIN, ...options }),
];
const frame = (name: string, parts: Partial<Frame> = {}): Frame => {
  return { kind: 'c2', name, signature: '', bci: 0, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
};

/** As flamegraph.pl and inferno read it: the last blank parts stack and weight, `;` parts frames. */
function parse(line: string): { readonly frames: readonly string[]; readonly weight: number } {
  const match = /^(.*) (\d+)$/su.exec(line);
  if (match === null) throw new Error(`no folded line: ${line}`);
  return { frames: (match[1] ?? '').split(';'), weight: Number(match[2]) };
}

test('one line per stack, oldest first, in order of appearance, weights summed', () => {
  const profile = drawProfile([
    { stack: 'leaf < work < main' },
    { stack: 'main', weight: 2 },
    { stack: 'leaf < work < main', weight: 3 },
  ]);
  expect(folded(profile)).toEqual(['main;work;leaf 4', 'main 2']);
});

test('kernel frames have their suffix, after the line if there was one', () => {
  const profile = drawProfile([{ stack: 'do_syscall_64/kernel < read/native < A.run/interpreted' }]);
  expect(folded(profile)).toEqual(['A.run;read;do_syscall_64_[k] 1']);
  expect(foldedFrame(frame('f', { kind: 'kernel', line: 3 }), true)).toBe('f:3_[k]');
});

test('lines, and those only nearly known', () => {
  expect(foldedFrame(frame('A.run', { line: 12 }), true)).toBe('A.run:12');
  expect(foldedFrame(frame('A.run', { line: 12, lineApproximate: true }), true)).toBe('A.run:~12');
  expect(foldedFrame(frame('A.run', { line: 12 }), false)).toBe('A.run');
  expect(foldedFrame(frame('A.run'), true)).toBe('A.run');
});

test('threads as the first frame; the same stack in two threads stays two lines', () => {
  const profile = drawProfile([{ stack: 'a < main', thread: 'x;y' }, { stack: 'a < main', thread: 'z' }, { stack: 'a < main', thread: 'z' }]); // prettier-ignore
  expect(folded(profile, { byThread: true })).toEqual(['[x:y tid=101];main;a 1', '[z tid=102];main;a 2']);
});

test('without native frames: Java, kernel and reasons stay; stacks that become the same are one', () => {
  const profile = drawProfile([
    { stack: 'k/kernel < memcpy/native < A.run < call_helper/vm' },
    { stack: 'k/kernel < strlen/native < A.run' },
    { stack: '[unfinished: stack-cut]/marker' },
    { stack: 'start/native < run/vm' },
  ]);
  expect(folded(profile, { native: false })).toEqual(['A.run;k_[k] 2', '[unfinished: stack-cut] 1', '[native] 1']);
});

describe('hostile names', () => {
  test.each([
    ['a;b', 'a:b'],
    ['a\nb', 'a\\u000ab'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\u0000b', 'a\\u0000b'],
    ['x\u202ey', 'x\\u202ey'],
    ['x\u061cy', 'x\\u061cy'],
    ['\u0085', '\\u0085'],
    ['\u{1F600} \u00e9', '\u{1F600} \u00e9'],
    ['', ''],
  ])('%j', (name, expected) => {
    expect(escapeForFolded(name)).toBe(expected);
  });

  test('60,000 characters are cut, not in the middle of an emoji', () => {
    const long = escapeForFolded('n'.repeat(60_000));
    expect(long.length).toBeLessThan(5000);
    expect(long.endsWith('n...')).toBe(true);
    const emoji = escapeForFolded(`n${'\u{1F600}'.repeat(30_000)}`);
    expect(Buffer.from(emoji).toString()).toBe(emoji);
  });
});

test('round trip: the text parses back to the same stacks and weights', () => {
  const name = fc.oneof(
    fc.constantFrom('A.run', 'a b 12', 'x;y 3', '\n 7', '\u{1F600}', '_[k]', ' ', '\u2028 5', '[native]', 'q'.repeat(5000)),
    anyText({ minLength: 1, maxLength: 20 }),
  );
  const kind = fc.constantFrom<FrameKind>('c2', 'interpreted', 'kernel', 'native', 'stub');
  const sample = fc.record({ frames: fc.array(fc.tuple(name, kind), { minLength: 1, maxLength: 6 }), weight: fc.integer({ min: 1, max: 1000 }), tid: fc.nat(2) }); // prettier-ignore
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), fc.boolean(), (samples, byThread) => {
      const builder = createProfileBuilder('samples');
      const expected = new Map<string, number>();
      for (const { frames, weight, tid } of samples) {
        const made = frames.map(([text, of]) => frame(text, { kind: of }));
        builder.add(
          { pid: asPid(1), tid: asTid(tid), timeNs: 0, pc: 0, weight },
          { frames: made, outcome: { kind: 'complete' }, hasJava: true },
        );
        builder.nameThread(asPid(1), asTid(tid), `t;${tid}\n`);
        const texts = made.map((one) => foldedFrame(one, false)).reverse();
        const key = JSON.stringify(byThread ? [tid === 0 ? '[t:0\\u000a]' : `[t:${tid}\\u000a tid=${tid}]`, ...texts] : texts);
        expected.set(key, (expected.get(key) ?? 0) + weight);
      }
      const lines = folded(builder.build(), { byThread });
      // What else than \n ends a line for some readers is escaped, too.
      for (const line of lines) expect(line.split(/[\n\r\u2028\u2029\u0085]/u).length).toBe(1);
      expect(new Map(lines.map(parse).map(({ frames, weight }) => [JSON.stringify(frames), weight]))).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
