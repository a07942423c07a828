// Indexes on disk: whose folder, which files are believed, what is thrown out, and that nothing that goes wrong is an error.

import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCacheFolder } from '../../../../src/app/user-cache/cache-folder.ts';
import { createUserCache } from '../../../../src/app/user-cache/user-cache.ts';

let home = '';
const folder = (): string => join(home, '.cache', 'jtrace');
const cacheOf = (limits: { maxTotalBytes?: number; keptBytes?: number } = {}) =>
  createUserCache({ environment: { HOME: home }, ...limits });
const bytes = Buffer.from('an index');

beforeEach(() => {
  // Not in /tmp: what lies there is believed too, but the tests are about folders of one's own.
  home = mkdtempSync(join(realpathSync(homedir()), '.jtrace-test-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('the cache', () => {
  test('gives back what was written, to another run too; what is not there is nothing', () => {
    cacheOf().write('ab-1', bytes);
    expect(cacheOf().read('ab-1')).toEqual(bytes);
    expect(cacheOf().read('ab-2')).toBeNull();
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder(), 'ab-1.index')).mode & 0o777).toBe(0o600);
  });

  test('XDG_CACHE_HOME comes first, a relative one is passed over', () => {
    createUserCache({ environment: { HOME: home, XDG_CACHE_HOME: join(home, 'x') } }).write('a', bytes);
    expect(existsSync(join(home, 'x', 'jtrace', 'a.index'))).toBe(true);
    createUserCache({ environment: { HOME: home, XDG_CACHE_HOME: 'x' } }).write('b', bytes);
    expect(existsSync(join(folder(), 'b.index'))).toBe(true);
  });

  test('a name that could lead elsewhere is none', () => {
    for (const name of ['../x', 'a/b', '', '.', 'A', 'a.index']) {
      cacheOf().write(name, bytes);
      expect(cacheOf().read(name)).toBeNull();
    }
    expect(existsSync(join(home, '.cache', 'x.index'))).toBe(false);
  });

  test('a link, a folder, and a file that others may write are not believed', () => {
    cacheOf().write('own', bytes);
    writeFileSync(join(home, 'elsewhere'), 'secret');
    symlinkSync(join(home, 'elsewhere'), join(folder(), 'link.index'));
    mkdirSync(join(folder(), 'folder.index'));
    writeFileSync(join(folder(), 'shared.index'), 'x');
    chmodSync(join(folder(), 'shared.index'), 0o666);
    expect(['link', 'folder', 'shared'].map((name) => cacheOf().read(name))).toEqual([null, null, null]);
    // Writing replaces the link, never what it leads to.
    cacheOf().write('link', bytes);
    expect(lstatSync(join(folder(), 'link.index')).isFile()).toBe(true);
    expect(cacheOf().read('link')).toEqual(bytes);
  });

  test('what was used longest ago goes when there is too much; files of others stay', () => {
    const limits = { maxTotalBytes: 3000, keptBytes: 2000 };
    const kilobyte = Buffer.alloc(1000);
    ['a', 'b', 'c'].forEach((name, i) => {
      cacheOf(limits).write(name, kilobyte);
      utimesSync(join(folder(), `${name}.index`), i + 1, i + 1);
    });
    writeFileSync(join(folder(), 'README'), 'mine');
    writeFileSync(join(folder(), '.1-2.begun'), 'broken off');
    utimesSync(join(folder(), '.1-2.begun'), 1, 1);
    // Used: now the newest.
    cacheOf(limits).read('a');
    cacheOf(limits).write('d', kilobyte);
    expect(readdirSync(folder()).sort()).toEqual(['README', 'a.index', 'd.index']);
  });
});

describe('the folder', () => {
  const path = (environment: NodeJS.ProcessEnv): string | null => {
    const opened = openCacheFolder(environment);
    return opened === null ? null : realpathSync(opened.path);
  };

  test('one that others can read, or a link in its place, is not used', () => {
    mkdirSync(folder(), { recursive: true });
    chmodSync(folder(), 0o755);
    expect(path({ HOME: home })).not.toBe(folder());
    rmSync(folder(), { recursive: true });
    mkdirSync(join(home, 'target'), { mode: 0o700 });
    symlinkSync(join(home, 'target'), folder());
    expect(path({ HOME: home })).not.toBe(join(home, 'target'));
    expect(readdirSync(join(home, 'target'))).toEqual([]);
  });

  test('below a folder that everybody can write it is not made', () => {
    chmodSync(home, 0o777);
    expect(path({ HOME: home })).not.toBe(folder());
    expect(existsSync(folder())).toBe(false);
  });

  test('a home that is a file, or missing, is no error', () => {
    writeFileSync(join(home, 'file'), '');
    expect(() => path({ HOME: join(home, 'file') })).not.toThrow();
    expect(() => path({})).not.toThrow();
    const cache = createUserCache({ environment: { HOME: '/proc/nothing', XDG_CACHE_HOME: '/proc/nothing' } });
    expect(() => {
      cache.write('a', bytes);
      cache.read('a');
    }).not.toThrow();
  });

  test.runIf(process.geteuid?.() === 0)('of another user: root passes it over', async () => {
    const { chownSync } = await import('node:fs');
    chownSync(home, 65_534, 65_534);
    expect(path({ HOME: home })).not.toBe(folder());
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });

  test.runIf(process.geteuid?.() === 0)("by another user's link: no folder is made where it leads", async () => {
    const { lchownSync } = await import('node:fs');
    mkdirSync(join(home, 'system'));
    mkdirSync(join(home, 'theirs'));
    symlinkSync(join(home, 'system'), join(home, 'theirs', 'link'));
    for (const name of ['theirs', 'theirs/link']) lchownSync(join(home, name), 65_534, 65_534);
    expect(path({ XDG_CACHE_HOME: join(home, 'theirs', 'link', 'x'), HOME: home })).toBe(folder());
    expect(readdirSync(join(home, 'system'))).toEqual([]);
  });
});
