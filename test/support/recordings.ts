// Recordings for tests of formats and readers: made of drawn profiles, rendered to bytes, read back.

import type { Frame } from '../../src/model/frame.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Recording, RecordingFacts } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import type { OutputFormat, RenderOptions } from '../../src/outputs/format.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';

export const PLAIN: RenderOptions = { byThread: false, lines: false, native: true };

const RESOURCES = { pageAssets: () => ({ script: '', style: '' }) };

/** Whatever a target can call its methods. */
export const HOSTILE_NAMES: readonly string[] = [
  'a;b',
  'a\nb 7',
  '</script><script>alert(1)</script>',
  ']]> <!-- & "\'',
  '\u0000\u0001\u001b[31mred\u0007',
  '\u202egnirts\u2028',
  'n'.repeat(60_000),
  '\n'.repeat(5000),
  '\u{1F600}'.repeat(3000),
  '\ud800 alone',
  '\ufffe\uffff',
  '__proto__',
  '_[k]',
  ' ',
];

export function frame(name: string, parts: Partial<Frame> = {}): Frame {
  return { kind: 'c2', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
}

export function recording(profile: Profile, facts: Partial<RecordingFacts> = {}): Recording {
  const known = {
    source: 'jtrace',
    title: 'Test',
    startedAtMs: null,
    startNs: 0,
    hasTimes: true,
    run: null,
    problems: [],
  } as const;
  return { profile, facts: { ...known, ...facts } };
}

/** What a run at a rate knows of itself, and nothing more. */
export function runFacts(rateHz: number): NonNullable<RecordingFacts['run']> {
  return {
    targets: [],
    isWholeMachine: false,
    kernel: '',
    bpftraceVersion: '',
    rateHz,
    event: null,
    durationMs: 1000,
    end: 'duration',
    lostEvents: 0,
    brokenSamples: 0,
    reduction: null,
  };
}

/** One sample for each stack (leaf first), each in a thread of its own tid. */
export function profileOf(stacks: readonly (readonly Frame[])[], threadName = 'main'): Profile {
  const builder = createProfileBuilder('samples');
  stacks.forEach((frames, i) => {
    const [pid, tid] = [asPid(100), asTid(101 + (i % 3))];
    builder.add({ pid, tid, timeNs: i * 1000, pc: 0, weight: i + 1 }, { frames, outcome: { kind: 'complete' }, hasJava: true });
    builder.nameThread(pid, tid, threadName);
  });
  return builder.build();
}

/** A profile that has every hostile name as a frame, alone and under another, and as a thread's name. */
export function hostileProfile(): Profile {
  const frames = HOSTILE_NAMES.map((name) => frame(name, { library: name, kind: 'native' }));
  return profileOf([...frames.map((one) => [one, frame('main')]), ...frames.map((one) => [one])], HOSTILE_NAMES[2]);
}

export function bytesOf(format: OutputFormat, of: Recording, options: Partial<RenderOptions> = {}): Buffer {
  const pieces = [...format.render(of, { ...PLAIN, ...options }, RESOURCES)];
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** Bytes as they come from a file, in pieces that respect nothing. */
export async function* chunksOf(bytes: Uint8Array | string, chunkBytes = 7): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(bytes);
  for (let at = 0; at < all.length; at += chunkBytes) yield await Promise.resolve(all.subarray(at, at + chunkBytes));
}
