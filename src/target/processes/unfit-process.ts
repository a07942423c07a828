// What a process is that cannot be profiled → the one line the operator reads, and what to do next. One row per kind.

import { OperatorError } from '../../model/errors.ts';
import type { ProcessClass } from '../../model/process.ts';
import type { Pid } from '../../model/units.ts';

/** Every class that cannot be profiled. */
export type UnfitClass = Exclude<ProcessClass, { readonly kind: 'hotspot' | 'starting' | 'not-a-jvm' | 'native-image' }>;
type Text = { readonly message: string; readonly hint: string };

const KERNEL_HINT = '`jtrace profile --all` shows what threads of the kernel do, beside all else';
const LIST_HINT = '`jtrace profile` without a PID lists the JVMs of this machine';

const TEXTS: { readonly [Kind in UnfitClass['kind']]: (pid: Pid, found: Extract<UnfitClass, { readonly kind: Kind }>) => Text } =
  {
    openj9: (pid) => ({
      message: `process ${pid} runs Eclipse OpenJ9, and jtrace reads HotSpot's tables only`,
      hint: 'run the program on a HotSpot JDK (OpenJDK, Temurin, Corretto, Zulu …) to profile it',
    }),
    zombie: (pid, { liveThreads }) =>
      liveThreads > 0
        ? {
            message: `the main thread of process ${pid} has ended while others still run (${liveThreads}): its memory cannot be seen under this PID`,
            hint: 'programs that end their main thread by pthread_exit are not supported',
          }
        : { message: `process ${pid} has ended already (zombie: its parent has not asked for its status yet)`, hint: LIST_HINT },
    'kernel-thread': (pid, { name }) => ({ message: `process ${pid} is a thread of the kernel [${name}]`, hint: KERNEL_HINT }),
    'other-architecture': (pid, { architecture }) => ({
      message: `process ${pid} is a ${architecture} program; jtrace reads 64-bit programs of its own architecture (${process.arch}) only`,
      hint: 'its registers and stack are of another form; `perf record -g` samples it, without names for its managed code',
    }),
    thread: (pid, found) => ({
      message: `${pid} is a thread of process ${found.process}, no process`,
      hint: `to profile the process: jtrace profile ${found.process}; \`--threads\` tells its threads apart`,
    }),
    unreadable: (pid) => ({
      message: `process ${pid} cannot be looked into: the kernel denies it`,
      hint: 'CAP_SYS_PTRACE is needed; SELinux, AppArmor or a sandbox may forbid it even to root (docs/containers.md)',
    }),
    gone: (pid) => ({ message: `there is no process ${pid} (any more)`, hint: LIST_HINT }),
  };

/**
 * The error of a process that cannot be profiled. Texts of the target in it are not escaped yet: the CLI does that. `better`: a hint
 * that is more to the point than the usual one.
 */
export function unfitProcessError(pid: Pid, found: UnfitClass, better: string | null = null): OperatorError {
  const textOf = TEXTS[found.kind] as (pid: Pid, found: UnfitClass) => Text; // the row of its own kind
  const { message, hint } = textOf(pid, found);
  return new OperatorError(found.kind === 'unreadable' ? 'environment' : 'usage', message, better ?? hint);
}
