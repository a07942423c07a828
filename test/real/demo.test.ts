// `npm run demo` as a stranger runs it: what its flame graph holds, what it says where it cannot run, and that it leaves nothing behind
// however it ends. Tools are hidden from it in a mount namespace, where an apt-get of ours may "install" them.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PageData } from '../../src/outputs/page-data.ts';
import { needsBuild } from '../demo/machine.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { until } from '../support/run-jtrace.ts';

const START = join(REPOSITORY, 'test/demo/start.mjs');
/** Of the recursion whose stack is 150 calls deep: far more than 127, where the kernel's own walks end. */
const DEEP_FRAMES = 140;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-demo-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly output: string }>;
  said(text: RegExp): Promise<RegExpExecArray>;
}

/** Starts it in the test's folder. `through`: the program and its arguments that start node. */
function startDemo(args: readonly string[], env: Readonly<Record<string, string>> = {}, through: readonly string[] = []): Demo {
  const [program = '', ...rest] = [...through, process.execPath, ...args];
  const child = spawn(program, rest, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<{ status: number | null; output: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, output })),
  );
  return { child, ended, said: (text) => until(`the demo says ${String(text)}`, () => text.exec(output)) };
}

/** Of every sample of a page: its thread, and name and kind of its frames, oldest first. */
function stacksOf(path: string): { readonly thread: string; readonly frames: readonly string[] }[] {
  const [, base64 = ''] = /id="data">([^<]*)</.exec(readFileSync(path, 'utf8')) ?? [];
  const { nodes, frames, texts, kinds, rows, threads } = JSON.parse(
    gunzipSync(Buffer.from(base64, 'base64')).toString(),
  ) as PageData;
  const branch: string[] = [];
  const stacks = nodes.level.map((level, i) => {
    branch.length = level;
    const bits = nodes.kindsSeen[i] ?? 0;
    const seen = kinds.filter((_, bit) => (bits & (1 << bit)) !== 0);
    branch.push(`${texts[frames.name[nodes.frame[i] ?? 0] ?? 0] ?? ''} [${seen.join(' ')}]`);
    return [...branch];
  });
  return rows.node.map((node, i) => ({ thread: threads[rows.thread[i] ?? 0]?.name ?? '', frames: stacks[node] ?? [] }));
}

describeOnHost('npm run demo', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(() => {
    if (needsBuild()) spawnSync('npm', ['run', '--silent', 'build'], { cwd: REPOSITORY });
  });

  test('ten hottest methods, and a flame graph of everything it promises', async () => {
    const { status, output } = await startDemo([START]).ended;
    expect(status, output).toBe(0);
    const [, rows = ''] = /^SELF % .*\n((?:.+\n)*)\n/m.exec(output) ?? [];
    expect(rows.trimEnd().split('\n')).toHaveLength(10);
    const page = join(folder, 'flame.html');
    expect(output).toContain(`demo: the flame graph is ${page}`);
    const stacks = stacksOf(page);
    const has = (thread: string, frame: RegExp): number =>
      stacks.filter((stack) => stack.thread === thread && stack.frames.some((name) => frame.test(name))).length;
    const promised: readonly (readonly [string, RegExp])[] = [
      ['orders-1', /^shop\/OrderBook[.]matchCompiledByC2 .*c2/],
      ['orders-2', /^shop\/OrderBook[.]priceInlined .*inlined/],
      ['stock-1', /^shop\/Stock[.]countCompiledByC1 .*c1/],
      ['discounts-1', /^shop\/Discounts[.]applyInterpreted \[interpreted\]/],
      ['search-1', /[.]lambda\$/],
      ['search-1', /^shop\/SearchIndex[.]rankWithLambdas /],
      ['catalog-1', /^shop\/Catalog[.]sumRecursively /],
      ['archive-1', /^java\/util\/zip\/Deflater[.]deflateBytesBytes .*java-native/],
      ['archive-1', /\[native\]$/],
      ['journal-1', /^shop\/Journal[.]writeBySystemCall /],
      ['journal-1', /^(ksys|vfs)_(read|write) \[kernel\]/],
      ['returns-1', /^shop\/Returns[.]refuseByException /],
      ['returns-1', /^java_lang_Throwable::fill_in_stack_trace.* \[vm\]/],
    ];
    for (const [thread, frame] of promised) expect(has(thread, frame), `${thread}: ${String(frame)}`).toBeGreaterThan(0);
    const depths = stacks.map(({ frames }) => frames.filter((name) => name.startsWith('shop/Catalog.sumRecursively')).length);
    expect(Math.max(...depths)).toBeGreaterThan(DEEP_FRAMES);
    const pid = Number(/runs as process (\d+)/.exec(output)?.[1]);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readdirSync(folder)).toEqual(['flame.html']);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGKILL', null],
  ] as const)('%s in the middle: no JVM is left', async (signal, expected) => {
    const demo = startDemo([START, '60s']);
    const pid = Number((await demo.said(/runs as process (\d+)/))[1]);
    await demo.said(/^\$ bin\/jtrace profile/m);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('shop.Shop');
    demo.child.kill(signal);
    if (signal !== 'SIGKILL') expect((await demo.ended).status).toBe(expected);
    await until('the JVM is gone', () => (existsSync(`/proc/${pid}`) ? null : true));
    // jtrace ends with what it looked at, and closes our pipes.
    await demo.ended;
  });

  test('arguments that are no duration', async () => {
    for (const args of [['nonsense'], ['1s', '2s'], ['-d', '3s']]) {
      const { status, output } = await startDemo([START, ...args]).ended;
      expect({ status, output }).toEqual({
        status: 2,
        output: 'npm run demo: npm run demo [-- DURATION], e.g. npm run demo -- 30s\n',
      });
    }
  });

  describe('without bpftrace', () => {
    const BPFTRACE = bpftracesAtHand()[0] ?? '';
    const HIDE = `mount --bind /dev/null "$(readlink -f ${BPFTRACE})"; exec "$@"`;
    const hidden = ['unshare', '-m', 'sh', '-ec', HIDE, 'sh'];
    const COMMAND = 'apt-get install -y --no-install-recommends bpftrace';

    /** Our own apt-get before all others: what `install` does. */
    function aptGet(install: string): Record<string, string> {
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/apt-get'), `#!/bin/sh\ncase "$*" in *update*) exit 0 ;; esac\n${install}\n`);
      chmodSync(join(folder, 'bin/apt-get'), 0o755);
      return { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    }

    test('it is installed, which is said before, and what apt-get says is not', async () => {
      const env = aptGet(`echo "Setting up a lot"; umount "$(readlink -f ${BPFTRACE})"`);
      const { status, output } = await startDemo([START, '1s'], env, hidden).ended;
      expect(status, output).toBe(0);
      expect(output.split('\n')[0]).toBe(`demo: bpftrace is missing: ${COMMAND}`);
      expect(output).not.toContain('Setting up');
      expect(output).toMatch(/^demo: the flame graph is /m);
    });

    test('apt-get without a network: its own words, and the command', async () => {
      const env = aptGet('echo "E: Failed to fetch http://deb.debian.org/bpftrace.deb" >&2; exit 100');
      const { status, output } = await startDemo([START], env, hidden).ended;
      expect({ status, lines: output.split('\n') }).toEqual({
        status: 3,
        lines: [
          `demo: bpftrace is missing: ${COMMAND}`,
          'E: Failed to fetch http://deb.debian.org/bpftrace.deb',
          'npm run demo: bpftrace is missing, and apt-get could not install it (see above). When it can:',
          `  ${COMMAND}`,
          '',
        ],
      });
    });

    test('no apt-get at all', async () => {
      mkdirSync(join(folder, 'bin'));
      for (const name of ['sh', 'readlink', 'mount']) symlinkSync(join('/bin', name), join(folder, 'bin', name));
      symlinkSync(BPFTRACE, join(folder, 'bin/bpftrace'));
      const through = ['/usr/bin/unshare', ...hidden.slice(1)];
      const { status, output } = await startDemo([START], { PATH: join(folder, 'bin') }, through).ended;
      expect({ status, output }).toEqual({
        status: 3,
        output: `npm run demo: bpftrace is missing, and there is no apt-get in PATH. With it:\n  ${COMMAND}\n`,
      });
    });
  });
});

