// Recordings of real JVMs (test/fixtures/recordings, how each was made is in its README) → stacks as text, without root or JVM.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { replayRecording } from '../../src/app/replay.ts';
import { OperatorError } from '../../src/model/errors.ts';
import { assertProfileIntegrity } from '../support/assert-profile-integrity.ts';
import { expectGolden } from '../support/golden.ts';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { profileText } from '../support/stack-text.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/recordings');
const RECORDINGS = readdirSync(FOLDER).filter((name) => name.endsWith('.jreads'));
const folder = mkdtempSync(join(tmpdir(), 'jtrace-golden-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nameOf = (file: string): string => file.replace('.jreads', '');
const linesOf = (name: string): string[] => gunzipSync(readFileSync(join(FOLDER, `${name}.jreads`))).toString().trimEnd().split('\n'); // prettier-ignore

/** A recording of these lines. */
function recordingOf(lines: readonly string[]): string {
  const path = join(folder, 'changed.jreads');
  writeFileSync(path, gzipSync(`${lines.join('\n')}\n`, { level: 1 }));
  return path;
}

test('there are recordings', () => {
  expect(RECORDINGS.length).toBeGreaterThanOrEqual(8);
});

test.each(RECORDINGS)('%s', (file) => {
  const { profile, unanswered, complete, bugs } = replayRecording(join(FOLDER, file));
  expect(bugs).toEqual([]);
  expect(complete).toBe(true);
  assertProfileIntegrity(profile);
  expectGolden(`recordings/${nameOf(file)}.expected.txt`, profileText(profile));
  expect(unanswered, 'questions without an answer: record anew (README)').toBe(0);
});

describe('damaged recordings', () => {
  /** The sample of a line, to be changed. */
  const withStack = (line: string, change: (stack: Record<string, unknown>) => void): string => {
    if (!line.startsWith('["s",')) return line;
    const [kind, sample] = JSON.parse(line) as [string, unknown];
    if (isRecord(sample) && isRecord(sample['stack'])) change(sample['stack']);
    return JSON.stringify([kind, sample]);
  };

  test('the page of sp could not be read by BPF', () => {
    const lines = linesOf('interpreted').map((line) =>
      withStack(line, (stack) => {
        const [start = 0] = (stack['chunks'] as readonly (readonly [number, number])[])[0] ?? [];
        stack['unreadablePages'] = [start - (start % 4096)];
      }),
    );
    const { profile } = replayRecording(recordingOf(lines), { reread: false });
    expect(profile.outcomes).toContainEqual(expect.objectContaining({ kind: 'unfinished', reason: 'stack-unreadable' }));
    expectGolden('recordings/unreadable-page.expected.txt', profileText(profile));
  });

  test('cut inside a member: refused in one line, or as much as there is', () => {
    const whole = readFileSync(join(FOLDER, 'tiered.jreads'));
    const path = join(folder, 'cut.jreads');
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length * 0.9)));
    expect(() => replayRecording(path)).toThrow(/breaks off/);
    const { profile, complete, bugs } = replayRecording(path, { allowBrokenOff: true });
    expect([complete, bugs]).toEqual([false, []]);
    expectGolden('recordings/truncated.expected.txt', profileText(profile));
  });

  test('memory that is gone from the second sample on', () => {
    let samples = 0;
    const nothing = new Map<string, string>();
    const lines = linesOf('tiered').flatMap((line) => {
      if (line.startsWith('["s",')) samples += 1;
      if (line.startsWith('["?",') && /,"(read|alive)"/.test(line)) nothing.set(String((JSON.parse(line) as unknown[])[1]), line.includes('"alive"') ? 'alive' : 'read'); // prettier-ignore
      const question = /^\["!",(\d+),/.exec(line)?.[1];
      return samples > 1 && question !== undefined && nothing.get(question) === 'read' ? [] : [line];
    });
    const answers = lines.filter((line) => line.startsWith('["!",')).length;
    const end = lines.findIndex((line) => line.startsWith('["end",'));
    lines[end] = JSON.stringify(['end', samples, answers]);
    const { profile, bugs } = replayRecording(recordingOf(lines));
    expect(bugs).toEqual([]);
    assertProfileIntegrity(profile);
    expect(profile.samples.stack.length).toBe(samples);
  });
});

/** Cases per recording; the whole takes some seconds. */
const CASES = 25;

describe('answers with flipped bits, cut short, or gone: every sample has an outcome', () => {
  test.each(RECORDINGS)(
    '%s',
    (file) => {
      const lines = linesOf(nameOf(file));
      const values = lines.flatMap((line, i) => (/^\["=",\d+,"[A-Za-z0-9+/]{8,}=*"\]$/.test(line) ? [i] : []));
      const samples = lines.filter((line) => line.startsWith('["s",')).length;
      const damage = fc.record({ which: fc.nat(values.length - 1), at: fc.nat(1 << 16), bit: fc.nat(7), how: fc.constantFrom('flip', 'flip', 'flip', 'ones', 'none') }); // prettier-ignore
      fc.assert(
        fc.property(fc.array(damage, { minLength: 1, maxLength: 40 }), (damages) => {
          const changed = [...lines];
          for (const { which, at, bit, how } of damages) {
            const index = values[which] ?? 0;
            const [kind, id, value] = JSON.parse(changed[index] ?? '[]') as [string, number, string | null];
            if (value === null) continue;
            const bytes = Buffer.from(value, 'base64');
            const offset = at % bytes.length;
            if (how === 'ones') bytes.fill(0xff, offset - (offset % 8), Math.min(bytes.length, offset - (offset % 8) + 8));
            else bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
            changed[index] = JSON.stringify([kind, id, how === 'none' ? null : bytes.toString('base64')]);
          }
          const startMs = performance.now();
          try {
            const { profile, bugs } = replayRecording(recordingOf(changed));
            expect(bugs).toEqual([]);
            expect(profile.samples.stack.length).toBe(samples);
            assertProfileIntegrity(profile);
          } catch (error) {
            // A stack chunk or an answer that is null where bytes must be: the recording is refused, in one line.
            if (!(error instanceof OperatorError)) throw error;
          }
          expect(performance.now() - startMs).toBeLessThan(10_000);
        }),
        { numRuns: CASES },
      );
    },
    120_000,
  );
});
