// Perf maps as they grow: pieces that end anywhere, lines that overlap, claim the whole address space, or are none.

import { PerfMap } from '../../../src/target/perf-map/perf-map.ts';
import { makeTextMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';

const TEXT = [
  '7f1b00001000 40 Builtin:CallFunction',
  '7f1b00001040 20 LazyCompile:~a file:///x.js:1',
  '0x7f1b00001020 0x80 [IL_STUB] b',
  '7f1b00001000 10 later one at the same place',
  'ffffffffffffffff ffffffffffffffff c',
  '7f1b00002000 4000000 whole 64 MiB',
  '',
].join('\n');
const LETTERS = [...Array.from('0123456789abcdef'), ' ', '\n', '0x', '7f1b00001000 ', ' 40 ', '\0', '\r'];
const MAX_MUTATIONS = 6;
const MAX_NAME_CHARACTERS = 1024;

class PerfMapSubject implements Subject {
  make(random: Random): FuzzCase {
    const mutations = Array.from({ length: mutationCount(random, MAX_MUTATIONS) }, () => makeTextMutation(random, TEXT.length, LETTERS)); // prettier-ignore
    return { base: 'perf map', mutations: [...mutations, ['pieces', random.pick([1, 7, 64, 1 << 20])]] };
  }

  run({ mutations }: FuzzCase): string {
    const bytes = mutateBytes(Buffer.from(TEXT), mutations);
    const pieceBytes = Number(mutations.find(([kind]) => kind === 'pieces')?.[1] ?? 64);
    const map = new PerfMap();
    let found = 0;
    for (let at = 0; at < bytes.length; at += Math.max(pieceBytes, bytes.length >> 6)) {
      map.add(bytes.subarray(at, at + Math.max(pieceBytes, bytes.length >> 6)));
      for (const address of [0, 0x7f1b_0000_1000, 0x7f1b_0000_1044, 0x7f1b_0000_2001, 2 ** 64]) {
        const one = map.find(address);
        if (one === null) continue;
        found += 1;
        check(one.start <= address && one.start + one.sizeBytes > address, () => 'a function that does not cover its address');
        check(one.name.length <= MAX_NAME_CHARACTERS, () => `a name of ${String(one.name.length)} characters`);
        check(!one.name.includes('\n'), () => 'a name of two lines');
      }
    }
    check(map.length === bytes.length, () => `${String(map.length)} of ${String(bytes.length)} bytes taken`);
    check(map.lines <= bytes.length, () => `${String(map.lines)} lines`);
    return found === 0 ? 'nothing found' : 'functions found';
  }
}

export const PERF_MAP: FuzzTarget = {
  name: 'perf-map',
  does: 'perf maps as they grow',
  weight: 100,
  limits: { steps: 4_000_000, blockBytes: 4 << 20, allocatedBytes: 64 << 20 },
  open: () => new PerfMapSubject(),
};
