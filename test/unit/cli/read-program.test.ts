// Files that are no program. What is told of each: transcripts/run.txt.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readProgram } from '../../../src/cli/read-program.ts';

test.each<[string, string | Uint8Array, string | RegExp]>([
  ['a program', '#!/usr/bin/env bpftrace\nBEGIN { printf("é\\n"); }\n', ''],
  ['10 MB', Buffer.alloc(10 * 1024 * 1024, 'BEGIN { } '), /is too large for a program \(most: 1 MiB\)$/],
  ['10 MB, cut inside a letter', Buffer.alloc(10 * 1024 * 1024, 'é'), /is too large/],
  ['a NUL', 'BEGIN {\0}', /is no text: it holds a NUL$/],
  ['no UTF-8', Buffer.from([0x42, 0xff, 0x42]), /is no text \(UTF-8\)$/],
  ['nothing', '', /is empty$/],
  ['a shebang alone', '#!/usr/bin/env bpftrace\n/* nothing\nelse */\n', /is empty$/],
])('%s', (_what, content, problem) => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-program-'));
  try {
    const file = join(folder, 'x.bt');
    writeFileSync(file, content);
    if (problem === '') expect(readProgram(null, file)).toEqual({ name: file, text: content });
    else expect(() => readProgram(null, file)).toThrow(problem);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['comments that do not end', '/* '.repeat(349_525), ''],
  ['comments', '/**/ '.repeat(209_715), 'is empty'],
  ['comments of lines', '//\n'.repeat(349_525), 'is empty'],
  ['space', ' '.repeat(1024 * 1024), 'is empty'],
  ['a comment that does not end', '// a\n/* b', ''],
  ['code behind comments', '#!x\n/* a */ // b\n/* c */ BEGIN {}', ''],
])('a program of %s', (_what, text, problem) => {
  if (problem === '') expect(readProgram(text, null)).toEqual({ name: '-e', text });
  else expect(() => readProgram(text, null)).toThrow(problem);
});
