// Call frame information that would have each of its bytes read over and over.

import { expect, test } from 'vitest';
import { compileFrames } from '../../../src/target/cfi/compile-frames.ts';
import { RuleSet, RuleState } from '../../../src/target/cfi/rule-state.ts';

/** CIEs of this length begin every 16 bytes; read as instructions, the length's bytes (00 2d 00 00) do nothing. */
const CIE_BYTES = 0x2d00;

/** As many functions as CIEs, each naming another one. `apart`: bytes between the CIEs' beginnings. */
function fan(count: number, apart: number): Buffer {
  const cies = Buffer.alloc(apart * count + CIE_BYTES);
  for (let i = 0; i < count; i += 1) cies.writeUInt32LE(CIE_BYTES, apart * i);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(4 + cies.length, 0);
  const functions = Array.from({ length: count }, (_, i) => {
    const entry = Buffer.alloc(32);
    entry.writeUInt32LE(28, 0);
    entry.writeUInt32LE(8 + cies.length + 32 * i + 4 - (8 + apart * i), 4);
    entry.writeUInt32LE(0x2000 + 64 * i, 8);
    entry.writeUInt32LE(64, 16);
    return entry;
  });
  return Buffer.concat([head, cies, ...functions]);
}

/** How often a byte of the section is looked at: counted by the array that stands for it. */
function looksPerByte(bytes: Buffer): number {
  let looks = 0;
  const counted = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  compileFrames([{ kind: 'eh_frame', bytes: counted, bases: { section: 0, data: null } }], 0x1000);
  return looks / bytes.length;
}

test('CIEs that lie over each other: a section is read about once, not once for each of them', () => {
  expect(looksPerByte(fan(200, 16))).toBeLessThan(5);
  // Those that stand one behind the other are all read.
  expect(looksPerByte(fan(20, CIE_BYTES + 16))).toBeGreaterThan(0.5);
});

test('states that all have one hash: refused after some hundred, not looked through by the ten thousand', () => {
  const rules = new RuleSet();
  const state = new RuleState();
  const numbers = new Set<number>();
  let refused = 0;
  for (let i = 1; i <= 3000; i += 1) {
    state.words[1] = i;
    try {
      numbers.add(rules.number(state));
    } catch {
      refused += 1;
    }
  }
  expect(numbers.size).toBeLessThan(2000);
  expect(refused).toBeGreaterThan(1000);
});
