// Lab 13: what one bpftrace program is in the kernel: programs, maps, helpers, code, runs; by bpftool, and by jtrace run --show-loaded.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import type { Lab } from '../lab.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'what-is-loaded';

const CALLS = 1000;
const CALLS_OF_JTRACE = 500;
/** Two uprobes, which are of type kprobe. */
const TYPES = ['kprobe', 'kprobe'] as const;
/** 1: kallsyms names what was compiled. */
const NAMES_SETTING = '/proc/sys/net/core/bpf_jit_kallsyms';
/** A program is freed a moment after the last file of it is closed; on a busy machine a longer one. */
const FREED_LOOK_MS = 200;
const FREED_LOOKS = 25;
/** Of the code that is shown: enough to see what it looks like. */
const SHOWN_INSTRUCTIONS = 14;
/** Of a counter. */
const COUNTER_BYTES = 8;

export const WHAT_IS_LOADED: Lab = {
  id: NAME,
  needs: ['cc', 'bpftool'],
  steps: [
    { key: 'programs', predictions: ['how-many', 'type'] },
    { key: 'maps', predictions: ['kind'] },
    { key: 'counted' },
    { key: 'code', predictions: ['larger'] },
    { key: 'gone' },
    { key: 'jtrace' },
  ],
  run,
  predictions: {
    'how-many': (measured) => ({ kind: 'choice', key: textsOf(measured, 'types').length === 1 ? 'one' : 'each' }),
    type: (measured) => ({ kind: 'choice', key: textsOf(measured, 'types').includes('uprobe') ? 'uprobe' : 'kprobe' }),
    kind: (measured) => ({ kind: 'choice', key: String(measured['countKind']).startsWith('percpu_') ? 'percpu' : 'one' }),
    larger: (measured) => {
      const [jitedBytes, xlatedBytes] = [numberOf(measured, 'jitedBytes'), numberOf(measured, 'xlatedBytes')];
      if (!(jitedBytes > 0)) return { kind: 'unknown' };
      return { kind: 'choice', key: jitedBytes > xlatedBytes ? 'jited' : 'xlated' };
    },
  },
  checks: {
    programs: (measured) => equals(textsOf(measured, 'types'), TYPES),
    'count-map': (measured) =>
      holds(/^percpu_/u.test(String(measured['countKind'])), String(measured['countKind']), 'percpu_array or percpu_hash'),
    transport: (measured) => {
      const [kinds, wanted] = [textsOf(measured, 'kinds'), String(measured['transport'])];
      return holds(kinds.includes(wanted), kinds.join(', '), wanted);
    },
    sum: (measured) => equals(measured['countedSum'], CALLS),
    runs: (measured) => equals(measured['runs'], CALLS),
    helpers: (measured) => {
      const helpers = textsOf(measured, 'helpers');
      if (helpers.length === 0)
        return { kind: 'not-possible', because: 'bpftool shows no names of helpers here (kernel.kptr_restrict)' };
      const isSo = helpers.includes('bpf_get_current_comm') && helpers.some((name) => /^bpf_ktime_get_(?:boot_)?ns$/u.test(name));
      return holds(isSo, helpers.join(', '), 'bpf_get_current_comm, and bpf_ktime_get_ns or bpf_ktime_get_boot_ns');
    },
    jited,
    gone: (measured) => equals(measured['leftBehind'], 0),
    jtrace: (measured) => {
      const runs = runsOf(measured);
      return holds(runs.includes(CALLS_OF_JTRACE), runs.join(', ') || 'nothing', String(CALLS_OF_JTRACE));
    },
  },
  exercise: {
    helper: () => ({ kind: 'word', oneOf: ['bpf_get_current_comm', 'get_current_comm', 'bpf_get_current_comm()'] }),
    cpus: (measured) => {
      const copies = numberOf(measured, 'copies');
      return copies > 0 ? { kind: 'number', from: copies, to: copies } : { kind: 'unknown' };
    },
    killed: () => ({ kind: 'choice', key: 'nothing' }),
    verified: () => ({ kind: 'choice', key: 'paths' }),
  },
};

