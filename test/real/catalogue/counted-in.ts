// Where each script of the catalogue runs beside a program that does a known number of things, and must count exactly these: the tables of
// cases, and tests of their own for those whose programs need more. test/unit/catalogue/cases.test.ts misses a script that is in none.

import { CASES } from './cases.ts';
import { JVM_CASES } from './jvm-cases.ts';

export interface CountedIn {
  readonly script: string;
  /** The file that runs it, from the repository's root. */
  readonly file: string;
  /** `jtrace run NAME`; or its text given to bpftrace, as jtrace fills it in but without what jtrace adds. */
  readonly through: 'jtrace' | 'bpftrace';
}

const [PROGRAMS, DATABASES, RUN, GUEST] = [
  'test/real/catalogue/programs.test.ts',
  'test/real/catalogue/databases.test.ts',
  'test/real/catalogue/run.test.ts',
  'test/guest/programs/run-scripts.ts',
];

/** Tests of their own. */
export const OWN_TESTS: readonly CountedIn[] = [
  { script: 'bash-readline', file: PROGRAMS, through: 'bpftrace' },
  { script: 'loads-in-memory', file: PROGRAMS, through: 'bpftrace' },
  { script: 'oom', file: PROGRAMS, through: 'bpftrace' },
  { script: 'sql-mariadb', file: DATABASES, through: 'bpftrace' },
  { script: 'sql-postgres', file: DATABASES, through: 'bpftrace' },
  { script: 'stop-at', file: RUN, through: 'jtrace' },
  { script: 'kernel-function-latency', file: GUEST, through: 'bpftrace' },
  { script: 'vfs-kernel', file: GUEST, through: 'bpftrace' },
];

export const COUNTED_IN: readonly CountedIn[] = [
  ...CASES.map(({ script }) => ({ script, file: 'test/real/catalogue/scripts.test.ts', through: 'bpftrace' as const })),
  ...JVM_CASES.map(({ script }) => ({ script, file: 'test/real/catalogue/jvm-scripts.test.ts', through: 'jtrace' as const })),
  ...OWN_TESTS,
];

/** Of these scripts those that no test counts. */
export function uncounted(scripts: readonly string[]): readonly string[] {
  return scripts.filter((name) => !COUNTED_IN.some(({ script }) => script === name));
}
