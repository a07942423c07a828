// The JVMs of this machine → what a profile of each would lack.

import type { Finding, JvmFinding } from '../../model/doctor.ts';
import { limited, ok, unknown } from '../check.ts';

/** More would hide the rest; the table shows all. */
const MAX_NAMED = 8;

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
  const walkable = jvms.length - cannot.length;
  return [
    cannot.length === 0
      ? row('walk', 'JVMs', ok(`${counted(walkable)} whose stacks can be walked`))
      : row(
          'walk',
          'JVMs',
          limited(`Java frames cannot be walked in ${named(cannot)}`, `${reasonOf(cannot[0])}. Their native frames are shown.`),
        ),
    stripped.length === 0
      ? row('symbols', 'libjvm symbols', ok('libjvm has its symbols'))
      : row(
          'symbols',
          'libjvm symbols',
          limited(
            `libjvm is stripped in ${named(stripped)}`,
            'Frames of the VM itself (compiler, GC) have no names; Java frames do. Debian’s JDKs have a package of them.',
            `apt-get install openjdk-${/^(?:1\.)?(\d+)/.exec(stripped[0]?.jdk ?? '')?.[1] ?? '17'}-dbg`,
          ),
        ),
  ];
}

const counted = (count: number): string => (count === 1 ? 'one JVM' : `${String(count)} JVMs`);

function named(jvms: readonly JvmFinding[]): string {
  const pids = jvms.slice(0, MAX_NAMED).map(({ pid }) => String(pid));
  const more = jvms.length - pids.length;
  return `${jvms.length === 1 ? 'process' : 'processes'} ${pids.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function reasonOf(jvm: JvmFinding | undefined): string {
  return jvm?.walk.kind === 'not-ready' ? jvm.walk.why : '';
}
