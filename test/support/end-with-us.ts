// Servers and loads that a test or a measurement starts end with it, whatever ends it, as long as that runs handlers of 'exit'.

import type { ChildProcess } from 'node:child_process';

/** `group`: with all that the child started, when it was started `detached`. */
export function endWithUs(child: ChildProcess, { group }: { readonly group: boolean }): void {
  const { pid } = child;
  if (pid === undefined) return;
  const end = (): void => {
    try {
      process.kill(group ? -pid : pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  };
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
