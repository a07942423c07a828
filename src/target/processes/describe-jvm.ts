// A process known to be a JVM (or its launcher) → the row an operator sees: what it runs, its JDK, threads, CPU, user, container.

import type { JavaMain, JvmProcess, ProcessClass } from '../../model/process.ts';
import type { Pid } from '../../model/units.ts';
import type { ProcessStat } from '../../model/process-stat.ts';
import { classifyProcess, programName } from './classify-process.ts';
import { containerOf } from './container-of.ts';
import { type JavaCommandLine, parseJavaCommandLine } from './java-command-line.ts';
import { jdkVersion } from './jdk-version.ts';
import { readInTargetRoot } from './open-in-root.ts';
import { userIdOf, userNames } from './process-owner.ts';
import { readProcessStat, TICKS_PER_SECOND } from './process-stat.ts';
import { readProc, readProcLink } from './read-proc.ts';

/** A command line of the default stack limit (8 MiB) has at most a quarter of it (execve(2)). */
const MAX_COMMAND_LINE_BYTES = 2 * 1024 * 1024;
/** Kept of it: real ones have hundreds of arguments, a class path in one piece has up to 128 KiB (MAX_ARG_STRLEN). */
const MAX_ARGUMENTS = 4096;
const MAX_ARGUMENT_CHARS = 128 * 1024;
/** IDEs put class paths of some 100 KB into argument files. */
const MAX_ARG_FILE_BYTES = 1024 * 1024;

/** Class of a process that is a JVM or about to become one. */
export type JvmClass = Extract<ProcessClass, { readonly kind: 'hotspot' | 'openj9' | 'starting' }>;

/** Row of a process that runs HotSpot; null: it does not, or has ended. */
export function describeRunning(pid: Pid): JvmProcess | null {
  const found = classifyProcess(pid);
  return found.kind === 'hotspot' ? describeJvm(pid, found, userNames()) : null;
}

/** Fills the row; null when the process ended meanwhile. CPU is averaged since its start. */
export function describeJvm(pid: Pid, found: JvmClass, nameOfUser: (uid: number) => string): JvmProcess | null {
  const stat = readProcessStat(pid);
  const argv = readCommandLine(pid);
  const uid = userIdOf(pid);
  if (stat === null || argv === null || uid === null) return null;
  const commandLine = interpretCommandLine(pid, argv, programName(readProcLink(`/proc/${pid}/exe`) ?? stat.comm));
  return {
    pid,
    startTicks: stat.startTicks,
    vm: found.kind,
    jdk: found.kind === 'hotspot' ? jdkVersion(pid, found.libjvmPath) : '',
    ...commandLine,
    threads: stat.threads,
    cpu: { percent: cpuSinceStart(stat), over: 'since-start' },
    user: nameOfUser(uid),
    container: containerOf(pid),
  };
}

function interpretCommandLine(pid: Pid, argv: readonly string[], program: string): JavaCommandLine {
  const args = argv.slice(1);
  if (program === 'java' || programName(argv[0] ?? '') === 'java') {
    return parseJavaCommandLine(args, (path) => readInTargetRoot(pid, path, MAX_ARG_FILE_BYTES)?.toString('utf8') ?? null);
  }
  // javac, jshell, keytool …: launchers of the JDK with a main class built in. Anything else has embedded a VM.
  const main: JavaMain = { kind: /^(j[a-z]+|keytool|rmiregistry|serialver)$/.test(program) ? 'tool' : 'embedded', name: program };
  return { main, args, classPath: [] };
}

/** Arguments as the process was started (or as it has overwritten them); null when it is gone. */
export function readCommandLine(pid: Pid): readonly string[] | null {
  const bytes = readProc(`/proc/${pid}/cmdline`, MAX_COMMAND_LINE_BYTES);
  if (bytes === null) return null;
  const parts = bytes.toString('utf8').split('\0', MAX_ARGUMENTS);
  if (parts.at(-1) === '') parts.pop(); // every argument is followed by a NUL
  return parts.map((part) => part.slice(0, MAX_ARGUMENT_CHARS));
}

/** Percent of one CPU, averaged since the process began. */
export function cpuSinceStart(stat: ProcessStat): number {
  const uptimeTicks = Number(readProc('/proc/uptime', 64)?.toString('latin1').split(' ')[0] ?? Number.NaN) * TICKS_PER_SECOND;
  const lifeTicks = Math.max(1, uptimeTicks - stat.startTicks);
  return Number.isFinite(lifeTicks) ? (100 * stat.cpuTicks) / lifeTicks : 0;
}
