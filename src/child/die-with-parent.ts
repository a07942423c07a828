// A program and its arguments → the same, begun so that the kernel ends it when jtrace dies, however that happens: by the parent-death signal
// (setpriv, util-linux ≥ 2.33), which stays over exec. Where setpriv cannot do that, they are as they were. The process is the program's
// own: pid, exit code and signals are not changed.

import { execa } from 'execa';

const SETPRIV = 'setpriv';
let dieWithParent: Promise<boolean> | null = null;

export interface GuardedCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** setpriv starts it: then one that cannot be started is an exit (126, 127) with setpriv's words. */
  readonly isGuarded: boolean;
}

export async function dyingWithParent(file: string, args: readonly string[]): Promise<GuardedCommand> {
  if (!(await canDieWithParent())) return { file, args, isGuarded: false };
  return { file: SETPRIV, args: ['--pdeathsig', 'KILL', '--', file, ...args], isGuarded: true };
}

/** Asked once: busybox has a setpriv without this option, a container may have none. */
function canDieWithParent(): Promise<boolean> {
  dieWithParent ??= execa(SETPRIV, ['--pdeathsig', 'KILL', '--', 'true'], { reject: false, stdio: 'ignore', timeout: 5000 }).then(
    (result) => result.exitCode === 0,
  );
  return dieWithParent;
}
