// The facts of a `.jtrace` file, as parsed → RecordingFacts, every field checked. Throws Damage.

import type { ProfiledEvent } from '../model/events.ts';
import type { RecordingFacts, RecordingSource } from '../model/recording.ts';
import { MAX_DURATION_MS, MAX_RATE_HZ } from '../model/recording-limits.ts';
import type { RateReduction, RunEnd, TargetFacts, TargetFlag } from '../model/summary.ts';
import { asPid } from '../model/units.ts';
import { amountOf, fieldsOf, listOf, numberOf, textOf, wholeOf, wordOf } from './checked.ts';
import { MAX_LINE_CHARACTERS, MAX_FLAGS, MAX_PROBLEMS, MAX_TARGETS } from './limits.ts';

const SOURCES: Readonly<Record<RecordingSource, true>> = {
  jtrace: true,
  folded: true,
  pprof: true,
  'perf-script': true,
  merged: true,
};
const ENDS: Readonly<Record<RunEnd, true>> = {
  duration: true,
  interrupted: true,
  'target-exited': true,
  full: true,
  failed: true,
};
/** Ids of processes and threads: the kernel's are below 2^22, other tools' what they are. */
export const MAX_ID = 2 ** 31 - 1;

const text = (value: unknown, what: string): string => textOf(value, MAX_LINE_CHARACTERS, what);
const count = (value: unknown, what: string): number => wholeOf(value, 0, Number.MAX_SAFE_INTEGER, what);

export function decodeFacts(value: unknown): RecordingFacts {
  const { source, title, startedAtMs, startNs, hasTimes, run, problems } = fieldsOf(value, 'facts');
  return {
    source: wordOf(source, SOURCES, 'the source'),
    title: text(title, 'the title'),
    startedAtMs: startedAtMs === null ? null : numberOf(startedAtMs, 'startedAtMs'),
    startNs: numberOf(startNs, 'startNs'),
    hasTimes: hasTimes === true,
    run: run === null ? null : decodeRun(run),
    problems: listOf(problems, MAX_PROBLEMS, 'problems').map((problem) => text(problem, 'a problem')),
  };
}

function decodeRun(value: unknown): NonNullable<RecordingFacts['run']> {
  const run = fieldsOf(value, 'the run');
  return {
    targets: listOf(run['targets'], MAX_TARGETS, 'targets').map(decodeTarget),
    isWholeMachine: run['isWholeMachine'] === true,
    kernel: text(run['kernel'], 'kernel'),
    bpftraceVersion: text(run['bpftraceVersion'], 'bpftraceVersion'),
    rateHz: amountOf(run['rateHz'], MAX_RATE_HZ, 'rateHz'),
    event: decodeEvent(run['event']),
    durationMs: amountOf(run['durationMs'], MAX_DURATION_MS, 'durationMs'),
    end: wordOf(run['end'], ENDS, 'the end'),
    lostEvents: count(run['lostEvents'], 'lostEvents'),
    brokenSamples: count(run['brokenSamples'], 'brokenSamples'),
    reduction: decodeReduction(run['reduction']),
  };
}

/** Files from before there were other events do not have it. */
function decodeEvent(value: unknown): ProfiledEvent | null {
  if (value === null || value === undefined) return null;
  const event = fieldsOf(value, 'the event');
  return { name: text(event['name'], "the event's name"), counts: text(event['counts'], 'what the event counts') };
}

/** Files from before there was a budget do not have it. */
function decodeReduction(value: unknown): RateReduction | null {
  if (value === null || value === undefined) return null;
  const reduction = fieldsOf(value, 'the reduction');
  return {
    lowestRateHz: amountOf(reduction['lowestRateHz'], MAX_RATE_HZ, 'lowestRateHz'),
    takenSamples: count(reduction['takenSamples'] ?? 0, 'takenSamples'),
    skippedTicks: count(reduction['skippedTicks'], 'skippedTicks'),
  };
}

function decodeTarget(value: unknown): TargetFacts {
  const { pid, mainClass, program, jdkVersion, container, vmFlags } = fieldsOf(value, 'a target');
  return {
    pid: asPid(wholeOf(pid, 0, MAX_ID, 'a pid')),
    mainClass: text(mainClass, 'mainClass'),
    // Files from before there were other programs do not have it.
    program: text(program ?? '', 'program'),
    jdkVersion: text(jdkVersion, 'jdkVersion'),
    // Files from before containers had names do not have it.
    container: text(container ?? '', 'container'),
    vmFlags: listOf(vmFlags, MAX_FLAGS, 'vmFlags').map(decodeFlag),
  };
}

function decodeFlag(value: unknown): TargetFlag {
  const flag = fieldsOf(value, 'a flag');
  return {
    name: text(flag['name'], "a flag's name"),
    value: text(flag['value'], "a flag's value"),
    note: text(flag['note'], "a flag's note"),
  };
}
