// What lab 10 measures with: rounds of calls in the program under test, the same with a probe at them; medians of the rounds, and the least of them
// for what is a few percent only.

import { OperatorError } from '../../model/errors.ts';
import type { Measurements } from '../../model/lab.ts';
import type { LabProgram, LabRoom, LabTrace } from '../room.ts';

export const NAME = 'probe-cost';

export interface Counts {
  readonly syscalls: number;
  readonly calls: number;
  readonly printed: number;
}

/** Odd: each median is one of them. */
const ROUNDS = 11;
/** Between two looks at what is printed, and after how many without anything new no more is waited for. */
const LOOK_MS = 50;
const MOST_QUIET_LOOKS = 40;
/** Of the events that are printed. */
const MOST_SHOWN_EVENTS = 3;

/** What all steps work with. */
export interface Bench {
  readonly room: LabRoom;
  readonly worker: LabProgram;
  readonly counts: Counts;
  readonly isEmulated: boolean;
  /** Of a call of getsid without any probe: what an emulated machine's times are told in. */
  readonly unitNs: number;
}

/** Middles of one phase, in nanoseconds a call. */
interface Phase {
  readonly probed: number;
  readonly twin: number;
  /** Of the round in which the twin was disturbed least: a few percent are told from chance by that, and not by middles. */
  readonly leastTwin: number;
  /** How much more the probed one takes than its twin in the same round. */
  readonly more: number;
  readonly made: number;
}

export async function syscallRounds({ worker, counts }: Pick<Bench, 'worker' | 'counts'>): Promise<Phase> {
  const answer = await worker.order(`syscalls ${String(counts.syscalls)} ${String(ROUNDS)}`);
  const rounds = roundsOf(answer);
  return {
    probed: median(rounds.map(([probed = NaN]) => probed)),
    twin: median(rounds.map(([, twin = NaN]) => twin)),
    leastTwin: Math.min(...rounds.map(([, twin = NaN]) => twin)),
    more: median(rounds.map(([probed = NaN, twin = NaN]) => probed - twin)),
    made: madeOf(answer),
  };
}

/** Who has a BPF program at a system call's tracepoint, as `bpftrace (123)`. */
export async function tracersOf(worker: LabProgram): Promise<readonly string[]> {
  return (await worker.order('tracers')).flatMap((line) => (line.startsWith('tracer ') ? [line.slice(7)] : []));
}

/** Without, with, without: so that a machine that drifts shows. Where the probe cannot be attached, only why. */
export async function atSyscall(bench: Bench, key: 'tracepoint' | 'kprobe' | 'fentry', probe: string): Promise<Measurements> {
  const { room } = bench;
  const before = await syscallRounds(bench);
  const trace = await attached(room, probe);
  if (typeof trace === 'string') {
    room.show('it cannot be attached here; bpftrace says:', trace);
    return { [`${key}Missing`]: trace };
  }
  const during = await syscallRounds(bench);
  const lines = await trace.stop();
  const after = await syscallRounds(bench);
  const hits = countOf(lines, 'hits');
  const cost = during.more - (before.more + after.more) / 2;
  const idleTwin = (before.twin + after.twin) / 2;
  const idleLeast = [before.leastTwin, after.leastTwin];
  room.show(
    `getsid, without a probe: ${told(bench, before.twin)} before, ${told(bench, during.twin)} meanwhile, ${told(bench, after.twin)} after`,
    `getpgid, with the probe: ${told(bench, before.probed)} before, ${told(bench, during.probed)} meanwhile, ${told(bench, after.probed)} after`,
    `so a hit costs ${told(bench, cost)} beside what getsid lost; ${String(hits)} hits for ${String(during.made)} calls`,
  );
  return {
    [`${key}Hits`]: hits,
    [`${key}Made`]: during.made,
    // In calls of getsid; the nanoseconds of an emulated machine cancel out.
    [`${key}Cost`]: rounded(cost / idleTwin),
    [`${key}Tax`]: rounded(during.leastTwin / Math.max(...idleLeast)),
    [`${key}Drift`]: rounded(Math.max(...idleLeast) / Math.min(...idleLeast)),
    ...(bench.isEmulated
      ? {}
      : { [`${key}Ns`]: rounded(cost), [`${key}TaxNs`]: rounded(during.twin - idleTwin), [`${key}TwinNs`]: rounded(idleTwin) }),
  };
}

/** A text: why bpftrace cannot attach it here. */
async function attached(room: LabRoom, probe: string): Promise<LabTrace | string> {
  try {
    return await room.trace(`${NAME}-kernel`, { probe });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return /\bERROR: .+$/su.exec(error.message)?.[0] ?? error.message;
  }
}

