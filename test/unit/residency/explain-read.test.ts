import { describe, expect, test } from 'vitest';
import type { FailedRead, ReadAgain } from '../../../src/model/efault-result.ts';
import type { Mapping } from '../../../src/model/target.ts';
import { asAddress, asPid, asTid } from '../../../src/model/units.ts';
import { explainRead, type ReadSurroundings } from '../../../src/residency/explain-read.ts';

const ADDRESS = 0x7f00_0000_1000;
/** Entries as the program tells them: not present and PROT_NONE's bit, in swap of type 2, present and the user's. */
const [NONE, PROTECTED, SWAPPED, PRESENT] = [0, (12 << 20) | 0x100, (12 << 20) | (2 << 12), (12 << 20) | 5];

function read(changes: Partial<FailedRead> = {}): FailedRead {
  return {
    index: 0,
    outcome: 'failed',
    pid: asPid(7),
    tid: asTid(7),
    parent: asPid(6),
    comm: 'some',
    addressText: ADDRESS.toString(16),
    failingAddress: ADDRESS,
    entry: NONE,
    parentEntry: NONE,
    isForkChild: false,
    stackStart: 1000,
    parentStackStart: 2000,
    timeNs: 5,
    ...changes,
  };
}

function mapping(permissions: string, path: string, start = ADDRESS): Mapping {
  const fileId = path.startsWith('/') ? 'fe:00:42' : '00:00:0';
  return { start: asAddress(start), end: asAddress(start + 4096), permissions, fileOffsetBytes: 0, path, deleted: false, fileId };
}

const OWN = mapping('rw-p', '');
const FILE = mapping('r--p', '/lib/libc.so.6');
const AGAIN: ReadAgain = { index: 0, tid: asTid(7), where: 'exit', found: 'bytes', majorFaults: 0, timeNs: 6 };
const around = (changes: Partial<ReadSurroundings> = {}): ReadSurroundings => ({
  mappings: [OWN],
  wasGivenBack: false,
  again: null,
  isNumaBalancing: false,
  ...changes,
});

describe('the cause of a failing read', () => {
  const child = { isForkChild: true, parentStackStart: 1000, parentEntry: PRESENT };
  test.each([
    ['own memory without a page', read(), around(), 'never-touched'],
    ['the same, shared', read(), around({ mappings: [mapping('rw-s', '/dev/zero')] }), 'not-in-tables'],
    [
      'the same, zeros when it was read again',
      read(),
      around({ mappings: [mapping('rw-s', '/dev/zero')], again: { ...AGAIN, found: 'zeros' } }),
      'never-touched',
    ],
    ['shared memory without a name', read(), around({ mappings: [mapping('rw-s', '')] }), 'never-touched'],
    ['a file', read(), around({ mappings: [FILE] }), 'not-in-tables'],
    ['a file that was there a moment later', read(), around({ mappings: [FILE], again: AGAIN }), 'not-faulted-in'],
    ['given back', read(), around({ wasGivenBack: true }), 'given-back'],
    ['in swap', read({ entry: SWAPPED }), around(), 'swapped'],
    ['a fork child of a parent that has it', read(child), around({ mappings: [FILE] }), 'fork-child'],
    ['of a parent that has it not', read({ ...child, parentEntry: NONE }), around({ mappings: [FILE] }), 'not-in-tables'],
    [
      'of a parent that runs another program',
      read({ ...child, parentStackStart: 3 }),
      around({ mappings: [FILE] }),
      'not-in-tables',
    ],
    ['a child with a program of its own', read({ ...child, isForkChild: false }), around({ mappings: [FILE] }), 'not-in-tables'],
    ['taken away, in memory that may be read', read({ entry: PROTECTED }), around({ isNumaBalancing: true }), 'numa-hinting'],
    ['the same where nothing balances', read({ entry: PROTECTED }), around(), 'protected'],
    ['taken away, in memory that may not', read({ entry: PROTECTED }), around({ mappings: [mapping('---p', '')] }), 'prot-none'],
    ['no mapping', read(), around({ mappings: [mapping('rw-p', '', ADDRESS + 4096)] }), 'not-mapped'],
    ['no mapping above', read(), around({ mappings: [mapping('rw-p', '', ADDRESS - 4096)] }), 'not-mapped'],
    ['no mapping at all', read(), around({ mappings: [] }), 'not-mapped'],
    ['a process that nobody can ask', read(), around({ mappings: undefined }), 'process-ended'],
    ['the same, and something was read there later', read(), around({ mappings: undefined, again: AGAIN }), 'not-faulted-in'],
    ['no mapping, and something was read there', read(), around({ mappings: [], again: AGAIN }), 'not-faulted-in'],
    ['a file that had to be read', read(), around({ mappings: [FILE], again: { ...AGAIN, majorFaults: 1 } }), 'not-in-memory'],
    [
      'a file after an exec, which reads others, too',
      read(),
      around({ mappings: [FILE], again: { ...AGAIN, where: 'exec', majorFaults: 1 } }),
      'not-in-tables',
    ],
    ['it is there', read({ entry: PRESENT, outcome: 'failed-though-there' }), around(), 'readable-again'],
    ['not the user’s half', read({ failingAddress: 2 ** 63 }), around(), 'kernel-address'],
  ] as const)('%s', (_name, failed, surroundings, cause) => {
    expect(explainRead(failed, surroundings).cause).toBe(cause);
  });

  test('its example names the mapping', () => {
    const { example } = explainRead(
      read({ entry: SWAPPED }),
      around({ mappings: [mapping('r--p', '/a', ADDRESS - 8192), FILE] }),
    );
    expect(example).toEqual({
      pid: 7,
      comm: 'some',
      address: '7f0000001000',
      state: 'swapped',
      mapping: '/lib/libc.so.6',
      permissions: 'r--p',
    });
    expect(explainRead(read(), around()).example).toMatchObject({ mapping: '[anonymous]', permissions: 'rw-p' });
    expect(explainRead(read(), around({ mappings: undefined })).example).toMatchObject({ mapping: '', permissions: '' });
  });
});
