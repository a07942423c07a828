import { expect, test } from 'vitest';
import { JSON_LINES_FORMAT } from '../../../src/outputs/json-lines.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { bytesOf, frame, HOSTILE_NAMES, hostileProfile, recording } from '../../support/recordings.ts';

test('all that is known of a sample, and nothing that says nothing', () => {
  const builder = createProfileBuilder('samples');
  const frames = [
    frame('A.run', { signature: '()V', bci: 4, line: 12, lineApproximate: true }),
    frame('memcpy', { kind: 'native', library: '/lib/libc.so.6' }),
    frame('[unfinished: stack-cut]', { kind: 'marker', marker: 'unfinished' }),
  ];
  const outcome = { kind: 'unfinished', reason: 'stack-cut', detail: '' } as const;
  builder.add(
    { pid: asPid(7), tid: asTid(8), timeNs: 1500, pc: 0x7f00_1234_5678, weight: 2 },
    { frames, outcome, hasJava: true },
  );
  builder.nameThread(asPid(7), asTid(8), 'x');
  const bytes = bytesOf(JSON_LINES_FORMAT, recording(builder.build(), { startNs: 1000 }));
  expect(JSON.parse(bytes.toString())).toEqual({
    timeNs: 500, pid: 7, tid: 8, thread: 'x', weight: 2, unit: 'samples', pc: '0x7f0012345678', outcome,
    frames: [
      { kind: 'c2', name: 'A.run', signature: '()V', bci: 4, line: 12, approximate: true },
      { kind: 'native', name: 'memcpy', library: '/lib/libc.so.6' },
      { kind: 'marker', name: '[unfinished: stack-cut]', marker: 'unfinished' },
    ],
  }); // prettier-ignore
});

test('one line per sample whatever the names are, and the names as they are', () => {
  const lines = bytesOf(JSON_LINES_FORMAT, recording(hostileProfile(), { hasTimes: false }))
    .toString()
    .split('\n');
  expect(lines.pop()).toBe('');
  const samples = lines.map((line) => JSON.parse(line) as { timeNs: null; frames: { name: string }[] });
  expect(samples.map(({ timeNs }) => timeNs)).toEqual(samples.map(() => null));
  expect(samples.slice(0, HOSTILE_NAMES.length).map(({ frames }) => frames[0]?.name)).toEqual(HOSTILE_NAMES);
});
