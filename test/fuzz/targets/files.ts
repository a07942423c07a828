// Files of profiles that jtrace reads: its own `.jtrace`, folded stacks, pprof, `perf script`. Bytes anywhere; of `.jtrace` the values inside
// its JSON, too. What is taken must be a whole profile, and safe in every output.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FOLDED_READER } from '../../../src/inputs/folded.ts';
import { PERF_SCRIPT_READER } from '../../../src/inputs/perf-script.ts';
import { PPROF_READER } from '../../../src/inputs/pprof.ts';
import type { RecordingReader } from '../../../src/inputs/reader.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { PPROF_FORMAT } from '../../../src/outputs/pprof.ts';
import { RECORDING_FORMAT } from '../../../src/outputs/recording.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { beginsAsRecording, packUnit, unpackUnits } from '../../../src/recording/units.ts';
import { bytesOf, frame, hostileProfile, profileOf, recording, runFacts } from '../../support/recordings.ts';
import { makeByteMutation, makeTextMutation, mutateBytes } from '../byte-mutations.ts';
import { hostileName } from '../hostile-values.ts';
import { checkOneOutput } from '../oracles/check-outputs.ts';
import { checkProfile } from '../oracles/check-profile.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Mutation, type Subject } from '../target.ts';
import { REPOSITORY } from '../../support/repository.ts';

const fixture = (name: string): Buffer => readFileSync(join(REPOSITORY, 'test/fixtures', name));
const MAX_MUTATIONS = 6;
/** Outputs cost more than reading. */
const OUTPUT_EVERY = 4;
const withOutput = (random: Random, mutations: readonly Mutation[]): readonly Mutation[] => random.oneIn(OUTPUT_EVERY) ? [...mutations, ['output', random.below(1024)]] : mutations; // prettier-ignore

/** A refusal is one line for a person. */
function refused(error: unknown): string {
  if (!(error instanceof OperatorError)) throw error;
  check(/^[^\n\u001b]+$/.test(error.message), () => `a message of more than one line: ${JSON.stringify(error.message)}`);
  return 'refused';
}

function taken({ profile, facts }: Recording, mutations: readonly Mutation[]): string {
  checkProfile(profile);
  check(
    facts.problems.every((problem) => problem.length <= 2000),
    () => 'a problem of too many characters',
  );
  const output = mutations.find(([kind]) => kind === 'output')?.[1];
  if (output !== undefined) checkOneOutput(profile, Number(output));
  return facts.problems.length > 0 ? 'taken, with problems' : 'taken';
}

class ReaderSubject implements Subject {
  readonly #reader: RecordingReader;
  readonly #bases: Readonly<Record<string, Buffer>>;
  readonly #letters: readonly string[];

  constructor(reader: RecordingReader, bases: Readonly<Record<string, Buffer>>, letters: readonly string[]) {
    this.#reader = reader;
    this.#bases = bases;
    this.#letters = letters;
  }

