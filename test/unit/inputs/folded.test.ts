import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FOLDED_READER, parseFoldedLine } from '../../../src/inputs/folded.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { FrameKind } from '../../../src/model/frame.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { FOLDED_FORMAT, FOLDED_KINDS_FORMAT } from '../../../src/outputs/folded.ts';
import { anyText } from '../../support/any-text.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { bytesOf, chunksOf, frame, HOSTILE_NAMES, profileOf, recording } from '../../support/recordings.ts';

const read = (text: string | Uint8Array, chunkBytes = 7): Promise<Recording> =>
  FOLDED_READER.read(chunksOf(text, chunkBytes), 'x.folded');
const written = (of: Recording, format = FOLDED_FORMAT): string => bytesOf(format, of, { byThread: true }).toString();

async function kindsOf(text: string): Promise<Record<string, FrameKind>> {
  const { profile } = await read(text);
  return Object.fromEntries(profile.frames.frames.map(({ name, kind }) => [name, kind]));
}

test("async-profiler's suffixes are kinds", async () => {
  expect(await kindsOf('start;A.a_[0];A.b_[1];A.c_[j];A.d_[i];sys_read_[k] 1\n')).toEqual({
    start: 'native', 'A.a': 'interpreted', 'A.b': 'c1', 'A.c': 'c2', 'A.d': 'inlined', sys_read: 'kernel',
  }); // prettier-ignore
});

test('without suffixes the form of a name tells Java from native code, and marks from both', async () => {
  const java = [
    'java/lang/Thread.run',
    'Main.main',
    'a/b/C$$Lambda/0x7f.accept',
    'a/C$$Lambda$4.0x7f.apply',
    'C$$Lambda$47+0x....compare',
    'a/B.<init>',
    'a/B.run:12',
  ];
  const native = [
    'libc.so.6',
    'std::foo',
    'f.part.0',
    'memcpy@plt',
    'foo.cold',
    '[libx.so+0x1f]',
    'operator()',
    'x',
    '_[k]',
    'B::b(int)',
  ];
  const marks = ['[native gap]', '[unfinished: stack-cut]', '[target exited]', '[unresolved: too many names]'];
  const kinds = await kindsOf([...java, ...native, ...marks].map((name) => `${name} 1\n`).join(''));
  for (const name of java) expect(kinds[name], name).toBe('c2');
  for (const name of native) expect(kinds[name], name).toBe('native');
  for (const name of marks) expect(kinds[name], name).toBe('marker');
});

