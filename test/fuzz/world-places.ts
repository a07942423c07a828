// Where a change of a recorded world is seen: what its untouched walk read, the texts among it, words that mean something (stack, code,
// structures). Mutations are made from these.

import { AARCH64_REGISTERS, isAarch64, X86_64_REGISTERS } from '../../src/model/registers.ts';
import type { FrameTrace } from '../../src/model/frame.ts';
import type { RawSample } from '../../src/model/sample.ts';
import { hex, hostileName, hostileWord } from './hostile-values.ts';
import type { OverlayMemory } from './overlay-memory.ts';
import type { Random } from './random.ts';
import type { Mutation } from './target.ts';

interface Site {
  readonly address: number;
  readonly sizeBytes: number;
}

export interface Places {
  readonly sites: readonly Site[];
  /** Names of methods, classes, blobs. */
  readonly texts: readonly Site[];
  /** Addresses that mean something. */
  readonly words: readonly number[];
  /** Offsets of return addresses and frame pointers in the copied stack. */
  readonly slots: readonly number[];
  readonly stackBytes: number;
  readonly chunks: number;
  /** Names of the sample's registers, and of those that walks begin with. */
  readonly registers: readonly string[];
  readonly leading: readonly string[];
}

/** Shorter ones are numbers. */
const MIN_TEXT_BYTES = 4;

export function placesOf(
  sample: RawSample,
  reads: readonly Site[],
  traces: readonly (FrameTrace | null)[],
  memory: OverlayMemory,
): Places {
  const unique = new Map(reads.map((site) => [`${String(site.address)} ${String(site.sizeBytes)}`, site]));
  const sites = [...unique.values()].filter(({ sizeBytes, address }) => sizeBytes > 0 && memory.read(address, new Uint8Array(sizeBytes))); // prettier-ignore
  const texts = sites.filter(({ address, sizeBytes }) => {
    const bytes = new Uint8Array(Math.min(sizeBytes, 64));
    return sizeBytes >= MIN_TEXT_BYTES && memory.read(address, bytes) && bytes.subarray(0, MIN_TEXT_BYTES).every((byte) => byte >= 0x20 && byte < 0x7f); // prettier-ignore
  });
  const { chunks, end } = sample.stack;
  const start = chunks[0]?.address ?? 0;
  const points = traces.flatMap((trace) => (trace === null ? [] : [trace.pc, trace.sp, trace.fp]));
  const slots = traces.flatMap((trace) =>
    trace === null ? [] : [trace.sp - 8 - start, trace.sp - 16 - start, trace.fp - start],
  );
  const { anchor } = sample;
  return {
    sites,
    texts,
    words: [start, end, ...points, ...sites.map(({ address }) => address), anchor?.lastJavaSp ?? 0, anchor?.thread ?? 0],
    slots: slots.filter((slot) => slot >= 0),
    stackBytes: chunks.reduce((sum, { bytes }) => sum + bytes.length, 0),
    chunks: chunks.length,
    ...(sample.registers !== null && isAarch64(sample.registers)
      ? { registers: AARCH64_REGISTERS, leading: ['pc', 'sp', 'x29', 'x30', 'x20'] }
      : { registers: X86_64_REGISTERS, leading: ['rip', 'rsp', 'rbp', 'r13', 'rbx'] }),
  };
}

/** One change of memory that the walk is known to look at. */
export function makeMemoryMutation(random: Random, { sites, texts, words }: Places): Mutation {
  const { address, sizeBytes } = random.pick(sites) ?? { address: 0, sizeBytes: 8 };
  const at = address + random.below(sizeBytes);
  const aligned = address + 8 * random.below(Math.ceil(sizeBytes / 8));
  const other = random.pick(sites) ?? { address: 0, sizeBytes: 8 };
  const text = random.pick(texts) ?? other;
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
      return ['flip', at, random.below(8)];
    case 3:
    case 4:
    case 5:
      return ['word', aligned, hex(hostileWord(random, words))];
    case 6:
      return ['half', aligned + 4 * random.below(2), random.u32() >>> random.below(32)];
    case 7:
      // A structure that points to itself, or one before it.
      return ['word', aligned, hex(BigInt(random.pick([address, aligned, address - 8, other.address])))];
    case 8:
      return ['copy', other.address, address, Math.min(sizeBytes, other.sizeBytes)];
    case 9:
      return ['hole', at, random.pick([1, 8, 64, 4096])];
    case 10:
      return ['fill', at, random.pick([1, 2, 4, 8, 64, 512, 4096]), random.pick([0, 1, 0x40, 0x7f, 0x80, 0xc0, 0xff])];
    case 11:
    case 12:
      return ['text', text.address, text.sizeBytes, hostileName(random)];
    case 13:
      return ['symbol', text.address, random.pick([0, 1, 4, 255, 4096, 4097, 65_535]), hostileName(random)];
    case 14:
      return ['bytes', at, Array.from({ length: random.between(1, 8) }, () => random.below(256)).join()];
    default:
      return random.oneIn(3) ? ['ground', hex(hostileWord(random, words))] : ['flip', at, random.below(8)];
  }
}

