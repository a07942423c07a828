// Processes as an operator sees them: what a pid turned out to be, the processes of this machine, and what a choice of target came to.
// Filled by src/target/processes, shown by src/cli. All text in here is the target's own (hostile): outputs escape it.

import type { Pid } from './units.ts';

/** What a pid is, as far as /proc and the ELF header of its program tell. The first four can be profiled. */
export type ProcessClass =
  | { readonly kind: 'hotspot'; readonly libjvmPath: string }
  /** A java launcher that has not mapped libjvm yet (the first tens of milliseconds of a JVM). */
  | { readonly kind: 'starting' }
  /** GraalVM's: native code with a name for every Java method. `evidence`: what it was recognized by. */
  | { readonly kind: 'native-image'; readonly evidence: string }
  | { readonly kind: 'not-a-jvm'; readonly program: string }
  | { readonly kind: 'openj9' }
  /** `liveThreads` > 0: only the main thread has ended, others still run. */
  | { readonly kind: 'zombie'; readonly liveThreads: number }
  | { readonly kind: 'kernel-thread'; readonly name: string }
  /** `architecture`: what the program is built for, e.g. `aarch64`, `32-bit x86`, `aarch64 under qemu-user`. */
  | { readonly kind: 'other-architecture'; readonly architecture: string }
  /** The number is a thread of another process. */
  | { readonly kind: 'thread'; readonly process: Pid }
  /** It is there, and not even root may look into it (LSM, lockdown, a sandbox). */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'gone' };

/** How a JVM was told what to run. `name` is the class, the jar's path, the module, the source file, or the JDK tool's name. */
export interface JavaMain {
  readonly kind: 'class' | 'jar' | 'module' | 'source' | 'tool' | 'embedded' | 'unknown';
  readonly name: string;
}

/** CPU time as percent of one CPU, and the span it was averaged over. */
export interface CpuUse {
  readonly percent: number;
  readonly over: 'since-start' | 'two-looks';
}

/** What is known of any process that can be profiled. */
interface RunningProcess {
  readonly pid: Pid;
  /** Clock ticks from boot to its start (/proc/PID/stat): with the pid, its identity. */
  readonly startTicks: number;
  /** Arguments as started, without the program; bounded (see src/target/processes). */
  readonly args: readonly string[];
  readonly threads: number;
  readonly cpu: CpuUse;
  /** User name, else the number. */
  readonly user: string;
  /** E.g. `docker 1f2e3d4c5b6a`, `service tomcat9`; '' when it runs outside of containers and services as far as can be seen. */
  readonly container: string;
}

/** A running JVM (or a java launcher about to become one). */
export interface JvmProcess extends RunningProcess {
  readonly vm: 'hotspot' | 'openj9' | 'starting';
  /** JAVA_VERSION of the JDK's release file, else taken from libjvm's path; '' when neither tells. */
  readonly jdk: string;
  readonly main: JavaMain;
  /** Values of class and module paths, apart from `args`: they name many things the program is not. */
  readonly classPath: readonly string[];
}

/** A running program that is no JVM. */
export interface PlainProcess extends RunningProcess {
  readonly vm: 'none';
  /** Path of its program inside its own root; its comm where that is hidden. */
  readonly program: string;
  /** What it calls itself: the program's name cut to 15 bytes, until it says otherwise. */
  readonly comm: string;
  /** argv[0]: a login shell's, a busybox applet's, a title it has written there. */
  readonly calledAs: string;
}

export type TargetProcess = JvmProcess | PlainProcess;

/** Whether the label is that of a container, not of a service (or of nothing). */
export function isContainerLabel(label: string): boolean {
  return label !== '' && !/^(service|snap|flatpak) /.test(label);
}

/** Which processes an operator's PID, NAME or silence means. */
export type TargetChoice =
  | { readonly kind: 'one'; readonly process: TargetProcess }
  /** More than one: to be shown as a table; `question` says what could not be decided. CPU is measured by two looks. */
  | { readonly kind: 'several'; readonly question: string; readonly processes: readonly TargetProcess[] };