describe('what async-profiler really wrote (test/fixtures/async-profiler)', () => {
  const framesOf = async (name: string): Promise<Recording> =>
    read(readFileSync(`test/fixtures/async-profiler/${name}.collapsed`), 1 << 16);
  test.each(['plain', 'threads', 'threads-annotated', 'threads-annotated-signatures', 'threads-annotated-libraries'])(
    '%s: Java is Java, methods have their names alone',
    async (name) => {
      const { profile, facts } = await framesOf(name);
      expect(facts.problems).toEqual([]);
      const methods = profile.frames.frames.filter(({ name: text }) => text.startsWith('java/'));
      expect(methods.length).toBeGreaterThan(3);
      for (const { name: text, kind } of methods) {
        expect(text).not.toMatch(/[(`|;]/);
        expect(['interpreted', 'c1', 'c2', 'inlined'], text).toContain(kind);
      }
      expect(profile.threads.map(({ name: thread }) => thread.replace(/\d$/, '')).slice(0, 1)).toEqual([name === 'plain' ? '' : 'streams-']); // prettier-ignore
    },
  );

  test('libraries and signatures are facts of the frame', async () => {
    const { profile } = await framesOf('threads-annotated-libraries');
    const of = (name: string): unknown => profile.frames.frames.find((one) => one.name === name);
    expect(of('JavaCalls::call_helper')).toMatchObject({ kind: 'vm', library: 'libjvm.so' });
    expect(of('start_thread')).toMatchObject({ kind: 'native', library: 'libc.so.6' });
    const signed = await framesOf('threads-annotated-signatures');
    expect(signed.profile.frames.frames.find(({ name }) => name === 'java/util/stream/ReferencePipeline.collect')).toMatchObject({
      kind: 'c2',
      signature: '(Ljava/util/stream/Collector;)Ljava/lang/Object;',
    });
  });

  test('without suffixes signatures tell Java, too; what only looks like one stays', async () => {
    expect(await kindsOf('a/B.run()V;a/B.f([[ILx/Y|)J;operator()V;B::b(int)X;f`g;/x.so`g 1\n')).toEqual({
      'a/B.run': 'c2', 'a/B.f': 'c2', operator: 'native', 'B::b(int)X': 'native', 'f`g': 'native', '/x.so`g': 'native',
    }); // prettier-ignore
  });
});

test('threads, comments, Windows line ends, an end without a line end', async () => {
  const { profile, facts } = await read('# comment\r\n[pool 1 tid=7];a;b 2\r\n\r\n[x tid=8] 1\n[pool 1 tid=7];a;b 3\na;b c 4');
  expect(facts.problems).toEqual([]);
  expect(profile.threads.map(({ name, tid }) => [name, tid])).toEqual([['pool 1', 7], ['', 0]]); // prettier-ignore
  expect(profile.samples.weight).toEqual([5, 1, 4]);
  assertProfileIntegrity(profile);
});

describe('bad input', () => {
  test('bad lines are counted, the rest is read', async () => {
    const { profile, facts } = await read('a;b 1\nno count\n 3\n;; 4\na;b x1\n7\na;b -2\nc 99999999999999999999\na;b 0\na 2\n');
    expect(profile.samples.weight).toEqual([1, 2]);
    expect(facts.problems).toEqual(['lines that are no folded stack: 7, the first is line 2']);
  });

  test('nothing but bad lines is no profile', async () => {
    await expect(read('some\ntext\n')).rejects.toThrow(OperatorError);
  });

  test('any bytes end in a recording or an error of the operator', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), anyText()),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, chunk) => {
          const found = await read(typeof bytes === 'string' ? bytes : Buffer.from(bytes), chunk).catch((error: unknown) => {
            expect(error).toBeInstanceOf(OperatorError);
            return null;
          });
          if (found !== null) assertProfileIntegrity(found.profile);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('round trip', () => {
  const name = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), anyText({ minLength: 1, maxLength: 12 }));
  const kind = fc.constantFrom<FrameKind>('c2', 'c1', 'interpreted', 'inlined', 'kernel', 'native', 'vm', 'stub');
  const stacks = fc.array(fc.array(fc.tuple(name, kind), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });

  test.each([FOLDED_FORMAT, FOLDED_KINDS_FORMAT])('$name: written, read, written again is the same text', async (format) => {
    await fc.assert(
      fc.asyncProperty(stacks, fc.constantFrom(1, 13, 1 << 16), name, async (drawn, chunk, threadName) => {
        const profile = profileOf(
          drawn.map((frames) => frames.map(([text, of]) => frame(text, { kind: of }))),
          threadName,
        );
        const text = written(recording(profile), format);
        const again = await read(text, chunk);
        expect(again.facts.problems).toEqual([]);
        assertProfileIntegrity(again.profile);
        // What had a kind's suffix keeps it as a kind: only the format that has kinds gives it back.
        expect(written(again, FOLDED_KINDS_FORMAT).replaceAll('_[j]', '')).toBe(text.replaceAll('_[j]', ''));
      }),
      { numRuns: 60 },
    );
  });
});

test('a line that is too long is left out, and told', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a 1\n');
    for (let i = 0; i < 40; i += 1) yield await Promise.resolve(Buffer.alloc(1 << 20, 'x;'));
    yield Buffer.from(' 3\nb 2\n');
  }
  const { profile, facts } = await FOLDED_READER.read(endless(), 'x');
  expect(profile.samples.weight).toEqual([1, 2]);
  expect(facts.problems).toEqual(['lines longer than 16 MiB: 1, the first is behind line 1']);
});

test('twenty thousand distinct frames (a million: test/volume)', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `main;pkg/Cls${i >> 7}.method${i} 1\n`).join('');
  const { profile, facts } = await read(lines, 1 << 16);
  expect(profile.frames.frames.length).toBe(20_001);
  expect(facts.problems).toEqual([]);
});

test('one line', () => {
  expect(parseFoldedLine('a;b c 12')).toEqual({ stack: 'a;b c', count: 12 });
  for (const line of ['', '12', ' 12', 'a12', 'a ', 'a\t1']) expect(parseFoldedLine(line), line).toBe(null);
});
