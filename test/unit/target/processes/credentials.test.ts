// Whose files a process may read, by the texts of the kernel and the modes of files.

import { describe, expect, test } from 'vitest';
import { asPid } from '../../../../src/model/units.ts';
import { credentialsOf, mayFollow, mayRead, maySearch, parseCredentials } from '../../../../src/target/processes/credentials.ts';

const STATUS = 'Name:\tjava\nUid:\t1000\t1001\t1002\t1003\nGid:\t50\t51\t52\t53\nFDSize:\t256\nGroups:\t4 24 27 \nNStgid:\t7\n';
const reader = { uid: 1000, gids: new Set([50, 60]) };
const ROOTS = { uid: 0, gids: new Set([0]) };

describe('credentials', () => {
  test('those for files: the fourth', () => {
    expect(parseCredentials(STATUS)).toEqual({ uid: 1003, gids: new Set([53, 4, 24, 27]) });
    expect(parseCredentials(STATUS.replace('4 24 27 ', ''))).toEqual({ uid: 1003, gids: new Set([53]) });
  });

  test('a list of groups that was cut may end in a number that none of them has', () => {
    expect(parseCredentials(STATUS.slice(0, STATUS.indexOf('7 \n')))?.gids).toEqual(new Set([53]));
    expect(parseCredentials('Name:\tx\n')).toBeNull();
  });

  test('of a process: ours; of none: null', () => {
    expect(credentialsOf(asPid(process.pid))?.uid).toBe(process.geteuid?.());
    expect(credentialsOf(asPid(2 ** 30))).toBeNull();
  });
});

test.each([
  [{ uid: 1000, gid: 0, mode: 0o400 }, true],
  [{ uid: 1000, gid: 50, mode: 0o044 }, false], // its owner's bits alone count
  [{ uid: 0, gid: 60, mode: 0o640 }, true],
  [{ uid: 0, gid: 60, mode: 0o604 }, false],
  [{ uid: 0, gid: 42, mode: 0o640 }, false], // /etc/shadow
  [{ uid: 0, gid: 0, mode: 0o644 }, true],
])('%o may be read: %s', (file, expected) => {
  expect(mayRead(file, reader)).toBe(expected);
  expect(mayRead(file, ROOTS)).toBe(true);
});

test("a folder that is closed to others leads nowhere, whatever the files' modes in it", () => {
  expect(maySearch({ uid: 0, gid: 0, mode: 0o700 }, reader)).toBe(false);
  expect(maySearch({ uid: 0, gid: 0, mode: 0o744 }, reader)).toBe(false);
  expect(maySearch({ uid: 0, gid: 0, mode: 0o711 }, reader)).toBe(true);
});

test('in a folder where anybody may put a link, only those of root, of its owner and of the reader lead on', () => {
  const tmp = { uid: 0, gid: 0, mode: 0o1777 };
  const link = (uid: number) => ({ uid, gid: uid, mode: 0o777 });
  expect([0, 1000, 2000].map((uid) => mayFollow(link(uid), tmp, reader))).toEqual([true, true, false]);
  expect(mayFollow(link(2000), { ...tmp, uid: 2000 }, reader)).toBe(true);
  expect(mayFollow(link(2000), { ...tmp, mode: 0o777 }, reader)).toBe(true); // as the kernel has it: only sticky ones
  expect(mayFollow(link(2000), { ...tmp, mode: 0o1755 }, reader)).toBe(true);
});
