// The JVMs of this machine → what a profile of each would lack.

import type { Finding, JvmFinding } from '../../model/doctor.ts';
import { limited, ok, unknown } from '../check.ts';

/** More would hide the rest; the table shows all. */
const MAX_NAMED = 8;
/** Texts of targets may differ in each. */
const MAX_REASONS = 4;

/** `hidden`: why some of them may not be seen; null: all are. */
export function jvmFindings(jvms: readonly JvmFinding[], hidden: string | null): readonly Finding[] {
  const row = (name: string, title: string, outcome: Finding['outcome']): Finding => ({
    id: `jvms.${name}`,
    group: 'jvms',
    title,
    outcome,
  });
  if (jvms.length === 0)
    return [
      row('walk', 'JVMs', hidden === null ? ok('no JVM runs') : unknown(`not seen: ${hidden}`, 'Which JVMs run is not known.')),
    ];
  const cannot = jvms.filter(({ walk }) => walk.kind === 'not-ready');
  const stripped = jvms.filter(({ symbols }) => symbols === 'stripped');
  const unread = jvms.filter(({ symbols }) => symbols === 'unknown');
  const walkable = jvms.length - cannot.length;
  return [
    cannot.length === 0
      ? row('walk', 'JVMs', ok(`${counted(walkable)} whose stacks can be walked`))
      : row(
          'walk',
          'JVMs',
          limited(`Java frames cannot be walked in ${named(cannot)}`, `${reasons(cannot)}. Their native frames are shown.`),
        ),
    row('symbols', 'libjvm symbols', symbols(stripped, unread)),
  ];
}

function symbols(stripped: readonly JvmFinding[], unread: readonly JvmFinding[]): Finding['outcome'] {
  if (stripped.length > 0)
    return limited(
      `libjvm is stripped in ${named(stripped)}`,
      'Frames of the VM itself (compiler, GC) have no names; Java frames do. Debian’s JDKs have a package of them.',
      `apt-get install openjdk-${/^(?:1\.)?(\d+)/.exec(stripped[0]?.jdk ?? '')?.[1] ?? '17'}-dbg`,
    );
  if (unread.length === 0) return ok('libjvm has its symbols');
  return unknown(`libjvm was not looked into in ${named(unread)}`, 'Whether frames of the VM itself have names is not known.');
}

const counted = (count: number): string => (count === 1 ? 'one JVM' : `${String(count)} JVMs`);

function named(jvms: readonly JvmFinding[]): string {
  const pids = jvms.slice(0, MAX_NAMED).map(({ pid }) => String(pid));
  const more = jvms.length - pids.length;
  return `${jvms.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

/** One that all have, as it is; else each with the processes that have it. */
function reasons(jvms: readonly JvmFinding[]): string {
  const byReason = new Map<string, JvmFinding[]>();
  for (const jvm of jvms) {
    const why = jvm.walk.kind === 'not-ready' ? jvm.walk.why : '';
    byReason.set(why, [...(byReason.get(why) ?? []), jvm]);
  }
  const [first = ''] = byReason.keys();
  if (byReason.size <= 1) return first;
  const told = [...byReason].slice(0, MAX_REASONS).map(([why, those]) => `${named(those)}: ${why}`);
  return `${told.join('; ')}${byReason.size > MAX_REASONS ? '; and others' : ''}`;
}
