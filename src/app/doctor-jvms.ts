// The JVMs of this machine, each opened for a moment: whether its stacks can be walked, where names come from, and the flags that matter.
// Read only, bounded in number and time; text of theirs is cut here and escaped where it is shown.

import { statSync } from 'node:fs';
import type { JvmFinding } from '../model/doctor.ts';
import { OperatorError } from '../model/errors.ts';
import type { JvmProcess } from '../model/process.ts';
import type { TargetReader } from '../model/target.ts';
import { debugFilesOf, rootIdentity } from '../target/debug-files.ts';
import { openTarget } from '../target/open-target.ts';
import { classifyProcess } from '../target/processes/classify-process.ts';
import { listJvms } from '../target/processes/list-processes.ts';
import { attachHotspot, type AttachResult } from '../unwind/hotspot/hotspot-process.ts';
import { readBooleanFlags } from '../unwind/hotspot/vm-flags.ts';

/** Each takes 50 to 150 ms the first time, less where another of the same build was looked at. */
const MAX_JVMS = 64;
const MAX_LOOKING_MS = 15_000;
/** A class with its package; some command lines have a megabyte there. */
const MAX_NAME_CHARS = 200;
/** In .symtab only, in every JDK from 8 to 27. */
const OWN_SYMBOL = '_ZTV10JavaThread';

const COLLECTORS: Readonly<Record<string, string>> = {
  UseSerialGC: 'Serial',
  UseParallelGC: 'Parallel',
  UseConcMarkSweepGC: 'CMS',
  UseG1GC: 'G1',
  UseZGC: 'ZGC',
  UseShenandoahGC: 'Shenandoah',
  UseEpsilonGC: 'Epsilon',
};
/** Of jtrace's, of other tools', of archived classes. */
const FLAGS = ['PreserveFramePointer', 'DebugNonSafepoints', 'UsePerfData', 'UseSharedSpaces'];
const WANTED: ReadonlySet<string> = new Set([...FLAGS, ...Object.keys(COLLECTORS)]);

export function lookAtJvms(): readonly JvmFinding[] {
  const untilMs = performance.now() + MAX_LOOKING_MS;
  return listJvms().map((jvm, index) =>
    index >= MAX_JVMS || performance.now() > untilMs ? unseen(jvm, 'not looked at: there are many') : lookAt(jvm),
  );
}

/** libjvm of one of them whose USDT probes bpftrace may be asked for: in our own root, and root's. null: none. */
export function trustedLibjvm(jvms: readonly JvmFinding[]): string | null {
  for (const { pid } of jvms) {
    const found = classifyProcess(pid);
    if (found.kind !== 'hotspot' || rootIdentity(pid) !== '' || !/^(\/[A-Za-z0-9_.+-]+)+$/.test(found.libjvmPath)) continue;
    if (statSync(found.libjvmPath, { throwIfNoEntry: false })?.uid === 0) return found.libjvmPath;
  }
  return null;
}

function lookAt(jvm: JvmProcess): JvmFinding {
  if (jvm.vm === 'openj9') return unseen(jvm, 'OpenJ9: jtrace reads HotSpot’s tables only');
  if (jvm.vm === 'starting') return unseen(jvm, 'it is still starting');
  try {
    const reader = openTarget(jvm.pid);
    try {
      return seen(jvm, reader, attachHotspot(reader));
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return unseen(jvm, error.message);
  }
}

function seen(jvm: JvmProcess, reader: TargetReader, attached: AttachResult): JvmFinding {
  if (attached.kind !== 'ready') return unseen(jvm, WHY[attached.kind](attached.kind === 'unsupported' ? attached.detail : ''));
  const { memory, layout } = attached.process;
  const values = readBooleanFlags(memory, layout, WANTED);
  const collector = Object.keys(COLLECTORS).find((name) => values.get(name) === true);
  return {
    ...unseen(jvm, ''),
    walk: { kind: 'ready' },
    symbols: symbolsOf(jvm, reader, attached.process.libjvm),
    collector: collector === undefined ? '' : (COLLECTORS[collector] ?? ''),
    flags: Object.fromEntries([...values].filter(([name]) => FLAGS.includes(name))),
  };
}

const WHY: Readonly<Record<Exclude<AttachResult['kind'], 'ready'>, (detail: string) => string>> = {
  starting: () => 'it is still starting',
  unsupported: (detail) => detail.slice(0, MAX_NAME_CHARS),
  'no-vm': () => 'libjvm is not mapped (any more)',
  gone: () => 'it has ended',
};

function symbolsOf(
  jvm: JvmProcess,
  reader: TargetReader,
  libjvm: NonNullable<ReturnType<TargetReader['library']>>,
): JvmFinding['symbols'] {
  if (reader.symbolNamed(libjvm, OWN_SYMBOL) !== null) return 'own';
  const find = debugFilesOf(jvm.pid, libjvm.path);
  return find({ buildId: libjvm.buildId, link: null }, () => true) === true ? 'debug-file' : 'stripped';
}

function unseen({ pid, jdk, main, container, vm }: JvmProcess, why: string): JvmFinding {
  return {
    pid,
    jdk: jdk.slice(0, MAX_NAME_CHARS),
    main: main.name.slice(0, MAX_NAME_CHARS),
    container: container.slice(0, MAX_NAME_CHARS),
    vm,
    walk: { kind: 'not-ready', why },
    symbols: 'unknown',
    collector: '',
    flags: {},
  };
}
