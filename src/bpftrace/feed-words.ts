// A JVM's locator → what jtrace writes to its own comm, so that the running program (the task_rename probe of
// templates/stack-bytes.bt) learns it: four words of 42 bits, each as eight characters, `0` + six bits; the first is the word's
// number. The last word is a checksum over the others: a torn or foreign sequence is ignored by the program.

import { USER_ADDRESS_END_OF } from '../model/architecture.ts';
import type { JvmThreadLocator, JvmWalkParameters } from '../model/program.ts';

const CHAR_BITS = 6n;
const CHARS = 7;
const FIRST_CHAR = 0x30;
const WORD_MASK = (1n << 42n) - 1n;

export function feedWords(locator: JvmThreadLocator): readonly string[] {
  const a = BigInt(locator.pid) | (BigInt(locator.tlsModuleId) << 22n);
  const b = BigInt(locator.tlsOffsetBytes);
  const c =
    BigInt(locator.lastJavaSpOffsetBytes) |
    (BigInt(locator.lastJavaPcOffsetBytes) << 14n) |
    (BigInt(locator.lastJavaFpOffsetBytes) << 28n);
  const checksum = (a + 3n * b + 5n * c + 7n) & WORD_MASK;
  return [a, b, c, checksum].map((word, index) => encode(index + 1, word));
}

/** Numbers of the first and last word that tell a program with `jstack` of a JVM; 0 tells it that a stack has arrived, 61 that it may forget that, 62 how many it may send. */
const [STACK_WORD, FIRST_WALK_WORD, FORGET_WORD, TAKEN_WORD, LAST_WALK_WORD] = [0, 1, 61, 62, 63];
/** Beyond any code cache. */
const NO_HEAP = 2n ** 41n;
const PAGE_SHIFT = 12n;
const OFFSET_BITS = 14n;
/** Tells that word from jtrace's own name, which is written back each time. */
const TAKEN_MARK = 0x2aaaaaa0000n;
/** Of a JVM's words: how many, and where those of its native code stand. */
const [WALK_WORDS, NATIVE_LOW, NATIVE_HIGH] = [19, 4, 5];
/** Nothing is mapped below (vm.mmap_min_addr). */
const LOWEST_ADDRESS = 0x10000n;
const USER_ADDRESS_END = BigInt(USER_ADDRESS_END_OF['x86-64']);

/** Reverse of the task_rename probe in templates/jstack-feed.bt; null: a word would not fit. */
export function walkWords(jvm: JvmWalkParameters): readonly string[] | null {
  const { locator } = jvm;
  const low = BigInt(jvm.codeLow);
  const page = (address: number | undefined): bigint | null => {
    const value = BigInt(address ?? 0);
    return value % (1n << PAGE_SHIFT) === 0n ? value >> PAGE_SHIFT : null;
  };
  const fromLow = (address: number): bigint => BigInt(address) - low;
  const heap = (index: number): bigint => {
    const address = jvm.heapLows[index];
    return address === undefined ? NO_HEAP : fromLow(address);
  };
  const offsets = (...values: readonly number[]): bigint =>
    values.reduce((all, value, index) => all | (BigInt(value) << (OFFSET_BITS * BigInt(index))), 0n);
  const words = [
    BigInt(locator.pid),
    BigInt(locator.tlsModuleId),
    BigInt(locator.tlsOffsetBytes),
    offsets(locator.lastJavaSpOffsetBytes, locator.lastJavaPcOffsetBytes, locator.lastJavaFpOffsetBytes),
    page(jvm.nativeLow),
    page(jvm.nativeHigh),
    page(jvm.codeLow),
    fromLow(jvm.codeHigh),
    fromLow(jvm.interpreterLow),
    fromLow(jvm.interpreterHigh),
    fromLow(jvm.callStubReturn),
    heap(1),
    heap(2),
    ...[0, 1, 2].map((index) => page(jvm.segmentMaps[index])),
    BigInt(jvm.log2SegmentSize) | (BigInt(jvm.frameSizeOffsetBytes) << 6n) | (BigInt(jvm.compileIdOffsetBytes) << 28n),
    BigInt(jvm.bcpBelowFpBytes),
    BigInt(jvm.wrapperAnchorOffsetBytes),
  ];
  if (!words.every((word): word is bigint => word !== null && word >= 0n && word <= WORD_MASK)) return null;
  return inSequence(words);
}

/** Tells what holds of every process that nothing else is told of: which words of a stack may be addresses of code. Process 0 stands for them. */
export function anyProcessWords(): readonly string[] {
  const words = Array.from({ length: WALK_WORDS }, () => 0n);
  words[NATIVE_LOW] = LOWEST_ADDRESS >> PAGE_SHIFT;
  words[NATIVE_HIGH] = USER_ADDRESS_END >> PAGE_SHIFT;
  return inSequence(words);
}

/** Tells how many pieces count as sent at any time: of `PIECES_AT_ONCE`. */
export function takenWord(pieces: number): string {
  return encode(TAKEN_WORD, TAKEN_MARK | BigInt(pieces));
}

function inSequence(words: readonly bigint[]): readonly string[] {
  const sum = words.reduce((total, word) => (total * 3n + word) & WORD_MASK, 0n);
  return [...words.map((word, index) => encode(FIRST_WALK_WORD + index, word)), encode(LAST_WALK_WORD, sum)];
}

/** Tells a program with `jstack` that a stack has arrived: it is not sent again. */
export function stackArrivedWord(id: number): string {
  return encode(STACK_WORD, BigInt(id));
}

/** Tells it to forget that: the map that it stands in has room for another. */
export function forgetStackWord(id: number): string {
  return encode(FORGET_WORD, BigInt(id));
}

function encode(number: number, word: bigint): string {
  let text = String.fromCharCode(FIRST_CHAR + number);
  for (let index = 0; index < CHARS; index++) {
    text += String.fromCharCode(FIRST_CHAR + Number((word >> (CHAR_BITS * BigInt(index))) & 0x3fn));
  }
  return text;
}
