// `jtrace residency` on a program whose memory is in every state by construction: what it says of each page is what mincore(2) says in the
// process itself, what BPF reads there, and what the program then does to its pages is seen happening.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { HUGE_BYTES, type PageStates, REGION_BYTES, startPageStates, withSwap } from '../../support/page-states.ts';
import { readSmaps } from '../../../src/target/pages/smaps.ts';
import { asPid } from '../../../src/model/units.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../../support/run-jtrace.ts';

/** What a region's pages are, and why BPF cannot read them; of several the second half follows. */
const EXPECTED = {
  touched: [{ state: 'writable', cause: null }],
  untouched: [{ state: 'absent', cause: 'never-touched' }],
  dontneed: [{ state: 'absent', cause: 'never-touched' }],
  none: [{ state: 'protected', cause: 'prot-none' }],
  zeros: [{ state: 'read-only', cause: null }],
  shared: [
    { state: 'writable', cause: null },
    { state: 'absent', cause: 'never-touched' },
  ],
  cached: [{ state: 'cached', cause: 'not-faulted-in' }],
  dropped: [{ state: 'absent', cause: 'not-in-memory' }],
  huge: [{ state: 'writable', cause: null, pageBytes: HUGE_BYTES }],
} as const;

/** In memory by mincore(2); the program was asked, too. */
const RESIDENT_PAGES: Readonly<Record<keyof typeof EXPECTED, number>> = {
  touched: 32, untouched: 0, dontneed: 0, none: 32, zeros: 32, shared: 16, cached: 32, dropped: 0, huge: 512,
}; // prettier-ignore

/** What the kernel counts of the mapping that begins there. */
function swapBytesOf(pid: number, start: number): number {
  return readSmaps(asPid(pid))?.find(({ mapping }) => mapping.start === start)?.swapBytes ?? 0;
}

/** Looked at one by one, too. */
const RANGES = ['shared', 'cached', 'huge'] as const;

/** Of huge pages of the machine's own. */
const NR_HUGEPAGES = '/proc/sys/vm/nr_hugepages';

interface JsonRow {
  readonly start: string;
  readonly sizeBytes: number;
  readonly residentBytes: number;
  readonly swappedBytes: number;
  readonly readableBytes: number;
  readonly rssBytes: number;
  readonly causes: readonly { readonly cause: string; readonly bytes: number; readonly isResident: boolean }[];
}

interface JsonResult {
  readonly isNumaBalancing: boolean;
  readonly mappings: readonly JsonRow[];
  readonly runs: readonly {
    readonly start: string;
    readonly end: string;
    readonly state: string;
    readonly cause: string | null;
  }[];
  readonly check: {
    readonly read: number;
    readonly readable: number;
    readonly unreadable: number;
    readonly contradicted: number;
  };
}

const parsed = (text: string): JsonResult => JSON.parse(text) as JsonResult;

