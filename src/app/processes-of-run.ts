// The processes that a profile meets, and what they are read through.

import type { JvmThreadLocator } from '../model/program.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { Ui } from '../model/ui.ts';
import { withBatchPages } from '../target/batch-pages.ts';
import { readKernelSymbols } from '../target/kallsyms.ts';
import { LibraryBuilds } from '../target/library-builds.ts';
import { openTarget } from '../target/open-target.ts';
import { describeRunning } from '../target/processes/describe-jvm.ts';
import { kernelThreadLabel, processLabel } from '../target/processes/process-label.ts';
import type { Recorder } from '../target/recording/recorder.ts';
import { ObservedProcesses } from './observed-processes.ts';
import { createUserCache } from './user-cache/user-cache.ts';

/** `recorder`: keeps all that is read of them; null: nobody asked for it. `onJvm`: a JVM that the running program is to know. */
export function processesOf(
  request: ProfileRequest,
  recorder: Recorder | null,
  ui: Ui,
  onJvm: (locator: JvmThreadLocator) => void,
): ObservedProcesses {
  const kernel = readKernelSymbols();
  const builds = new LibraryBuilds(createUserCache({ environment: process.env }));
  return new ObservedProcesses(
    {
      // Recorded are the reads themselves, for others to replay.
      open: (pid) => recorder?.target(openTarget(pid, builds)) ?? withBatchPages(openTarget(pid, builds)),
      kernel: recorder?.kernel(kernel) ?? kernel,
      describe: describeRunning,
      reread: request.reread,
      isWholeMachine: request.target.kind === 'all',
      label: processLabel,
      kernelThreadLabel,
      onUnreadable: (error) => ui.message('warning', `${error.message}: its stacks are unfinished`),
    },
    onJvm,
  );
}