function makeSampleMutation(random: Random, { words, slots, stackBytes, chunks, registers, leading }: Places): Mutation {
  const slot = (random.oneIn(3) ? undefined : random.pick(slots)) ?? 8 * random.below(Math.max(1, stackBytes / 8));
  switch (random.below(12)) {
    case 0:
    case 1:
      return ['register', random.pick(registers) ?? '', hex(hostileWord(random, words))];
    case 2:
      return ['register', random.pick(leading) ?? '', hex(hostileWord(random, words))];
    case 3:
    case 4:
    case 5:
      return ['stack', slot, hex(hostileWord(random, words))];
    case 6:
      // Frames that lead back to where they come from, and the same return address all the way.
      return ['stack-fill', slot - (slot % 8), random.between(2, 512), hex(hostileWord(random, words))];
    case 7:
      return random.oneIn(2) ? ['drop-chunk', random.below(chunks)] : ['unreadable', slot];
    case 8:
      return random.pick<Mutation>([['cut'], ['lost', random.below(100)], ['stack-end', hex(hostileWord(random, words))], ['shift', random.between(-9, 9)]]);
    case 9:
      return random.oneIn(4) ? ['no-anchor'] : ['anchor', random.pick(['thread', 'lastJavaSp', 'lastJavaPc', 'lastJavaFp']), hex(hostileWord(random, words))]; // prettier-ignore
    case 10:
      return random.pick<Mutation>([['comm', hostileName(random)], ['kernel', hostileName(random)], ['no-registers'], ['no-reread']]);
    default:
      return ['stack-copy', slot, 8 * random.below(Math.max(1, stackBytes / 8)), 8 * random.between(1, 64)];
  } // prettier-ignore
}

function makeAnswerMutation(random: Random, { words }: Places): Mutation {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return ['native-name', random.below(4), hostileName(random)];
    case 3:
      return ['native-range', random.below(4), hex(hostileWord(random, words)), hex(hostileWord(random, words))];
    case 4:
      return ['bias', random.below(4), hex(hostileWord(random, words))];
    case 5:
      return ['mapping', random.below(200), random.pick(['start', 'end', 'swap', 'path', 'none']), hex(hostileWord(random, words)), hostileName(random)]; // prettier-ignore
    case 6:
      return random.oneIn(3) ? ['no-library', random.below(4)] : makeRule(random);
    default:
      return ['dies-after', random.below(600)];
  }
}

const RULE_KINDS = ['saved', 'saved', 'undefined', 'same', 'register', 'saved-at', 'computed'];

function makeRule(random: Random): Mutation {
  const offset = (): number => random.pick([0, 8, -8, -16, 16, 64, 4096, 1, 2 ** 28, -(2 ** 28)]);
  const expression = makeExpression(random).join();
  return ['rule', random.below(3), random.between(-1, 17), offset(), expression, random.pick(RULE_KINDS) ?? '', offset()];
}

/** Operations of DWARF 5, 7.7.1: constants, the stack's, arithmetic, loads, jumps, registers; those that loops are made of more often. */
const OPERATIONS = [0x06, 0x08, 0x09, 0x0c, 0x0e, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x19, 0x1a, 0x1b, 0x1d, 0x1e, 0x22, 0x23, 0x24, 0x25, 0x26, 0x28, 0x2f, 0x30, 0x31, 0x4f, 0x76, 0x77, 0x92, 0x96]; // prettier-ignore

export function makeExpression(random: Random): number[] {
  // skip to where it stands: without a bound on steps it never ends.
  if (random.oneIn(6)) return [0x30, 0x2f, 0xfd, 0xff];
  return Array.from({ length: random.between(0, 24) }, () =>
    random.oneIn(3) ? random.below(256) : (random.pick(OPERATIONS) ?? 0),
  );
}

const MAX_MUTATIONS = 10;
/** Outputs cost more than a walk: they have a target of their own. */
const OUTPUT_EVERY = 6;

export function makeWorldMutations(random: Random, places: Places): readonly Mutation[] {
  const count = random.oneIn(3) ? 1 : random.between(1, MAX_MUTATIONS);
  const changes = Array.from({ length: count }, (): Mutation => {
    const choice = random.below(10);
    if (choice < 5) return makeMemoryMutation(random, places);
    if (choice < 8) return makeSampleMutation(random, places);
    if (choice < 9) return makeAnswerMutation(random, places);
    return ['later', ...(random.oneIn(4) ? makeSampleMutation(random, places) : makeMemoryMutation(random, places))];
  });
  return random.below(OUTPUT_EVERY) === 0 ? [...changes, ['output', random.below(1024)]] : changes;
}