describeOnHost('what BPF can read of a process', ['root', 'bpftrace', 'cc'], () => {
  let program: PageStates;
  let folder = '';
  const regionOf = (name: string): number => program.regions.get(name)?.address ?? 0;
  const residency = (...args: readonly string[]): ReturnType<typeof runJtrace> =>
    runJtrace(['residency', String(program.pid), ...args], { cwd: folder });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-residency-'));
    program = await startPageStates();
  });
  afterAll(() => {
    program.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the program is what it says it is', () => {
    for (const [name, pages] of Object.entries(RESIDENT_PAGES)) expect(program.regions.get(name)?.resident, name).toBe(pages);
  });

  describe.each(bpftracesAtHand())('%s', (bpftrace) => {
    test('swap: what is in it is in SWAPPED, neither in memory nor absent', async () => {
      await withSwap(async () => {
        const at = regionOf('pageout');
        // A page that the kernel is about to put on its lists stays: once more, then.
        for (let turn = 0; turn < 50 && swapBytesOf(program.pid, at) < REGION_BYTES; turn++)
          await program.order('pageout pageout');
        const rowOf = async (): Promise<JsonRow | undefined> => {
          const { status, stdout, stderr } = await residency('--bpftrace', bpftrace, '--json', '--no-check');
          expect(status, stderr).toBe(0);
          return parsed(stdout).mappings.find(({ start }) => Number(start) === at);
        };
        expect(await rowOf()).toMatchObject({
          sizeBytes: REGION_BYTES,
          // The kernel's own count, too.
          swapBytes: REGION_BYTES,
          swappedBytes: REGION_BYTES,
          residentBytes: 0,
          absentBytes: 0,
          readableBytes: 0,
          causes: [{ cause: 'swapped', bytes: REGION_BYTES, isResident: false }],
        });
        await program.order('touch pageout');
      });
    });

    test('every mapping: what is in memory, what can be read, and why not', async () => {
      const { status, stdout, stderr } = await residency('--bpftrace', bpftrace, '--json');
      expect(status, stderr).toBe(0);
      const { mappings, check } = parsed(stdout);
      for (const [name, runs] of Object.entries(EXPECTED)) {
        const at = regionOf(name);
        const row = mappings.find(({ start }) => Number(start) === at);
        const bytes = RESIDENT_PAGES[name as keyof typeof EXPECTED] * 4096;
        const readable = runs.filter(({ cause }) => cause === null).length > 0 ? bytes : 0;
        expect(row, name).toMatchObject({ residentBytes: bytes, readableBytes: readable });
        const causes = runs.flatMap(({ cause }) => (cause === null ? [] : [cause]));
        expect(
          row?.causes.map(({ cause }) => cause),
          name,
        ).toEqual(causes);
      }
      // The kernel's own count, which leaves the shared page of zeros out.
      const anonymous = mappings.find(({ start }) => Number(start) === regionOf('touched'));
      expect(anonymous?.rssBytes).toBe(REGION_BYTES);
      // The program wakes all the time: its pages were read, and reads and tables agree.
      expect(check).toMatchObject({ contradicted: 0 });
      expect(check.readable).toBeGreaterThan(10);
      expect(check.unreadable).toBeGreaterThan(5);
    });
  });

  test('without swap and with one NUMA node, as this host is: SWAPPED is empty, nothing is blamed on either', async () => {
    expect(readFileSync('/sys/devices/system/node/online', 'latin1').trim()).toBe('0');
    const [shown, json] = await Promise.all([residency('--no-check', '--all'), residency('--no-check', '--json')]);
    for (const { status, stderr } of [shown, json]) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = shown.stdout.split('\n').filter((line) => /^ *[\d.]+[KMG] /u.test(line));
    expect(shown.stdout).toMatch(/^ *SIZE +PAGE +RESIDENT +SWAPPED +ABSENT +READABLE +MAPPING$/mu);
    expect(shown.stdout).not.toMatch(/swapped|NUMA/u);
    const { mappings, isNumaBalancing } = parsed(json.stdout);
    expect(isNumaBalancing).toBe(false);
    expect(rows.length).toBeGreaterThan(mappings.length / 2);
    const causes = new Set(mappings.flatMap((row) => row.causes.map(({ cause }) => cause)));
    expect(mappings.reduce((sum, { swappedBytes }) => sum + swappedBytes, 0)).toBe(0);
    expect(causes).toContain('never-touched');
    expect(causes).not.toContain('swapped');
    expect(causes).not.toContain('numa-hinting');
  });

  test('one range, page by page', async () => {
    const looks = await Promise.all(
      RANGES.map((name) =>
        residency(
          '--json',
          '--no-check',
          '--addr',
          `0x${regionOf(name).toString(16)},${String(name === 'huge' ? HUGE_BYTES : REGION_BYTES)}`,
        ),
      ),
    );
    RANGES.forEach((name, index) => {
      expect(looks[index]?.status, looks[index]?.stderr).toBe(0);
      expect(parsed(looks[index]?.stdout ?? '{}').runs).toMatchObject(EXPECTED[name]);
    });
  });

  test('a touch, DONTNEED, a fork, a copy, swap and PROT_NONE are seen happening', async () => {
    const at = regionOf('touched');
    const watch = startJtrace(
      [
        'residency',
        String(program.pid),
        '--addr',
        `0x${at.toString(16)},128k`,
        '--watch',
        '-i',
        '20ms',
        '--json',
        '-o',
        'heat.html',
        '-o',
        'heat.json',
      ],
      { cwd: folder },
    );
    const steps = [
      ['dontneed touched', 'given-back'],
      ['write touched', 'touched'],
      // A thread of its own is no fork.
      ['spin', null],
      ['fork', 'write-protected'],
      ['write touched', 'made-writable'],
      ['pageout touched', 'swapped-out'],
      ['touch touched', 'swapped-in'],
      ['none touched', 'access-taken'],
      ['access touched', 'access-given'],
    ] as const;
    await withSwap(async () => {
      await watch.said('"kind":"begin"');
      for (const [order, kind] of steps) {
        await program.order(order);
        if (kind !== null) await watch.said(`"kind":"${kind}"`);
      }
    });
    process.kill(watch.pid, 'SIGINT');
    const { status, stdout, stderr } = await watch.ended;
    expect(status, stderr).toBe(0);
    const events = stdout.trim().split('\n').map((line) => JSON.parse(line) as { kind: string; changes?: { kind: string; start: string; end: string }[] }); // prettier-ignore
    const whole = { start: `0x${at.toString(16)}`, end: `0x${(at + REGION_BYTES).toString(16)}` };
    expect(events.flatMap(({ changes }) => changes ?? []).filter(({ kind }) => kind === 'given-back')).toMatchObject([whole]);
    expect(events.map(({ kind }) => kind).filter((kind) => kind === 'fork')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'end', broken: 0, ended: 'interrupted' });
    const saved = JSON.parse(readFileSync(join(folder, 'heat.json'), 'utf8')) as {
      looks: readonly unknown[];
      events: readonly unknown[];
    };
    expect(saved.looks.length).toBeGreaterThanOrEqual(steps.length);
    expect(readFileSync(join(folder, 'heat.html'), 'utf8')).toMatch(/<path fill="#b2182b"[^>]*><title>swapped out/u);
  });

  test('huge pages set aside (hugetlb): their size, and what is in memory; none of it is a file', async () => {
    const before = Number(readFileSync(NR_HUGEPAGES, 'latin1'));
    let own: PageStates | null = null;
    try {
      writeFileSync(NR_HUGEPAGES, String(before + 2));
      own = await startPageStates();
      const region = own.regions.get('hugetlb');
      if (region === undefined)
        throw new Error(`this machine gives no two huge pages of 2 MiB: ${NR_HUGEPAGES} cannot be raised`);
      expect(region.resident).toBe(HUGE_BYTES / 4096);
      const range = ['--addr', `0x${region.address.toString(16)},${String(2 * HUGE_BYTES)}`];
      const looks = await Promise.all(
        [[], range].map((more) => runJtrace(['residency', String(own?.pid), '--no-check', '--json', ...more])),
      );
      for (const { status, stderr } of looks) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const [all, one] = looks.map(({ stdout }) => parsed(stdout));
      expect(all?.mappings.find(({ start }) => Number(start) === region.address)).toMatchObject({
        path: '/anon_hugepage',
        pageBytes: HUGE_BYTES,
        sizeBytes: 2 * HUGE_BYTES,
        residentBytes: HUGE_BYTES,
        readableBytes: HUGE_BYTES,
        absentBytes: HUGE_BYTES,
        causes: [{ cause: 'never-touched', bytes: HUGE_BYTES, isResident: false }],
      });
      expect(one?.runs).toMatchObject([
        { state: 'writable', cause: null, pageBytes: HUGE_BYTES },
        { state: 'absent', cause: 'never-touched' },
      ]);
    } finally {
      own?.stop();
      writeFileSync(NR_HUGEPAGES, String(before));
    }
  });

  test('files of a container (overlayfs): their pages are those of the files behind them', async () => {
    const at = (name: string): string => join(folder, name);
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(at(name));
    const options = `lowerdir=${at('lower')},upperdir=${at('upper')},workdir=${at('work')}`;
    expect(spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, at('merged')]).status).toBe(0);
    const contained = await startPageStates(at('merged'));
    try {
      const { status, stdout, stderr } = await runJtrace(['residency', String(contained.pid), '--no-check', '--json']);
      expect(status, stderr).toBe(0);
      const rowOf = (name: string): JsonRow | undefined =>
        parsed(stdout).mappings.find(({ start }) => Number(start) === contained.regions.get(name)?.address);
      expect(rowOf('cached')).toMatchObject({ residentBytes: REGION_BYTES, causes: [{ cause: 'not-faulted-in' }] });
      expect(rowOf('dropped')).toMatchObject({ residentBytes: 0, causes: [{ cause: 'not-in-memory' }] });
    } finally {
      contained.stop();
      await until('the overlay is unmounted', () => (spawnSync('umount', [at('merged')]).status === 0 ? true : null));
    }
  });

  test('a fork child: what its parent has and it has not', async () => {
    await program.order('touch cached');
    const [, child = ''] = /child (\d+)/u.exec(await program.order('fork')) ?? [];
    const { status, stdout, stderr } = await runJtrace(['residency', child, '--no-check', '--json']);
    expect(status, stderr).toBe(0);
    const row = parsed(stdout).mappings.find(({ start }) => Number(start) === regionOf('cached'));
    // In memory, readable in the parent, and not in the child.
    expect(row).toMatchObject({
      residentBytes: REGION_BYTES,
      readableBytes: 0,
      causes: [{ cause: 'fork-child', isResident: true }],
    });
    const shared = parsed(stdout).mappings.find(({ start }) => Number(start) === regionOf('shared'));
    expect(shared?.causes).toContainEqual({ cause: 'fork-child', bytes: REGION_BYTES / 2, isResident: true });
  });
});
