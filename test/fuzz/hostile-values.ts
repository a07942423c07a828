// What a hostile target would write: numbers at the edges of what code expects, and names that mean something to whatever shows them.

import { HOSTILE_NAMES } from '../support/recordings.ts';
import type { Random } from './random.ts';

export const NAMES: readonly string[] = [
  ...HOSTILE_NAMES.map((name) => name.slice(0, 2000)),
  '\u001b]0;title\u0007',
  '\u009b31mC1',
  '\u001b[2J\u001b[H',
  'a;b;c 99999',
  'x 18446744073709551616',
  '<img src=x onerror=alert(1)>',
  '\'"><svg/onload=alert(1)>',
  '&#27;&lt;&amp;',
  '-->]]><!--',
  '\u2066isolate\u2069\u200f\u061c',
  '\u2028\u2029\u0085\u000b\u000c',
  'rtl \u202e\u202d\u202a',
  '\t\r\n\0',
  'e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308'.repeat(20),
  '\udc00\ud800',
  '\ufeff\u00ad\u200b',
  '[unknown]',
  '[main tid=7]',
  'constructor',
  '_[j]',
  '../../../../etc/passwd',
  '%s%n%x',
  '$(reboot)`id`',
  '',
];

const EDGES: readonly bigint[] = [
  0n, 1n, 2n, 7n, 8n, 0x10n, 0x7fn, 0x80n, 0xffn, 0x100n, 0xfffn, 0x1000n, 0x7fffn, 0x8000n, 0xffffn, 0x10000n, 0x10_0000n, 0x7fff_ffffn, 0x8000_0000n,
  0xffff_ffffn, 0x1_0000_0000n, 0x7fff_ffff_efffn, 0x7fff_ffff_e000n, 0x8000_0000_0000n, 0x20_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n,
  0xffff_8000_0000_0000n, 0xffff_ffff_ffff_fff8n, 0xffff_ffff_ffff_ffffn,
]; // prettier-ignore

/** A word: an edge, a small number, one of `known` (an address that means something) or beside it, or anything. */
export function hostileWord(random: Random, known: readonly number[]): bigint {
  const choice = random.below(10);
  if (choice < 3 || (known.length === 0 && choice < 8)) return random.pick(EDGES) ?? 0n;
  if (choice < 4) return BigInt(random.below(64));
  if (choice < 8) {
    const address = BigInt(Math.floor(random.pick(known) ?? 0));
    return BigInt.asUintN(64, address + BigInt(random.pick([0, 0, 0, 0, 1, -1, 8, -8, 4096, -4096])));
  }
  return (BigInt(random.u32()) << 32n) | BigInt(random.u32());
}

/** The nearest number: what registers and words become on their way. */
export const hex = (word: bigint): string => word.toString(16);
export const wordOf = (digits: string): bigint => BigInt(`0x${digits}`);
export const numberOf = (digits: string): number => Number(wordOf(digits));

export function hostileName(random: Random): string {
  const name = random.pick(NAMES) ?? '';
  return random.oneIn(3) ? name + (random.pick(NAMES) ?? '') : name;
}
