import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeX86, LONGEST_INSTRUCTION_BYTES } from '../../../../src/unwind/arch/x86-instruction.ts';
import { describeOnHost } from '../../../support/require-host.ts';

/** libc: hand-written vector code, prefixes, everything. */
const LIBRARY = /\S*\/libc\.so\.6$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? '';
const LEAST_INSTRUCTIONS = 100_000;

describeOnHost('the decoder of code that is followed', ['binutils'], () => {
  test('finds the same instruction ends as objdump in all of libc, or none', async () => {
    const child = spawn('objdump', ['-d', '-w', '--section=.text', LIBRARY], { stdio: ['ignore', 'pipe', 'inherit'] });
    let [count, unknown] = [0, 0];
    const wrong: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const match = /^\s*[0-9a-f]+:\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$/u.exec(line);
      if (!match || (match[2] ?? '').includes('(bad)')) continue;
      const bytes = Buffer.from((match[1] ?? '').replaceAll(' ', ''), 'hex');
      count += 1;
      const instruction = decodeX86(bytes, 0);
      if (instruction === null) unknown += 1;
      else if (instruction.length !== bytes.length) wrong.push(line);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(LEAST_INSTRUCTIONS);
    // Address-size prefixes, of code for 32-bit pointers.
    expect(unknown).toBeLessThan(count / 1000);
  });
});

test('any bytes: an instruction within them, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const instruction = decodeX86(bytes, 0);
      const longest = Math.min(LONGEST_INSTRUCTION_BYTES, bytes.length);
      expect(instruction === null || (instruction.length > 0 && instruction.length <= longest)).toBe(true);
    }),
  );
});
