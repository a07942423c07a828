// Whatever reads user memory in a probe asks whether the kernel freezes by it, before anything of it runs, and takes no for an answer; what
// reads page tables alone goes on without those reads.

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { runEfault } from '../../../src/app/efault.ts';
import { runPageRange } from '../../../src/app/page-range.ts';
import { runProfile } from '../../../src/app/profile.ts';
import { runResidency } from '../../../src/app/residency.ts';
import { runUserScript } from '../../../src/app/run.ts';
import { runWatch } from '../../../src/app/watch.ts';
import { type LookedProcess } from '../../../src/app/looked-process.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { PageLook } from '../../../src/model/page-look.ts';
import type { RunControl } from '../../../src/model/ui.ts';
import { asAddress, asKernelAddress, asPid, PAGE_BYTES } from '../../../src/model/units.ts';

const FROZEN = 'this kernel can freeze the machine';

/** What was asked, and what ran beside: nothing may. */
const seen = vi.hoisted(() => ({ asked: [] as unknown[][], ran: [] as string[], refuses: true }));
vi.mock('../../../src/app/check-kernel.ts', () => ({
  checkKernel: (...asked: unknown[]) => {
    seen.asked.push(asked);
    return seen.refuses ? Promise.reject(new OperatorError('environment', FROZEN, 'update it')) : Promise.resolve();
  },
}));
vi.mock('../../../src/bpftrace/sweep.ts', () => ({ sweepLeftovers: () => undefined }));
const BPFTRACE = vi.hoisted(() => ({
  path: '/nowhere/bpftrace',
  version: { major: 0, minor: 23, patch: 0 },
  versionText: 'v0.23.0',
}));
vi.mock('../../../src/bpftrace/find.ts', () => ({ findBpftrace: () => Promise.resolve(BPFTRACE) }));
vi.mock('../../../src/bpftrace/machine.ts', () => ({ requireInitialPidNamespace: () => undefined, hasKernelProbes: () => true }));
vi.mock('../../../src/bpftrace/require-readable.ts', () => ({ requireReadable: () => Promise.resolve() }));

/** Of a call that is not to be: it is noted, and fails. */
const noted = vi.hoisted(() => (name: string) => () => {
  seen.ran.push(name);
  return Promise.reject(new Error(`${name} ran`));
});
vi.mock('../../../src/app/launch-command.ts', () => ({ launchCommand: noted('a command') }));
vi.mock('../../../src/app/direct-map.ts', () => ({ findDirectMap: noted('bpftrace') }));
vi.mock('../../../src/app/capture-session.ts', () => ({ startSession: noted('bpftrace') }));
vi.mock('../../../src/bpftrace/run-once.ts', () => ({ runOnce: noted('reads') }));
vi.mock('../../../src/app/jvm-watch.ts', () => ({ JvmWatch: class { prepare = noted('a watch'); } })); // prettier-ignore

/** One page of a process that is ours, looked at without bpftrace. */
const START = 0x10000;
const LOOK: PageLook = {
  index: 0,
  beginNs: 0,
  endNs: 1,
  steps: 1,
  runs: [{ start: asAddress(START), end: asAddress(START + PAGE_BYTES), state: { kind: 'none' } }],
};
const LOOKED: LookedProcess = {
  bpftrace: BPFTRACE,
  map: { base: asKernelAddress(0n), paging: { levels: 4, topShift: 39, frameMask: 0n, userEnd: 2 ** 47 } },
  space: { pid: asPid(process.pid), descriptor: -1, isForkChild: false, parent: asPid(1), close: () => undefined },
  label: 'node',
};
vi.mock('../../../src/app/on-looked-process.ts', () => ({
  onLookedProcess: (_request: unknown, _ui: unknown, _looks: unknown, use: (looked: LookedProcess) => Promise<number>) =>
    use(LOOKED),
}));
vi.mock('../../../src/app/look-at-pages.ts', () => ({ lookOnce: () => Promise.resolve(LOOK) }));
vi.mock('../../../src/app/page-cache.ts', () => ({
  askPageCache: () => Promise.resolve({ runs: [], unopened: 0, unanswered: 0 }),
}));
vi.mock('../../../src/target/pages/read-mappings.ts', () => ({
  readMappings: () => [
    { start: START, end: START + PAGE_BYTES, permissions: 'rw-p', fileOffsetBytes: 0, path: '', deleted: false, fileId: '' },
  ],
}));

const CONTROL: RunControl = { stop: new AbortController().signal };
const COMMAND = { kind: 'command', argv: ['/bin/true'], asRoot: true } as const;

function listeningUi() {
  const [told, shown] = [[] as string[], [] as unknown[]];
  const nothing = (): void => undefined;
  const show = (one: unknown): void => void shown.push(one);
  const ui = {
    isLive: false,
    ...{
      progress: nothing,
      choose: nothing,
      summary: nothing,
      tree: nothing,
      problem: nothing,
      program: nothing,
      event: nothing,
    },
    ...{ begin: nothing, script: nothing, loaded: nothing, end: nothing, result: nothing, watched: nothing },
    residency: show,
    range: show,
    message: (level: string, text: string) => void told.push(`${level}: ${text}`),
  };
  return { ui, told, shown };
}
type AnyUi = ReturnType<typeof listeningUi>['ui'];