describe('where it cannot run', () => {
  /** Runs with a part of `process` pretended. */
  async function pretending(what: string): Promise<{ status: number | null; output: string }> {
    const file = join(folder, 'pretend.cjs');
    writeFileSync(file, what);
    return startDemo(['--require', file, START]).ended;
  }

  test.each([
    [`Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } })`, /^npm run demo: Node 20[.]19 or newer is needed, this is 18[.]20[.]4 [(].*[)]\n$/],
    [`Object.defineProperty(process, 'platform', { value: 'darwin' })`, /^npm run demo: jtrace runs on Linux on x86-64, this is darwin on x64\n$/],
    [`Object.defineProperty(process, 'arch', { value: 'arm64' })`, /^npm run demo: jtrace runs on Linux on x86-64, this is linux on arm64\n$/],
    [`process.geteuid = () => 1000; process.execPath = '/usr/bin/node'`, /^npm run demo: root is needed, to load BPF programs: sudo npm run demo\n$/],
    [`process.geteuid = () => 1000; process.execPath = '/home/u/.nvm/node'`, /^npm run demo: root is needed, to load BPF programs: sudo env "PATH=[$]PATH" npm run demo\n$/],
  ])('%s', async (what, expected) => {
    const { status, output } = await pretending(what);
    expect(status).toBe(3);
    expect(output).toMatch(expected);
  }); // prettier-ignore

  test('the registry cannot be reached: npm’s own words, and one line', async () => {
    for (const path of ['package.json', 'package-lock.json', 'test/demo/start.mjs', 'test/tools/fresh-clone.mjs'])
      cpSync(join(REPOSITORY, path), join(folder, 'clone', path));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin/npm'),
      '#!/bin/sh\necho "npm error network request to https://registry.npmjs.org/ failed" >&2\nexit 1\n',
    );
    chmodSync(join(folder, 'bin/npm'), 0o755);
    const root = join(folder, 'root.cjs');
    writeFileSync(root, 'process.geteuid = () => 0;');
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, SUDO_UID: '' };
    const { status, output } = await startDemo(['--require', root, join(folder, 'clone/test/demo/start.mjs')], env).ended;
    expect({ status, output }).toEqual({
      status: 3,
      output: [
        'demo: npm packages are missing or not the locked ones: npm ci',
        'npm error network request to https://registry.npmjs.org/ failed',
        'npm run demo: npm ci failed (status 1); what npm says of it stands above',
        '',
      ].join('\n'),
    });
  });
});
