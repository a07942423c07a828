// Recordings of reads as files (`.jreads`): lines that say something else, are missing or doubled, through the whole replay.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { replayRecording } from '../../../src/app/replay.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { hostileName } from '../hostile-values.ts';
import { checkOneOutput } from '../oracles/check-outputs.ts';
import { checkProfile } from '../oracles/check-profile.ts';
import { mutationCount, type Random } from '../random.ts';
import { RECORDINGS } from '../recorded-world.ts';
import { check, type FuzzCase, type FuzzTarget, type Mutation, type Subject } from '../target.ts';

const VALUES = [
  '-1',
  '0',
  '1e300',
  '18446744073709551615',
  'null',
  '"x"',
  '[]',
  '{}',
  'true',
  '281474976710655',
  '4096',
  '0.5',
  '"AAAA"',
];
const MAX_MUTATIONS = 12;
const NUMBER_OR_TEXT = /(?<=[:[,])(-?\d+|"(?:[^"\\]|\\.)*"(?!:)|true|false|null)(?=[,\]}])/g;

class ReadsSubject implements Subject {
  readonly #lines = new Map<string, readonly string[]>();

  make(random: Random): FuzzCase {
    const base = random.pick(RECORDINGS) ?? '';
    const lines = this.#of(base).length;
    const mutations = Array.from({ length: mutationCount(random, MAX_MUTATIONS) }, (): Mutation => {
      const line = random.below(lines);
      const choice = random.below(10);
      if (choice < 6) return ['value', line, random.below(1000), random.oneIn(4) ? JSON.stringify(hostileName(random)) : (random.pick(VALUES) ?? '')];
      if (choice < 8) return ['base64', line, random.below(1 << 16), random.below(256)];
      return choice < 9 ? ['drop', line] : ['double', line];
    });
    return { base, mutations: [...mutations, ['output', random.below(1024)]] };
  } // prettier-ignore

  run({ base, mutations }: FuzzCase): string {
    const lines = [...this.#of(base)];
    for (const [kind, at = 0, ...parts] of mutations) {
      const line = lines[Number(at)];
      if (kind === 'output' || line === undefined) continue;
      if (kind === 'value') lines[Number(at)] = replaced(line, Number(parts[0]), String(parts[1]));
      else if (kind === 'base64') lines[Number(at)] = spoilt(line, Number(parts[0]), Number(parts[1]));
      else lines[Number(at)] = kind === 'drop' ? '' : `${line}\n${line}`;
    }
    const folder = mkdtempSync(join(tmpdir(), 'jtrace-fuzz-reads-'));
    try {
      const file = join(folder, 'x.jreads');
      writeFileSync(file, gzipSync(`${lines.filter((line) => line !== '').join('\n')}\n`, { level: 1 }));
      const { profile, bugs, complete } = replayRecording(file, { allowBrokenOff: true });
      check(bugs.length === 0, () => `a bug: ${String(bugs[0])}`);
      checkProfile(profile);
      checkOneOutput(profile, Number(mutations.find(([kind]) => kind === 'output')?.[1] ?? 0));
      return complete ? 'replayed' : 'replayed, broken off';
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return 'refused';
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #of(base: string): readonly string[] {
    let lines = this.#lines.get(base);
    if (lines === undefined) {
      const file = join(REPOSITORY, 'test/fixtures/recordings', base);
      lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
      this.#lines.set(base, lines);
    }
    return lines;
  }
}

function replaced(line: string, place: number, value: string): string {
  const places = [...line.matchAll(NUMBER_OR_TEXT)];
  const found = places[place % Math.max(1, places.length)];
  return found === undefined ? line : `${line.slice(0, found.index)}${value}${line.slice(found.index + found[0].length)}`;
}

/** One byte of the memory in a line. */
function spoilt(line: string, at: number, byte: number): string {
  const [, before = '', base64 = ''] = /^(\["=",\d+,")([A-Za-z0-9+/=]{8,})"\]$/.exec(line) ?? [];
  if (base64 === '') return line;
  const bytes = Buffer.from(base64, 'base64');
  bytes[at % bytes.length] = byte;
  return `${before}${bytes.toString('base64')}"]`;
}

export const READS: FuzzTarget = {
  name: 'reads',
  does: 'recordings of reads as files, line by line',
  weight: 1,
  limits: { steps: 400_000_000, blockBytes: 64 << 20, allocatedBytes: 2 ** 31 },
  open: () => new ReadsSubject(),
};