interface Loaded {
  readonly programs: readonly string[];
  readonly maps: readonly string[];
}

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const worker = await room.start(program);
  await room.step('programs');
  const trace = await room.trace(NAME, { program });
  const loaded = await openFiles(room, trace.pid);
  const types: string[] = [];
  for (const id of loaded.programs) types.push((await showProgram(room, id)).type);
  room.show(`${String(types.length)} programs, of type ${[...new Set(types)].join(' and ')}; ${String(loaded.maps.length)} maps`);
  await room.step('maps');
  const maps = await showMaps(room, loaded.maps);
  await room.step('counted');
  const counted = await count(room, worker, loaded.programs, maps.countMap);
  await room.step('code');
  const code = await lookAtCode(room, counted.busiest);
  await room.step('gone');
  await trace.stop();
  let leftBehind = 0;
  for (const id of loaded.programs) if (!(await isGone(room, id))) leftBehind++;
  room.show(`${String(leftBehind)} of ${String(loaded.programs.length)} programs are left`);
  await room.step('jtrace');
  const jtraceRuns = await runJtrace(room, program);
  const transport = room.dialect.transport === 'ring-buffer' ? 'ringbuf' : 'perf_event_array';
  return { types: types.sort(), ...maps.measurements, transport, ...counted.measurements, ...code, leftBehind, jtraceRuns };
}

/** By the kernel's word on bpftrace's open files: what nobody holds open any more is gone. */
async function openFiles(room: LabRoom, pid: number): Promise<Loaded> {
  const { stdout } = await room.command('grep', '-rhsE', '^(prog_id|map_id):', `/proc/${String(pid)}/fdinfo`);
  const idsOf = (name: string): readonly string[] => {
    const ids = [...stdout.matchAll(new RegExp(`^${name}:\\s*(\\d+)$`, 'gmu'))].flatMap(([, id]) => id ?? []);
    return [...new Set(ids)].sort((a, b) => Number(a) - Number(b));
  };
  return { programs: idsOf('prog_id'), maps: idsOf('map_id') };
}

async function isGone(room: LabRoom, id: string): Promise<boolean> {
  for (let looks = 0; looks < FREED_LOOKS; looks++) {
    if ((await room.command('bpftool', 'prog', 'show', 'id', id)).code !== 0) return true;
    await room.sleep(FREED_LOOK_MS);
  }
  return false;
}

interface ShownProgram {
  readonly id: string;
  readonly type: string;
  readonly tag: string;
  readonly runs: number;
  readonly xlatedBytes: number;
  readonly jitedBytes: number;
  readonly isInterpreted: boolean;
}

async function showProgram(room: LabRoom, id: string): Promise<ShownProgram> {
  const { stdout } = await room.command('bpftool', 'prog', 'show', 'id', id);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  return {
    id,
    type: /^\d+: (\w+)/mu.exec(stdout)?.[1] ?? '',
    tag: /\btag ([0-9a-f]{16})/u.exec(stdout)?.[1] ?? '',
    runs: number(/\brun_cnt (\d+)/u),
    xlatedBytes: number(/\bxlated (\d+)B/u),
    jitedBytes: number(/\bjited (\d+)B/u),
    isInterpreted: stdout.includes('not jited'),
  };
}

interface ShownMaps {
  /** Of `@calls`; '': there is none of that name. */
  readonly countMap: string;
  readonly measurements: Measurements;
}

async function showMaps(room: LabRoom, ids: readonly string[]): Promise<ShownMaps> {
  const maps: { readonly id: string; readonly kind: string; readonly name: string }[] = [];
  for (const id of ids) {
    const { stdout } = await room.command('bpftool', 'map', 'show', 'id', id);
    const [, kind = '', name = ''] = /^\d+: (\w+)\s+(?:name (\S+))?/mu.exec(stdout) ?? [];
    maps.push({ id, kind, name });
  }
  // A map's name must not have an @ in it: bpftrace writes AT_.
  const counter = maps.find(({ name }) => name === 'AT_calls');
  return {
    countMap: counter?.id ?? '',
    measurements: { kinds: maps.map(({ kind }) => kind).sort(), countKind: counter?.kind ?? 'no map AT_calls' },
  };
}

interface Counted {
  /** The program that ran most: that of work(). */
  readonly busiest: ShownProgram | null;
  readonly measurements: Measurements;
}

async function count(room: LabRoom, worker: LabProgram, programs: readonly string[], countMap: string): Promise<Counted> {
  await room.countRuns();
  await worker.order(`call ${CALLS}`);
  const copies = countMap === '' ? [] : copiesIn((await room.command('bpftool', '-j', 'map', 'dump', 'id', countMap)).stdout);
  const shown: ShownProgram[] = [];
  for (const id of programs) shown.push(await showProgram(room, id));
  const busiest = shown.reduce<ShownProgram | null>((most, one) => (most === null || one.runs > most.runs ? one : most), null);
  const countedSum = copies.reduce((sum, value) => sum + value, 0);
  room.show(
    `the map has ${copies.length} numbers, one for each possible processor: ${sumWords(copies)}; in all ${countedSum}`,
    `the program of work() ran ${busiest?.runs ?? 0} times`,
  );
  return { busiest, measurements: { copies: copies.length, countedSum, runs: busiest?.runs ?? 0 } };
}

