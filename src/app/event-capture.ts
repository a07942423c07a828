// The event that was asked for → what the capture program is told of it: its shape, and its attach points in the target. What the
// target lacks (a JVM, a symbol) is refused here, before anything runs.

import { existsSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';
import {
  type ProbePlace,
  eventNamed,
  modeOfProvider,
  PROBE_COUNTS,
  type EventShape,
  type ProfiledEvent,
} from '../model/events.ts';
import type { EventCapture } from '../model/program.ts';
import { VM_EVENTS } from '../model/vm-events.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { Mapping, TargetReader } from '../model/target.ts';
import type { Pid } from '../model/units.ts';
import { isProbe } from '../program/escape.ts';
import { parseScript } from '../script/program-structure.ts';
import { checkScript } from '../script/script-checks.ts';
import { openTarget } from '../target/open-target.ts';
import { klassNamePlaces } from '../unwind/hotspot/class-places.ts';
import { findAllocator } from './allocator-probes.ts';
import { probedLibrary } from '../target/probed-libraries.ts';
import { leadsToLibjvm } from './leads-to-libjvm.ts';
import { vmEventCapture } from './vm-event-capture.ts';

const LIBJVM = /\/libjvm\.so$/u;

/** How a profile of it is called; null: CPU ticks. */
export function profiledEvent({ event }: Pick<ProfileRequest, 'event'>): (ProfiledEvent & Pick<EventShape, 'unit'>) | null {
  if (event === null) return null;
  const row = eventNamed(event);
  return { name: event, counts: row?.counts ?? PROBE_COUNTS, unit: row?.unit ?? 'samples' };
}

/** null: CPU ticks. `pid`: the process chosen, null for a COMMAND or all processes. `note` is told what this JVM cannot say. */
export function eventCapture(
  { event, minBlockedNs, waker, intervalBytes }: Pick<ProfileRequest, 'event' | 'minBlockedNs' | 'waker' | 'intervalBytes'>,
  pid: Pid | null,
  note: (text: string) => void,
): EventCapture | null {
  if (event === null) return null;
  const row = eventNamed(event);
  if (row === null) return verbatim(event);
  const vmRow = VM_EVENTS.find(({ name }) => name === row.name);
  if (vmRow !== undefined) {
    const { capture, notes } = vmEventCapture(vmRow, pid, minBlockedNs);
    for (const text of notes) note(text);
    return capture;
  }
  const { places, ...shape } = row;
  const probed = places.filter((place) => place.kind !== 'allocator');
  if (probed.length < places.length) return { ...shape, leastNs: 0, ...allocatorOf(row.name, intervalBytes, pid) };
  const probes = probesOf(row.name, probed, pid, note);
  const inJvm = row.part === 'event-alloc.bt' && pid !== null ? allocatedClasses(pid, note) : {};
  const partValues = row.part === 'event-offcpu.bt' ? { waker } : inJvm;
  return { ...shape, leastNs: minBlockedNs, probes, partValues };
}

/** Where the name of a Klass is. */
function allocatedClasses(pid: Pid, note: (text: string) => void): NonNullable<EventCapture['partValues']> {
  const reader = openTarget(pid);
  try {
    const places = klassNamePlaces(reader);
    if (places !== null) return { classes: true, nameAt: places.name, textAt: places.body, lengthAt: places.length };
    note('classes are not told: this JVM does not say how they are named');
    return { classes: false };
  } finally {
    reader.close();
  }
}

function verbatim(probe: string): EventCapture {
  const provider = probe.slice(0, probe.indexOf(':'));
  const mode = modeOfProvider(provider);
  if (!isProbe(probe) || mode === null)
    throw new OperatorError(
      'usage',
      `'${probe.slice(0, 60)}' cannot stand as a probe`,
      'one attach point, without quotes, blanks and commas',
    );
  if (mode === 'either' && !/:\d+$/u.test(probe))
    throw new OperatorError('usage', `${probe} does not say how many events one sample is of`, `${probe}:1 for each of them`);
  const [deadly] = checkScript(parseScript(`${probe} { }`), leadsToLibjvm);
  if (deadly !== undefined && deadly.kind !== 'unsafe-call')
    throw new OperatorError('usage', `${probe} can kill the JVM it looks at: ${deadly.reason}`, 'a uprobe at its entry does not');
  // As perf weighs them: one sample of every N events stands for N.
  const [, oneIn = '1'] = (mode === 'either' && /:(\d+)$/u.exec(probe)) || [];
  const every = Math.max(1, Number(oneIn));
  const shape = { unit: 'samples', mode, hasKernelStack: mode !== 'user', part: null, leastNs: 0 } as const;
  return { ...shape, ...(every > 1 ? { oneIn: every } : {}), probes: [probe] };
}

/** `intervalBytes`: one sample for so many; 0: one for each time that some are asked for. */
function allocatorOf(event: string, intervalBytes: number, pid: Pid | null): Pick<EventCapture, 'probes' | 'partValues'> {
  return lookedUp(event, 'process', pid, (reader, of) => {
    const { functions, places } = findAllocator(reader);
    return {
      probes: functions.map(({ mapping, name }) => checked(`uprobe:${pathFor(of, mapping)}:${name}`)),
      partValues: { ...places, mapped: places.mmapAt > 0, intervalBytes, everyBytes: intervalBytes > 0 },
    };
  });
}

/** What `look` finds in the target; there must be one. */
function lookedUp<Found>(
  event: string,
  what: 'process' | 'JVM',
  pid: Pid | null,
  look: (reader: TargetReader, pid: Pid) => Found,
): Found {
  if (pid === null)
    throw new OperatorError(
      'usage',
      `--event ${event} is looked up in a ${what} that runs: it goes with a PID or NAME only`,
      `start the COMMAND yourself, then profile ${what === 'JVM' ? 'its JVM' : 'it'}`,
    );
  const reader = openTarget(pid);
  try {
    return look(reader, pid);
  } finally {
    reader.close();
  }
}

function probesOf(
  event: string,
  places: readonly ProbePlace[],
  pid: Pid | null,
  note: (text: string) => void,
): readonly string[] {
  const inJvm = places.some(({ kind }) => kind !== 'probe');
  if (!inJvm) return places.flatMap((place) => (place.kind === 'probe' ? [place.probe] : []));
  return lookedUp(event, 'JVM', pid, (reader, jvm) => {
    const mapping = reader.maps()?.find(({ path, permissions }) => LIBJVM.test(path) && permissions.includes('x'));
    if (mapping === undefined)
      throw new OperatorError(
        'usage',
        `process ${String(jvm)} is no JVM, and --event ${event} is one of JVMs`,
        'see docs/events.md',
      );
    const path = pathFor(jvm, mapping);
    return places.map((place) => {
      if (place.kind !== 'libjvm-usdt' || place.instead === undefined) return probeIn(event, place, path, mapping, reader);
      if (probedLibrary(jvm, 'libjvm')?.hasUsdt(place.provider ?? 'hotspot', place.name) !== false)
        return probeIn(event, place, path, mapping, reader);
      note(place.instead.words);
      return probeIn(event, { kind: 'libjvm-function', names: [place.instead.name] }, path, mapping, reader);
    });
  });
}

function probeIn(event: string, place: ProbePlace, path: string, mapping: Mapping, reader: TargetReader): string {
  switch (place.kind) {
    case 'probe':
      return place.probe;
    case 'libjvm-usdt':
      return checked(`usdt:${path}:${place.provider ?? 'hotspot'}:${place.name}`);
    case 'libjvm-function': {
      const library = reader.library(mapping);
      const name = place.names.find((one) => library !== null && reader.symbolNamed(library, one) !== null);
      if (name !== undefined) return checked(`uprobe:${path}:${name}`);
      throw new OperatorError(
        'environment',
        `this JVM's libjvm does not name the function that --event ${event} needs (it is stripped, or of a JDK that has none)`,
        'docs/events.md has what works with which JDK; debug symbols of the JDK in libjvm itself would do',
      );
    }
    default:
      return place satisfies never;
  }
}

/** In the target's own root: that of a container is another. */
function pathFor(pid: Pid, { path }: Mapping): string {
  const inside = `/proc/${String(pid)}/root${path}`;
  if (!existsSync(inside))
    throw new OperatorError(
      'environment',
      `${path} of process ${String(pid)} is not there any more`,
      'was it replaced? restart the process',
    );
  return inside;
}

function checked(probe: string): string {
  if (isProbe(probe)) return probe;
  throw new OperatorError(
    'environment',
    'the path of that library has characters that no probe can have',
    'a link to it without them would do',
  );
}