export async function atFunctions(bench: Bench, program: string): Promise<Measurements> {
  const { room, worker, counts } = bench;
  const idle = await syscallRounds(bench);
  const trace = await room.trace(`${NAME}-user`, { program });
  const usedBefore = await usedNs(worker, trace.pid);
  const answer = await worker.order(`calls ${String(counts.calls)} ${String(ROUNDS)}`);
  const usedDuring = (await usedNs(worker, trace.pid)) - usedBefore;
  const lines = await trace.stop();
  const rounds = roundsOf(answer);
  const more = (index: number): number => median(rounds.map((round) => (round[index] ?? NaN) - (round[0] ?? NaN)));
  const [uprobe, uretprobe, usdt, made] = [more(1), more(2), more(3), madeOf(answer)];
  const [uprobeHits, uretprobeHits, usdtHits] = [countOf(lines, 'uprobe'), countOf(lines, 'uretprobe'), countOf(lines, 'usdt')];
  const ownNs = usedDuring / Math.max(1, uprobeHits + uretprobeHits + usdtHits);
  room.show(
    `a hit: uprobe ${told(bench, uprobe)}, uretprobe ${told(bench, uretprobe)}, USDT probe ${told(bench, usdt)}`,
    `they ran ${String(uprobeHits)}, ${String(uretprobeHits)} and ${String(usdtHits)} times, for ${String(made)} calls each`,
  );
  return {
    userMade: made,
    uprobeHits,
    uretprobeHits,
    usdtHits,
    uprobeCost: rounded(uprobe / idle.twin),
    uretprobeToUprobe: rounded(uretprobe / uprobe),
    usdtToUprobe: rounded(usdt / uprobe),
    // With what bpftrace itself used, in calls of getsid.
    countCost: rounded((uprobe + ownNs) / idle.twin),
    ...(bench.isEmulated
      ? {}
      : { uprobeNs: rounded(uprobe), uretprobeNs: rounded(uretprobe), usdtNs: rounded(usdt), countNs: rounded(uprobe + ownNs) }),
  };
}

/** `countCost`: of an event that is only counted, in calls of getsid. */
export async function printing(bench: Bench, program: string, countCost: number): Promise<Measurements> {
  const { room, worker, counts } = bench;
  const idle = await syscallRounds(bench);
  const trace = await room.trace(`${NAME}-print`, { program }, { mostShownLines: MOST_SHOWN_EVENTS });
  const usedBefore = await usedNs(worker, trace.pid);
  const answer = await worker.order(`printed ${String(counts.printed)}`);
  const inProgram = Number(/^cost ([\d.]+)$/u.exec(answer[0] ?? '')?.[1]);
  await untilPrinted(room, trace, counts.printed);
  const used = (await usedNs(worker, trace.pid)) - usedBefore;
  const received = receivedOf(await trace.stop());
  // One that was lost cost bpftrace nothing.
  const ownNs = received > 0 ? used / received : NaN;
  const cost = (inProgram + ownNs) / idle.twin;
  room.show(
    `each event: ${told(bench, inProgram)} in the program, ${received > 0 ? told(bench, ownNs) : 'nothing known of it'} in bpftrace`,
    `counted, an event took ${told(bench, countCost * idle.twin)} in both together`,
    `printed: ${String(received)} of ${String(counts.printed)} events; ${String(counts.printed - received)} were lost on the way`,
  );
  return {
    printedMade: counts.printed,
    printedReceived: received,
    // Where none was received, its cost is not known.
    ...(received > 0 ? { printToCount: rounded(cost / countCost) } : {}),
    ...(bench.isEmulated || received === 0 ? {} : { printNs: rounded(inProgram + ownNs) }),
  };
}

/** Until each event was printed or told as lost. A bpftrace that does not tell of all is waited for until nothing more comes. */
async function untilPrinted(room: LabRoom, trace: LabTrace, made: number): Promise<void> {
  let [seen, quiet] = [-1, 0];
  while (receivedOf(trace.lines()) + lostOf(trace.lines()) < made && quiet < MOST_QUIET_LOOKS) {
    quiet = trace.lines().length === seen ? quiet + 1 : 0;
    seen = trace.lines().length;
    await room.sleep(LOOK_MS);
  }
}

function receivedOf(lines: readonly string[]): number {
  return lines.filter((line) => /^entered \d+$/u.test(line)).length;
}

function lostOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Number(/\bLost (\d+) events?\b/u.exec(line)?.[1] ?? 0), 0);
}

function roundsOf(lines: readonly string[]): readonly (readonly number[])[] {
  return lines.flatMap((line) => (line.startsWith('round ') ? [line.split(' ').slice(1).map(Number)] : []));
}

function madeOf(lines: readonly string[]): number {
  return Number(lines.map((line) => /^made (\d+)$/u.exec(line)?.[1]).find((count) => count !== undefined));
}

/** A counting map, as bpftrace prints it at its end. */
function countOf(lines: readonly string[], map: string): number {
  const found = lines.map((line) => new RegExp(`^@${map}: (\\d+)$`, 'u').exec(line)?.[1]).find((count) => count !== undefined);
  return Number(found ?? 0);
}

async function usedNs(worker: LabProgram, pid: number): Promise<number> {
  const [line = ''] = await worker.order(`used ${String(pid)}`);
  return Number(/^used (\d+)$/u.exec(line)?.[1]);
}

export function told({ isEmulated, unitNs }: Bench, ns: number): string {
  if (isEmulated) return `${(ns / unitNs).toFixed(2)} calls`;
  return ns < 1000 ? `${ns.toFixed(0)} ns` : `${(ns / 1000).toFixed(1)} µs`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Three digits are more than is known. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
