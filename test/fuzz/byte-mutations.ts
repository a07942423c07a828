// Mutations of a file's bytes, or of a text's characters: anywhere, and where a field of its format is known to stand.

import { hex, hostileName, hostileWord, wordOf } from './hostile-values.ts';
import type { Random } from './random.ts';
import type { Mutation } from './target.ts';

/** A number in a file: where, and how many bytes (1, 2, 4 or 8). */
export interface Field {
  readonly at: number;
  readonly sizeBytes: number;
}

/** `fields`: where numbers stand that others depend on; `known`: values that mean something there. */
export function makeByteMutation(random: Random, lengthBytes: number, fields: readonly Field[], known: readonly number[]): Mutation {
  const field = random.oneIn(4) ? undefined : random.pick(fields);
  if (field !== undefined) return ['number', field.at, field.sizeBytes, hex(BigInt.asUintN(8 * field.sizeBytes, hostileWord(random, known)))];
  const at = random.below(lengthBytes);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return ['flip', at, random.below(8)];
    case 3:
    case 4:
      return ['number', at, random.pick([1, 2, 4, 8]), hex(hostileWord(random, known) & 0xffn)];
    case 5:
      return ['cut', at];
    case 6:
      return ['move', at, random.below(lengthBytes), random.pick([1, 4, 8, 24, 64])];
    case 7:
      return ['insert', at, hostileName(random)];
    case 8:
      return ['repeat', at, random.between(1, 64), random.between(1, 200)];
    default:
      return ['remove', at, random.between(1, 64)];
  }
} // prettier-ignore

/** Texts have no fields: pieces of them and hostile names. `letters`: what the format's own words are made of. */
export function makeTextMutation(random: Random, length: number, letters: readonly string[]): Mutation {
  const at = random.below(length + 1);
  switch (random.below(10)) {
    case 0:
    case 1:
      return ['insert', at, hostileName(random)];
    case 2:
    case 3:
    case 4:
      return ['replace', at, random.between(0, 12), Array.from({ length: random.between(1, 8) }, () => random.pick(letters) ?? '').join('')];
    case 5:
      return ['remove', at, random.between(1, 80)];
    case 6:
      return ['repeat', at, random.between(1, 40), random.between(1, 300)];
    case 7:
      return ['replace', at, random.between(0, 8), String(hostileWord(random, []))];
    case 8:
      return ['cut', at];
    default:
      return ['move', at, random.below(length + 1), random.between(1, 200)];
  }
} // prettier-ignore

/** No case is larger than this: its size would be all that is tested. */
const MAX_BYTES = 1 << 20;

export function mutateBytes(bytes: Uint8Array, mutations: readonly Mutation[]): Buffer {
  let changed = Buffer.from(bytes);
  for (const [kind, first = 0, ...parts] of mutations) {
    const at = Math.min(Number(first), changed.length);
    const [a, b] = parts.map(Number);
    if (kind === 'flip' && at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << (a ?? 0));
    else if (kind === 'number') writeNumber(changed, at, a ?? 1, wordOf(String(parts[1])));
    else if (kind === 'cut') changed = changed.subarray(0, at);
    else if (kind === 'move') changed.copyWithin(Math.min(a ?? 0, changed.length), at, at + (b ?? 0));
    else if (kind === 'insert') changed = Buffer.concat([changed.subarray(0, at), Buffer.from(String(parts[0])), changed.subarray(at)]);
    else if (kind === 'replace') changed = Buffer.concat([changed.subarray(0, at), Buffer.from(String(parts[1])), changed.subarray(at + (a ?? 0))]);
    else if (kind === 'remove') changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + (a ?? 0))]);
    else if (kind === 'repeat') {
      const piece = changed.subarray(at, at + (a ?? 0));
      const times = Math.min(b ?? 0, Math.floor(MAX_BYTES / Math.max(1, piece.length)));
      changed = Buffer.concat([changed.subarray(0, at), ...Array.from({ length: times }, () => piece), changed.subarray(at)]);
    }
    if (changed.length > MAX_BYTES) changed = changed.subarray(0, MAX_BYTES);
  }
  return changed;
} // prettier-ignore

function writeNumber(bytes: Buffer, at: number, sizeBytes: number, value: bigint): void {
  for (let i = 0; i < sizeBytes && at + i < bytes.length; i += 1) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