const COMMON = { durationMs: 1, json: false, printProgram: false, bpftracePath: null, verbosity: 'normal', outputs: [] } as const;

/** Each use that samples stacks or tries reads. */
const REFUSED: Readonly<Record<string, (ui: AnyUi, acceptFreezeRisk: boolean) => Promise<number>>> = {
  profile: (ui, acceptFreezeRisk) =>
    runProfile(
      {
        ...{
          ...COMMON,
          acceptFreezeRisk,
          target: COMMAND,
          rateHz: 99,
          event: null,
          minBlockedNs: 0,
          waker: false,
          intervalBytes: 0,
        },
        ...{
          budget: { samplesPerSecond: 500, bytesPerSecond: 1 << 24 },
          byThread: false,
          lines: false,
          kernel: true,
          native: true,
        },
        ...{ stackBytes: 4096, reread: true, top: 0, recordReads: null },
      },
      ui,
      CONTROL,
    ),
  run: (ui, acceptFreezeRisk) =>
    runUserScript(
      {
        ...{ ...COMMON, acceptFreezeRisk, target: COMMAND, needs: null, unsafe: false, engine: 'auto', showLoaded: false },
        source: { name: 'x.bt', text: 'BEGIN { exit(); }' },
      },
      ui,
      CONTROL,
    ),
  'watch --profile': (ui, acceptFreezeRisk) =>
    runWatch(
      {
        ...{ ...COMMON, probe: null },
        profiles: {
          folder: '/nowhere',
          match: null,
          afterMs: 0,
          endings: ['.html'],
          durationMs: 1,
          bpftracePath: null,
          acceptFreezeRisk,
        },
      },
      ui,
      CONTROL,
    ),
  'residency --efault': (ui, acceptFreezeRisk) =>
    runEfault({ ...COMMON, acceptFreezeRisk, target: COMMAND, probes: [] }, ui, CONTROL),
};

/** Each use that reads page tables, and pages only to check them. */
const LEFT_OUT: Readonly<Record<string, (ui: AnyUi, acceptFreezeRisk: boolean, checksReads: boolean) => Promise<number>>> = {
  residency: (ui, acceptFreezeRisk, checksReads) =>
    runResidency({ ...COMMON, target: { kind: 'pid', pid: asPid(process.pid) }, checksReads, acceptFreezeRisk }, ui, CONTROL),
  'residency --addr': (ui, acceptFreezeRisk, checksReads) =>
    runPageRange(
      {
        ...{ ...COMMON, target: { kind: 'pid', pid: asPid(process.pid) }, checksReads, acceptFreezeRisk },
        ...{ start: START, end: START + PAGE_BYTES, watch: null },
      },
      ui,
      CONTROL,
    ),
};

beforeEach(() => {
  seen.asked = [];
  seen.ran = [];
  seen.refuses = true;
});

describe.each(Object.entries(REFUSED))('%s', (_name, use) => {
  test('is refused, and nothing has run by then', async () => {
    const { ui } = listeningUi();
    await expect(use(ui, false)).rejects.toThrow(FROZEN);
    expect(seen.asked).toEqual([[BPFTRACE, ui, false]]);
    expect(seen.ran).toEqual([]);
  });

  test('says whether the risk is accepted, and goes on', async () => {
    seen.refuses = false;
    const { ui } = listeningUi();
    await expect(use(ui, true)).rejects.toThrow(/ ran$/u);
    expect(seen.asked).toEqual([[BPFTRACE, ui, true]]);
    expect(seen.ran).toHaveLength(1);
  });
});

describe.each(Object.entries(LEFT_OUT))('%s', (_name, use) => {
  test('leaves the reads out, says so, shows the rest, and that is whole: exit code 0', async () => {
    const { ui, told, shown } = listeningUi();
    expect(await use(ui, false, true)).toBe(0);
    expect(seen.asked).toEqual([[BPFTRACE, ui, false, undefined]]);
    expect(seen.ran).toEqual([]);
    expect(told).toEqual([`warning: pages are not read to check the page tables: ${FROZEN}`]);
    expect(shown).toEqual([expect.objectContaining({ check: null })]);
  });

  test('reads where it may', async () => {
    seen.refuses = false;
    const { ui } = listeningUi();
    await expect(use(ui, true, true)).rejects.toThrow('reads ran');
    expect(seen.asked).toEqual([[BPFTRACE, ui, true, undefined]]);
  });

  test('--no-check: nothing is asked', async () => {
    const { ui, told } = listeningUi();
    expect(await use(ui, false, false)).toBe(0);
    expect([seen.asked, told]).toEqual([[], []]);
  });
});

test('watch without --profile reads no user memory: nothing is asked', async () => {
  const { ui } = listeningUi();
  await expect(runWatch({ ...COMMON, probe: null, profiles: null }, ui, CONTROL)).rejects.toThrow('a watch ran');
  expect(seen.asked).toEqual([]);
});
