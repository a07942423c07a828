// bin/jtrace finds a node where there is one, and says so in one line where there is none; bin/jtrace.js refuses an old one.
// The launcher runs in a mount namespace in which the host's own node is hidden and users are ours; nodes are scripts that say
// who they are.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const USER = { name: 'jtracetester', id: 54321 };
const NODES_OF_HOSTS = ['/usr/local/bin/node', '/usr/bin/node', '/opt/node/bin/node', '/opt/nodejs/bin/node', '/snap/bin/node'];

let folder = '';
let home = '';
let launcher = '';

/** A node that says where it lies and what it was given. */
function fakeNode(path: string, owner = 0): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\necho "node ${0#"$TEST_FOLDER"/} $(basename "$1") $2 as $JTRACE_LAUNCHER"\n');
  chmodSync(path, 0o755);
  chownSync(path, owner, owner);
  return path;
}

/** Runs the launcher where no node of the host is to be seen. */
function launch(
  env: Readonly<Record<string, string>>,
  program = launcher,
): { status: number | null; stdout: string; stderr: string } {
  const hide = NODES_OF_HOSTS.map((node) => `if [ -e ${node} ]; then mount --bind /dev/null "$(readlink -f ${node})"; fi`).join(
    '\n',
  );
  const users = `cp /etc/passwd ${folder}/passwd; echo '${USER.name}:x:${USER.id}:${USER.id}::${home}:/bin/sh' >>${folder}/passwd; mount --bind ${folder}/passwd /etc/passwd`;
  const variables = Object.entries({ PATH: '/usr/bin:/bin', HOME: '/nonexistent', TEST_FOLDER: folder, ...env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const script = `set -e\n${hide}\n${users}\nexec env -i "$@"`;
  const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', ...variables, program, '--version'], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describeOnHost('the launcher', ['root'], () => {
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'jtrace-launcher-')));
    chmodSync(folder, 0o755);
    home = join(folder, 'home');
    mkdirSync(join(folder, 'package/bin'), { recursive: true });
    launcher = join(folder, 'package/bin/jtrace');
    for (const name of ['jtrace', 'jtrace.js']) copyFileSync(join(REPOSITORY, 'bin', name), join(folder, 'package/bin', name));
    mkdirSync(home);
    chownSync(home, USER.id, USER.id);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const sudo = { SUDO_USER: USER.name, SUDO_UID: String(USER.id) };

  test('no node anywhere', () => {
    expect(launch({})).toEqual({
      status: 3,
      stdout: '',
      stderr:
        'jtrace: no Node.js was found (needed: 20.19 or later)\n  install it (https://nodejs.org), or put its folder into PATH\n',
    });
    expect(launch(sudo)).toEqual({
      status: 3,
      stdout: '',
      stderr: `jtrace: no Node.js was found (needed: 20.19 or later)\n  sudo has a PATH of its own; keep yours: sudo env "PATH=$PATH" ${launcher} …\n`,
    });
  });

  test('the node beside the link that npm -g made, before the one in PATH', () => {
    fakeNode(join(folder, 'prefix/bin/node'));
    fakeNode(join(folder, 'other/node'));
    symlinkSync(launcher, join(folder, 'prefix/bin/jtrace'));
    const PATH = `${folder}/other:/usr/bin:/bin`;
    expect(launch({ PATH }, join(folder, 'prefix/bin/jtrace')).stdout).toBe(
      `node prefix/bin/node jtrace.js --version as ${launcher}\n`,
    );
    expect(launch({ PATH }).stdout).toBe(`node other/node jtrace.js --version as ${launcher}\n`);
  });

  test('hints name jtrace plainly where the shell finds it', () => {
    fakeNode(join(folder, 'prefix/bin/node'));
    symlinkSync(launcher, join(folder, 'prefix/bin/jtrace'));
    const { stdout } = launch({ PATH: `${folder}/prefix/bin:/usr/bin:/bin` }, join(folder, 'prefix/bin/jtrace'));
    expect(stdout).toBe('node prefix/bin/node jtrace.js --version as jtrace\n');
  });

  test("the newest of the caller's own version manager", () => {
    for (const version of ['v9.11.2', 'v20.19.5', 'v20.9.0'])
      fakeNode(join(home, `.nvm/versions/node/${version}/bin/node`), USER.id);
    chownSync(home, 0, 0);
    expect(launch({ HOME: home }).stdout).toContain('node home/.nvm/versions/node/v20.19.5/bin/node');
  });

  test("under sudo the user's node, if the user owns jtrace, too", () => {
    fakeNode(join(home, '.nvm/versions/node/v20.9.0/bin/node'), USER.id);
    const node = fakeNode(join(home, '.volta/tools/image/node/22.1.0/bin/node'), USER.id);
    expect(launch(sudo).status).toBe(3); // jtrace is root's: a user's file must not run in its place
    chownSync(launcher, USER.id, USER.id);
    expect(launch(sudo).stdout).toContain('node home/.volta/tools/image/node/22.1.0/bin/node');
    chmodSync(node, 0o777);
    expect(launch(sudo).status).toBe(3); // anybody could have written it
    chmodSync(node, 0o755);
    chownSync(node, 12345, 12345);
    expect(launch(sudo).status).toBe(3); // another user's
  });

  test('a hostile SUDO_USER is only a name', () => {
    chownSync(launcher, USER.id, USER.id);
    for (const name of ['$(touch /tmp/x)', '-x', '../../root', 'a b', ''])
      expect(launch({ ...sudo, SUDO_USER: name }).status).toBe(3);
  });

  test('JTRACE_NODE names one', () => {
    const node = fakeNode(join(folder, 'mine/node'));
    expect(launch({ JTRACE_NODE: node }).stdout).toContain('node mine/node');
    expect(launch({ JTRACE_NODE: '/nonexistent/node' })).toMatchObject({
      status: 3,
      stderr: 'jtrace: JTRACE_NODE=/nonexistent/node is no program that can be run\n',
    });
  });
});

test.each(['18.20.4', '20.18.3', '12.22.12'])('Node %s (its version pretended) is refused in one line', (version) => {
  const pretend = join(mkdtempSync(join(tmpdir(), 'jtrace-node-')), 'pretend.cjs');
  writeFileSync(pretend, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', pretend, join(REPOSITORY, 'bin/jtrace.js'), '--version'],
    { encoding: 'utf8' },
  );
  rmSync(dirname(pretend), { recursive: true });
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr.split('\n')[0]).toBe(`jtrace: Node.js ${version} is too old: jtrace needs 20.19 or later`);
});

test('through the launcher: the program itself', () => {
  const { status, stdout } = spawnSync(join(REPOSITORY, 'bin/jtrace'), ['--version'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^jtrace \d+\.\d+\.\d+\n$/);
});
