import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeInstruction } from '../../oracle/x86.ts';
import { describeOnHost } from '../../support/require-host.ts';

/** libc: hand-written vector code, prefixes, everything. */
const LIBRARY = /\S*\/libc\.so\.6$/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0] ?? '';
const LEAST_INSTRUCTIONS = 100_000;

describeOnHost('the decoder of the oracle', ['binutils'], () => {
  test('finds the same instruction ends as objdump in all of libc', async () => {
    const child = spawn('objdump', ['-d', '-w', '--section=.text', LIBRARY], { stdio: ['ignore', 'pipe', 'inherit'] });
    let count = 0;
    const wrong: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const match = /^\s*[0-9a-f]+:\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$/u.exec(line);
      if (!match || (match[2] ?? '').includes('(bad)')) continue;
      const bytes = Buffer.from((match[1] ?? '').replaceAll(' ', ''), 'hex');
      count++;
      if (decodeInstruction(bytes, 0)?.length !== bytes.length) wrong.push(line);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(LEAST_INSTRUCTIONS);
  });
});

test('any bytes: an instruction within them, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const instruction = decodeInstruction(bytes, 0);
      expect(instruction === null || (instruction.length > 0 && instruction.length <= Math.min(15, bytes.length))).toBe(true);
    }),
  );
});
