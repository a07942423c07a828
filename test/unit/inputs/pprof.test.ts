import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  Function as PprofFunction,
  Label,
  Line,
  Location,
  Mapping,
  Profile as PprofProfile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { expect, test } from 'vitest';
import { FOLDED_READER } from '../../../src/inputs/folded.ts';
import { PPROF_READER } from '../../../src/inputs/pprof.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { FrameKind } from '../../../src/model/frame.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { FOLDED_KINDS_FORMAT } from '../../../src/outputs/folded.ts';
import { PPROF_FORMAT } from '../../../src/outputs/pprof.ts';
import { anyText } from '../../support/any-text.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { bytesOf, chunksOf, frame, HOSTILE_NAMES, hostileProfile, profileOf, recording } from '../../support/recordings.ts';

const read = (bytes: Uint8Array): Promise<Recording> => PPROF_READER.read(chunksOf(bytes, 4096), 'cpu.pb.gz');
const folded = (of: Recording): string => bytesOf(FOLDED_KINDS_FORMAT, of, { byThread: true }).toString();

/** As Go's runtime writes a CPU profile: two values, no labels, one mapping, code inlined, a frame without symbol. */
function foreignProfile(types: readonly (readonly [string, string])[], values: readonly (readonly number[])[]): Uint8Array {
  const stringTable = new StringTable();
  const text = (of: string): number => stringTable.dedup(of);
  return new PprofProfile({
    stringTable,
    sampleType: types.map(([type, unit]) => new ValueType({ type: text(type), unit: text(unit) })),
    sample: values.map(
      (value) =>
        new Sample({ locationId: [2, 1], value: [...value], label: [new Label({ key: text('thread_id'), str: text('42') })] }),
    ),
    mapping: [new Mapping({ id: 1, filename: text('/bin/app') })],
    location: [
      new Location({
        id: 1,
        mappingId: 1,
        address: 0x10,
        line: [new Line({ functionId: 1, line: 3 }), new Line({ functionId: 2, line: 9 })],
      }),
      new Location({ id: 2, mappingId: 1, address: 0x1234 }),
    ],
    function: [
      new PprofFunction({ id: 1, name: text('main.inner'), filename: text('main.go') }),
      new PprofFunction({ id: 2, name: text('main.outer'), filename: text('main.go') }),
    ],
  }).encode();
}

test('a profile of another writer: the last value counts, inlined lines are inlined frames', async () => {
  const { profile, facts } = await read(foreignProfile([['samples', 'count'], ['cpu', 'microseconds']], [[2, 20], [0, 0], [1, 11]])); // prettier-ignore
  expect(profile.weightUnit).toBe('nanoseconds');
  expect(profile.samples.weight).toEqual([31_000]);
  expect(profile.threads).toEqual([{ pid: 0, tid: 42, name: '' }]);
  expect(profile.frames.frames.map(({ kind, name, line, marker }) => [kind, name, line, marker])).toEqual([
    ['native', 'main.outer', 9, null],
    ['inlined', 'main.inner', 3, null],
    ['native', '[app+0x1234]', 0, 'unresolved'],
  ]);
  expect(facts).toMatchObject({ source: 'pprof', title: 'cpu.pb.gz', hasTimes: false, problems: [] });
});

test('values that cannot be weights are told', async () => {
  const { profile, facts } = await read(foreignProfile([['a', 'count'], ['b', 'bytes']], [[1, -5], [1], [1, 7]])); // prettier-ignore
  expect([profile.weightUnit, profile.samples.weight]).toEqual(['bytes', [7]]);
  expect(facts.problems).toEqual([
    'samples with a negative value: 1, the first is sample 1',
    'samples without a value: 1, the first is sample 2',
  ]);
});

test('round trip: our own file gives the same stacks, kinds, threads and weights', async () => {
  const name = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), anyText({ minLength: 1, maxLength: 12 }));
  const kind = fc.constantFrom<FrameKind>('c2', 'c1', 'interpreted', 'inlined', 'kernel', 'native', 'vm', 'stub', 'java-native');
  const drawn = fc.array(fc.array(fc.tuple(name, kind), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(drawn, async (stacks) => {
      // What a file cannot hold is written as an escape: names that have it are compared as they are then.
      const profile = profileOf(
        stacks.map((frames) => frames.map(([text, of]) => frame(Buffer.from(text).toString(), { kind: of }))),
      );
      const again = await read(gunzipSync(bytesOf(PPROF_FORMAT, recording(profile))));
      assertProfileIntegrity(again.profile);
      expect(folded(again)).toBe(folded(recording(profile)));
      expect(again.profile.threads).toEqual(profile.threads);
    }),
    { numRuns: 60 },
  );
});

test('counts beyond any measure come through as the greatest number', async () => {
  const text = 'a;b 281474976710656\n'.repeat(50_000);
  const folded = await FOLDED_READER.read(chunksOf(text, 1 << 16), 'x');
  const again = await read(gunzipSync(bytesOf(PPROF_FORMAT, folded)));
  expect(again.profile.samples.weight).toEqual([Number.MAX_SAFE_INTEGER]);
});

test('damaged and cut files are refused, any bytes end', async () => {
  const whole = gunzipSync(bytesOf(PPROF_FORMAT, recording(hostileProfile())));
  await expect(read(whole.subarray(0, whole.length - 1000))).rejects.toThrow('damaged or ends early');
  await fc.assert(
    fc.asyncProperty(fc.nat(400), fc.nat(255), fc.uint8Array({ maxLength: 100 }), async (at, byte, more) => {
      const bytes = Buffer.from(foreignProfile([['samples', 'count']], [[1]]));
      bytes[at % bytes.length] = byte;
      for (const one of [bytes, Buffer.concat([bytes, more]), Buffer.from(more)]) {
        const found = await read(one).catch((error: unknown) => {
          expect(error).toBeInstanceOf(OperatorError);
          return null;
        });
        if (found !== null) assertProfileIntegrity(found.profile);
      }
    }),
    { numRuns: 300 },
  );
});

test('is told from text', () => {
  expect(PPROF_READER.recognizes(gunzipSync(bytesOf(PPROF_FORMAT, recording(hostileProfile()))))).toBe(true);
  expect(PPROF_READER.recognizes(foreignProfile([['samples', 'count']], [[1]]))).toBe(true);
  for (const text of ['', '\n', '\na;b 1\n', '\n\n\n', 'a 1\n'])
    expect(PPROF_READER.recognizes(Buffer.from(text)), text).toBe(false);
});