/** `{"cpu":0,"value":["0xe8","0x03",…]}` for each possible processor; behind it a bpftool that knows the types writes it once more, as a number. */
function copiesIn(json: string): readonly number[] {
  return [...json.matchAll(/"cpu":\s*\d+,\s*"value":\s*\[([^\]]*)\]/gu)].map(([, list = '']) => {
    const bytes = [...list.matchAll(/0x([0-9a-f]{2})/gu)].slice(0, COUNTER_BYTES);
    return bytes.reduce((sum, [, byte = '0'], at) => sum + Number.parseInt(byte, 16) * 256 ** at, 0);
  });
}

/** Of many processors most have counted nothing. */
function sumWords(copies: readonly number[]): string {
  const counted = copies.filter((value) => value > 0);
  return [...counted, ...(counted.length < copies.length ? ['all others 0'] : [])].join(', ');
}

async function lookAtCode(room: LabRoom, program: ShownProgram | null): Promise<Measurements> {
  if (program === null) return {};
  const { id, tag, xlatedBytes, jitedBytes, isInterpreted } = program;
  const file = `${room.folder}/xlated`;
  await room.command('sh', '-c', `bpftool prog dump xlated id ${id} > ${file}`);
  await room.command('head', '-n', String(SHOWN_INSTRUCTIONS), file);
  const { stdout } = await room.command('grep', 'call', file);
  const helpers = [...new Set([...stdout.matchAll(/\bcall (\w+)#/gu)].flatMap(([, name]) => name ?? []))].sort();
  // Only where it was built with a disassembler; the code is there all the same.
  await room.command('sh', '-c', `bpftool prog dump jited id ${id} 2>&1 | head -n ${SHOWN_INSTRUCTIONS}`);
  const { stdout: symbols } = await room.command('grep', `bpf_prog_${tag}`, '/proc/kallsyms');
  const areNamed = room.read(NAMES_SETTING).trim() === '1';
  room.show(
    `${xlatedBytes} bytes of BPF, ${jitedBytes} bytes of machine code`,
    `calls ${helpers.join(', ') || 'nothing by name'}`,
  );
  return { helpers, xlatedBytes, jitedBytes, isInterpreted, isNamed: symbols.trim() !== '', areNamed };
}

async function runJtrace(room: LabRoom, program: string): Promise<readonly number[]> {
  const text = `uprobe:${program}:work { @calls = count(); }`;
  // As root: the folder is root's, and so is what is in it.
  const { stdout, stderr } = await room.jtrace(
    'run',
    '-e',
    text,
    '--show-loaded',
    '--as-root',
    '--',
    program,
    String(CALLS_OF_JTRACE),
  );
  // PROGRAM NAME TYPE VERIFIED RUNS NS/RUN MS
  const rows = `${stdout}\n${stderr}`.matchAll(/^ *\d+ +\S+ +kprobe +\S+ +(\d+) /gmu);
  const runs = [...rows].map(([, digits]) => Number(digits));
  room.show(`programs of type kprobe ran ${runs.join(', ') || 'never'} times`);
  return runs;
}

function jited(measured: Measurements): CheckOutcome {
  if (measured['isInterpreted'] === true)
    return { kind: 'not-possible', because: 'this kernel interprets BPF (net.core.bpf_jit_enable)' };
  const [jitedBytes, isNamed] = [numberOf(measured, 'jitedBytes'), measured['isNamed'] === true];
  if (jitedBytes > 0 && !isNamed && measured['areNamed'] === false)
    return {
      kind: 'not-possible',
      because: 'this kernel does not name compiled programs, or does not say (net.core.bpf_jit_kallsyms)',
    };
  return holds(
    jitedBytes > 0 && isNamed,
    `${jitedBytes} bytes, ${isNamed ? '' : 'not '}in kallsyms`,
    'machine code that kallsyms names',
  );
}

function textsOf(measured: Measurements, key: string): readonly string[] {
  const value = measured[key];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is string => typeof one === 'string');
}

function runsOf(measured: Measurements): readonly number[] {
  const value = measured['jtraceRuns'];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is number => typeof one === 'number');
}
