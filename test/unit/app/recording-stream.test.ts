// A recording that grows: readable after every turn, in the place and with the owner and mode of what was there, and told when not.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordingStream } from '../../../src/app/recording-stream.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { type AnySample, addSample, FACTS, frameOf, samplesOf } from '../../support/sample-recordings.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'jtrace-stream-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sampleAt = (second: number): AnySample => ({
  frames: [frameOf(`leaf${String(second)}`), frameOf('main')],
  outcome: { kind: 'complete' },
  tid: 1,
  timeNs: second * 1e9,
  pc: 1,
  weight: 1,
});
const read = (path: string) => decodeRecording(readFileSync(path), path);

test('readable after every turn; whole at the end', () => {
  const path = join(folder, 'x.jtrace');
  const [builder, stream] = [createProfileBuilder('samples'), new RecordingStream(path)];
  stream.append({ profile: builder.current(), facts: FACTS });
  expect(read(path).profile.samples.stack).toEqual([]);
  for (const second of [1, 2, 3]) {
    addSample(builder, sampleAt(second));
    stream.append({ profile: builder.current(), facts: FACTS });
    expect(samplesOf(read(path))).toHaveLength(second);
    expect(read(path).facts.problems).toHaveLength(1);
  }
  const size = statSync(path).size;
  stream.append({ profile: builder.current(), facts: FACTS });
  expect(statSync(path).size).toBe(size);
  const written = stream.finish({ profile: builder.build(), facts: FACTS });
  expect(written).toEqual({ path, format: 'jtrace', bytes: statSync(path).size, problem: null });
  expect(read(path)).toEqual({ profile: builder.build(), facts: FACTS });
  expect(readdirSync(folder)).toEqual(['x.jtrace']);
});

test('through a link to the file that is meant; its mode stays; nothing is made before there is something', () => {
  const [path, link] = [join(folder, 'x.jtrace'), join(folder, 'link.jtrace')];
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  symlinkSync(path, link);
  const stream = new RecordingStream(link);
  expect(readFileSync(path, 'utf8')).toBe('old');
  const { problem } = stream.finish({ profile: createProfileBuilder('samples').build(), facts: FACTS });
  expect(problem).toBeNull();
  expect(read(path).facts).toEqual(FACTS);
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test('a folder that is not there yet: tried again, and told when it never comes', () => {
  const path = join(folder, 'later/x.jtrace');
  const builder = createProfileBuilder('samples');
  const lost = new RecordingStream(path).finish({ profile: builder.build(), facts: FACTS });
  expect(lost.problem).toMatch(/ENOENT|no such/i);
  const stream = new RecordingStream(path);
  stream.append({ profile: builder.current(), facts: FACTS });
  addSample(builder, sampleAt(1));
  mkdirSync(join(folder, 'later'));
  stream.append({ profile: builder.current(), facts: FACTS });
  expect(samplesOf(read(path))).toHaveLength(1);
  expect(stream.finish({ profile: builder.current(), facts: FACTS }).problem).toBeNull();
});

test('removed while it is written: told', () => {
  const path = join(folder, 'x.jtrace');
  const recording = { profile: createProfileBuilder('samples').build(), facts: FACTS };
  const stream = new RecordingStream(path);
  stream.append(recording);
  rmSync(path);
  expect(stream.finish(recording).problem).toBe('the file was removed while it was written');
  expect(existsSync(path)).toBe(false);
});

test('a file that may grow no more: whole units stay, the rest is tried at every turn, and told', () => {
  const [path, script] = [join(folder, 'x.jtrace'), join(folder, 'write.ts')];
  const from = (module: string): string => JSON.stringify(join(REPOSITORY, module));
  writeFileSync(
    script,
    `import { RecordingStream } from ${from('src/app/recording-stream.ts')};
     import { createProfileBuilder } from ${from('src/profile/profile-builder.ts')};
     import { addSample, FACTS, frameOf } from ${from('test/support/sample-recordings.ts')};
     const [builder, stream] = [createProfileBuilder('samples'), new RecordingStream(${JSON.stringify(path)})];
     for (let second = 0; second < 100; second += 1) {
       addSample(builder, { frames: [frameOf('f' + Math.random())], outcome: { kind: 'complete' }, tid: 1, timeNs: second * 1e9, pc: 1, weight: 1 });
       stream.append({ profile: builder.current(), facts: FACTS });
     }
     const { bytes, problem } = stream.finish({ profile: builder.build(), facts: FACTS });
     console.log(bytes + ' ' + problem);`,
  );
  const line = `trap '' XFSZ; ulimit -f 8; exec ${process.execPath} --import tsx ${script}`;
  const told = execFileSync('bash', ['-c', line], {
    encoding: 'utf8',
    cwd: REPOSITORY,
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  const size = statSync(path).size;
  expect(told).toBe(`${String(size)} larger than a file may be here\n`);
  expect(size).toBeLessThanOrEqual(8192);
  const { facts, profile } = read(path);
  expect(facts.problems).toEqual([
    expect.stringMatching(`^the file ends early, at byte ${String(size)} .*: jtrace still writes it, was killed, `),
  ]);
  expect(profile.samples.timeNs).toEqual(profile.samples.stack.map((_, second) => second * 1e9));
  expect(profile.samples.stack.length).toBeGreaterThan(10);
  expect(readdirSync(folder).sort()).toEqual(['write.ts', 'x.jtrace']);
});

test('full a little before no reader takes it', () => {
  const [builder, stream] = [createProfileBuilder('samples'), new RecordingStream(join(folder, 'x.jtrace'), 1000)];
  stream.append({ profile: builder.current(), facts: FACTS });
  expect(stream.isFull).toBe(false);
  for (let second = 0; second < 200; second += 1) addSample(builder, sampleAt(second));
  stream.append({ profile: builder.current(), facts: FACTS });
  expect(stream.isFull).toBe(true);
  stream.finish({ profile: builder.current(), facts: FACTS });
});