  make(random: Random): FuzzCase {
    const base = random.pick(Object.keys(this.#bases)) ?? '';
    const length = this.#bases[base]?.length ?? 0;
    const mutations = Array.from({ length: mutationCount(random, MAX_MUTATIONS) }, () => this.#letters.length > 0 ? makeTextMutation(random, length, this.#letters) : makeByteMutation(random, length, [], [length])); // prettier-ignore
    return { base, mutations: withOutput(random, mutations) };
  }

  async run({ base, mutations }: FuzzCase): Promise<string> {
    const bytes = mutateBytes(this.#bases[base] ?? Buffer.alloc(0), mutations);
    for (const { recognizes } of [FOLDED_READER, PERF_SCRIPT_READER, PPROF_READER]) recognizes(bytes);
    beginsAsRecording(bytes);
    try {
      return taken(await this.#reader.read(pieces(bytes), 'a file'), mutations);
    } catch (error) {
      return refused(error);
    }
  }
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  const half = bytes.length >> 1;
  yield await Promise.resolve(bytes.subarray(0, half));
  yield bytes.subarray(half);
}

const LIMITS = { steps: 20_000_000, blockBytes: 64 << 20, allocatedBytes: 256 << 20 };

export const FOLDED: FuzzTarget = {
  name: 'folded',
  does: 'folded stacks',
  weight: 40,
  limits: LIMITS,
  open: () => {
    const asyncProfiler = readdirSync(join(REPOSITORY, 'test/fixtures/async-profiler')).filter((name) =>
      name.endsWith('.collapsed'),
    );
    const names = ['profiles/before.folded', 'profiles/partly.folded', ...asyncProfiler.map((name) => `async-profiler/${name}`)];
    const letters = [';', ' ', '\n', '0', '1', '9', '_[j]', '_[k]', '[x tid=7]', '`', '(', ')', 'lib.so`', '\r\n', '#'];
    return new ReaderSubject(FOLDED_READER, Object.fromEntries(names.map((name) => [name, fixture(name)])), letters);
  },
};

export const PERF_SCRIPT: FuzzTarget = {
  name: 'perf-script',
  does: 'what perf script prints',
  weight: 12,
  limits: LIMITS,
  open: () => {
    const names = readdirSync(join(REPOSITORY, 'test/fixtures/perf-script')).filter((name) => name.endsWith('.txt'));
    const letters = ['\n', '\n\n', ' ', '\t', ':', '[001]', '1.000001:', 'cycles:', ' (', ')', '(deleted)', '+0x', 'f', '0', '->', 'Lx;::y', '[unknown]', '(inlined)', '/tmp/perf-1.map'];
    return new ReaderSubject(PERF_SCRIPT_READER, Object.fromEntries(names.map((name) => [name, fixture(`perf-script/${name}`)])), letters);
  },
}; // prettier-ignore

export const PPROF: FuzzTarget = {
  name: 'pprof',
  does: 'pprof files',
  weight: 60,
  limits: LIMITS,
  open: () => {
    const own = gunzipSync(bytesOf(PPROF_FORMAT, recording(profileOf([[frame('a'), frame('b', { kind: 'inlined' }), frame('main')], [frame('k', { kind: 'kernel' })]]), { run: runFacts(99) }))); // prettier-ignore
    const heap = fixture('profiles/heap.pprof');
    const plain = heap[0] === 0x1f ? gunzipSync(heap) : heap;
    return new ReaderSubject(PPROF_READER, { own, 'heap.pprof': plain }, []);
  },
};

const VALUES = ['-1', '0', '1', '2', '1.5', '1e-7', '1e300', '1e400', 'null', '[]', '{}', '""', '[0]', '[[0]]', '4294967296', '9007199254740992', '16777217', '1048577', '"c2"', 'true', '"constructor"', '{"__proto__":1}']; // prettier-ignore

/** `.jtrace`: its bytes, or a value of the JSON in one of its units. */
class JtraceSubject implements Subject {
  readonly #bases: ReadonlyMap<string, { readonly bytes: Buffer; readonly texts: readonly string[] }>;

  constructor() {
    const names = ['small', 'cut', 'damaged', 'no-samples', 'other-unit', 'spoilt', 'later'].map((name) => `jtrace/${name}.jtrace`);
    const made = { hostile: hostileProfile(), plain: profileOf([[frame('a/B.c'), frame('main')], [frame('x', { kind: 'kernel' })]]) };
    const bases = [
      ...names.map((name) => [name, fixture(name)] as const),
      ...Object.entries(made).map(([name, profile]) => [name, Buffer.concat([...encodeAll(recording(profile, { run: runFacts(99) }))])] as const),
    ];
    this.#bases = new Map(bases.map(([name, bytes]) => [name, { bytes, texts: textsOf(bytes) }]));
  } // prettier-ignore

  make(random: Random): FuzzCase {
    const base = random.pick([...this.#bases.keys()]) ?? '';
    const { bytes, texts } = this.#bases.get(base) ?? { bytes: Buffer.alloc(0), texts: [] };
    const inJson = texts.length > 0 && !random.oneIn(4);
    const mutations = Array.from({ length: mutationCount(random, MAX_MUTATIONS) }, (): Mutation => {
      if (!inJson) return makeByteMutation(random, bytes.length, [], [bytes.length]);
      const [unit, place] = [random.below(texts.length), random.below(1 << 16)];
      // One of its own kind is what is taken.
      if (!random.oneIn(3))
        return ['same', unit, place, random.pick([0, 1, 2, 3, 5, 2 ** 31, 2 ** 40]), JSON.stringify(hostileName(random))];
      return ['value', unit, place, random.pick(VALUES) ?? ''];
    });
    return { base, mutations: withOutput(random, mutations) };
  }

  run({ base, mutations }: FuzzCase): string {
    const { bytes, texts } = this.#bases.get(base) ?? { bytes: Buffer.alloc(0), texts: [] };
    const values = mutations.filter(([kind]) => kind === 'value' || kind === 'same');
    const units = texts.map((text, unit) => values.filter((value) => value[1] === unit).reduce(replacedValue, text));
    const file = values.length > 0 ? Buffer.concat(units.map(packUnit)) : mutateBytes(bytes, mutations);
    try {
      return taken(decodeRecording(file, 'a.jtrace'), mutations);
    } catch (error) {
      return refused(error);
    }
  }
}

const encodeAll = (of: Recording): Iterable<Uint8Array> => [bytesOf(RECORDING_FORMAT, of)];

function textsOf(bytes: Buffer): string[] {
  const texts: string[] = [];
  try {
    for (const { text } of unpackUnits(bytes)) texts.push(text);
  } catch {
    // A fixture that is damaged: what stands before that.
  }
  return texts;
}

/** Numbers, texts and words of JSON, each a place. */
const JSON_VALUE = /(?<=[:[,])(-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"(?!:)|true|false|null)(?=[,\]}])/g;

function replacedValue(text: string, [kind, , place = 0, value = '', name = '']: Mutation): string {
  const places = [...text.matchAll(JSON_VALUE)];
  const found = places[Number(place) % Math.max(1, places.length)];
  if (found === undefined) return text;
  const by = kind === 'same' && found[0].startsWith('"') ? name : value;
  return `${text.slice(0, found.index)}${String(by)}${text.slice(found.index + found[0].length)}`;
}

export const JTRACE: FuzzTarget = {
  name: 'jtrace',
  does: '.jtrace files: bytes, and values of the JSON inside',
  weight: 40,
  limits: LIMITS,
  open: () => new JtraceSubject(),
};
