// /proc/kallsyms → the kernel's function at an address. The text stays as it is (5 MB), with the place of each line's name beside
// the sorted addresses; names are decoded when asked for. Source: kernel/kallsyms.c s_show(). Symbols that are no code are kept as
// borders: a function has no size here and reaches to whatever comes next.

import type { KernelSymbols } from '../model/target.ts';
import type { KernelAddress } from '../model/units.ts';
import { readProc } from './processes/read-proc.ts';
import { lastNotAbove } from './last-not-above.ts';

/** A Debian kernel with modules has 8 MB; each loaded BPF program adds a line. */
const MAX_KALLSYMS_BYTES = 128 * 1024 * 1024;
/** The largest function of a kernel has about 30 KiB; beyond this, an address is in memory that no symbol knows. */
const MAX_FUNCTION_BYTES = 256 * 1024;
/** Kernel addresses have their 16 upper bits set (5-level page tables put only data below): the lower 48 fit in a float. */
const UPPER_DIGITS = 'ffff';
const LOWER_BITS = 48n;
const ADDRESS_DIGITS = 16;
const NEWLINE = 0x0a;
const TAB = 0x09;
/** Bit 5: lower case, which here means local. */
const LOWER_CASE = 0x20;
const CODE_TYPES: ReadonlySet<string> = new Set(['t', 'w']);

const KNOWS_NOTHING: KernelSymbols = { symbolAt: () => null };

/** The running kernel's symbols; ones that answer null when they are hidden (kptr_restrict) or not there. */
export function readKernelSymbols(): KernelSymbols {
  const text = readProc('/proc/kallsyms', MAX_KALLSYMS_BYTES);
  return text === null ? KNOWS_NOTHING : parseKernelSymbols(text);
}

/** Parses the text of kallsyms; lines that are none are left out. */
export function parseKernelSymbols(text: Buffer): KernelSymbols {
  const { addresses, lines } = collect(text);
  if (addresses.length === 0) return KNOWS_NOTHING;
  const order = Uint32Array.from(addresses.keys());
  // Most lines are in order as the kernel prints them, which the sort uses; equal addresses: the better name last.
  order.sort((a, b) => (addresses[a] ?? 0) - (addresses[b] ?? 0) || compareNames(text, lines[b] ?? 0, lines[a] ?? 0));
  const sorted = Float64Array.from(order, (index) => addresses[index] ?? 0);
  return {
    symbolAt(address: KernelAddress) {
      if (address >> LOWER_BITS !== BigInt(`0x${UPPER_DIGITS}`)) return null;
      const lower = Number(BigInt.asUintN(Number(LOWER_BITS), address));
      const place = lastNotAbove(sorted, lower);
      const line = lines[order[place] ?? -1];
      if (line === undefined || lower - (sorted[place] ?? 0) >= MAX_FUNCTION_BYTES || !isCode(text, line)) return null;
      return decodeLine(text, line);
    },
  };
}

/** Addresses (lower 48 bits) and offsets of the lines that have a kernel address. */
function collect(text: Buffer): { readonly addresses: Float64Array; readonly lines: Uint32Array } {
  const capacity = Math.floor(text.length / (ADDRESS_DIGITS + 4)) + 1; // a line has at least so many characters
  const addresses = new Float64Array(capacity);
  const lines = new Uint32Array(capacity);
  let count = 0;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf(NEWLINE, start);
    const end = newline < 0 ? text.length : newline;
    const lower = end - start > ADDRESS_DIGITS + 3 ? parseLower(text, start) : -1;
    if (lower >= 0) {
      addresses[count] = lower;
      lines[count++] = start;
    }
    start = end + 1;
  }
  return { addresses: addresses.slice(0, count), lines: lines.slice(0, count) };
}

/** The lower 48 bits of the 16 digits at `start`; -1 when they are no kernel address (hidden ones are all zeros). */
function parseLower(text: Buffer, start: number): number {
  let value = 0;
  for (let i = 0; i < ADDRESS_DIGITS; i++) {
    const byte = text[start + i] ?? 0;
    const digit = byte <= 0x39 ? byte - 0x30 : byte - 0x57; // '0'…'9', 'a'…'f'
    if (digit < 0 || digit > 15 || (i < UPPER_DIGITS.length && digit !== 15)) return -1;
    if (i >= UPPER_DIGITS.length) value = value * 16 + digit;
  }
  return value;
}

const typeOf = (text: Buffer, line: number): number => text[line + ADDRESS_DIGITS + 1] ?? 0;
const isCode = (text: Buffer, line: number): boolean => CODE_TYPES.has(String.fromCharCode(typeOf(text, line) | LOWER_CASE));

function decodeLine(text: Buffer, line: number): { readonly name: string; readonly library: string } {
  const newline = text.indexOf(NEWLINE, line);
  const rest = text.subarray(line + ADDRESS_DIGITS + 3, newline < 0 ? text.length : newline);
  const tab = rest.indexOf(TAB);
  if (tab < 0) return { name: rest.toString('utf8'), library: '[kernel]' };
  return { name: rest.toString('utf8', 0, tab), library: rest.toString('utf8', tab + 1) };
}

/** Which of two names of one address a person would choose: code, global, few leading underscores, short. Negative: the first. */
function compareNames(text: Buffer, a: number, b: number): number {
  const rank = (line: number): readonly [number, number, number, number] => {
    const { name } = decodeLine(text, line);
    return [isCode(text, line) ? 0 : 1, typeOf(text, line) & LOWER_CASE, /^_*/.exec(name)?.[0].length ?? 0, name.length];
  };
  const [rankA, rankB] = [rank(a), rank(b)];
  for (let i = 0; i < rankA.length; i++) {
    const difference = (rankA[i] ?? 0) - (rankB[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a - b;
}
