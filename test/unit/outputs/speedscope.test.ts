// Against speedscope's own description of its format (src/lib/file-format-spec.ts of jlfwong/speedscope).

import { expect, test } from 'vitest';
import type { Recording } from '../../../src/model/recording.ts';
import { SPEEDSCOPE_FORMAT } from '../../../src/outputs/speedscope.ts';
import { hasShape, isIndex, isList, isNumber, isOneOf, isText } from '../../support/check-json.ts';
import { bytesOf, frame, hostileProfile, profileOf, recording, runFacts } from '../../support/recordings.ts';
import { drawProfile } from '../profile/draw-profile.ts';

interface File {
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly {
    name: string;
    unit: string;
    startValue: number;
    endValue: number;
    samples: number[][];
    weights: number[];
  }[];
}

function read(of: Recording): File {
  const file = JSON.parse(bytesOf(SPEEDSCOPE_FORMAT, of).toString()) as File;
  const frames = file.shared.frames.length;
  hasShape({
    $schema: isOneOf('https://www.speedscope.app/file-format-schema.json'),
    exporter: isText,
    name: isText,
    activeProfileIndex: isNumber,
    shared: hasShape({ frames: isList(hasShape({ name: isText, 'file?': isText })) }),
    profiles: isList(
      hasShape({
        type: isOneOf('sampled'),
        name: isText,
        unit: isOneOf('none', 'nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'),
        startValue: isNumber,
        endValue: isNumber,
        samples: isList(isList(isIndex(frames))),
        weights: isList(isNumber),
      }),
    ),
  })(file, 'file');
  for (const { samples, weights, startValue, endValue } of file.profiles) {
    expect(samples.length).toBe(weights.length);
    expect(weights.reduce((sum, weight) => sum + weight, startValue)).toBe(endValue);
  }
  return file;
}

const stacksOf = ({ shared, profiles }: File): unknown =>
  profiles.map(({ name, samples, weights }) => [
    name,
    ...samples.map((stack, i) => [stack.map((at) => shared.frames[at]?.name).join(';'), weights[i]]),
  ]);

test('a profile per thread, most weight first, stacks oldest first, equal neighbours as one', () => {
  const profile = drawProfile([
    { stack: 'k/kernel < a < main', thread: 'x' },
    { stack: 'b < main', thread: 'y', weight: 5 },
    { stack: 'b < main', thread: 'y', weight: 2 },
    { stack: 'a < main', thread: 'x' },
  ]);
  expect(stacksOf(read(recording(profile, { hasTimes: false })))).toEqual([
    ['y (102)', ['main;b', 7]],
    ['x (101)', ['main;a;k_[k]', 1], ['main;a', 1]],
  ]);
});

test('on the clock where rate and times are known: idle time is an empty stack', () => {
  const profile = drawProfile([{ stack: 'a' }, { stack: 'a' }, { stack: 'b' }]);
  const timeNs = [1_010_000_000, 1_020_300_000, 1_050_000_000];
  const file = read(
    recording({ ...profile, samples: { ...profile.samples, timeNs } }, { run: runFacts(100), startNs: 1_000_000_000 }),
  );
  expect(file.profiles[0]?.unit).toBe('nanoseconds');
  expect(stacksOf(file)).toEqual([['main (101)', ['a', 20_000_000], ['', 20_000_000], ['b', 10_000_000]]]);
});

test('a method is one frame whatever its lines and compilers, as speedscope adds up by frame; lines when asked for', () => {
  const stacks = [
    [frame('A.a', { line: 3 }), frame('main')],
    [frame('A.a', { line: 7, lineApproximate: true, kind: 'inlined' }), frame('main', { kind: 'interpreted', bci: 4 })],
    [frame('A.a', { library: '/x.so', kind: 'native' }), frame('main')],
  ];
  const of = recording(profileOf(stacks));
  expect(read(of).shared.frames).toEqual([{ name: 'main' }, { name: 'A.a' }, { name: 'A.a', file: '/x.so' }, { name: '[native]' }]); // prettier-ignore
  const withLines = JSON.parse(bytesOf(SPEEDSCOPE_FORMAT, of, { lines: true }).toString()) as File;
  expect(withLines.shared.frames.map(({ name }) => name).slice(0, 3)).toEqual(['main', 'A.a:3', 'A.a:~7']);
});

test('native frames left out', () => {
  const profile = drawProfile([{ stack: 'memcpy/native < A.run < start/vm' }, { stack: 'x/native' }]);
  const file = JSON.parse(bytesOf(SPEEDSCOPE_FORMAT, recording(profile), { native: false }).toString()) as File;
  expect(stacksOf(file)).toEqual([['main (101)', ['A.run', 1], ['[native]', 1]]]);
});

test('hostile names, no samples', () => {
  const { shared } = read(recording(hostileProfile()));
  for (const { name } of shared.frames) expect(name).not.toMatch(/[\u0000-\u001f\u202e]/u);
  expect(read(recording(drawProfile([]))).profiles).toEqual([]);
});
