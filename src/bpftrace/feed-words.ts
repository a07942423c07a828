// A JVM's locator → what jtrace writes to its own comm, so that the running program (the task_rename probe of
// templates/stack-bytes.bt) learns it: four words of 42 bits, each as eight characters, `0` + six bits; the first is the word's
// number. The last word is a checksum over the others: a torn or foreign sequence is ignored by the program.

import type { JvmThreadLocator } from '../model/program.ts';

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

function encode(number: number, word: bigint): string {
  let text = String.fromCharCode(FIRST_CHAR + number);
  for (let index = 0; index < CHARS; index++) {
    text += String.fromCharCode(FIRST_CHAR + Number((word >> (CHAR_BITS * BigInt(index))) & 0x3fn));
  }
  return text;
}
