// A recording of reads (--record-reads, `.jreads`) → the profile of the run that made it, through the same code that resolved the live samples: no
// root, JVM or kernel needed. Each sample is a batch of its own: what the live run proved once per batch is asked again here, and
// the recording answers with what was true at that sample. Leaves out what is no part of stacks: outputs, summary, processes' rows.
//
// Limits: exec is not recorded, so a process that ran another program while it was sampled keeps what was known of it.

import { OperatorError } from '../model/errors.ts';
import type { Profile } from '../model/profile.ts';
import { createProfileBuilder } from '../profile/profile-builder.ts';
import type { Recorder } from '../target/recording/recorder.ts';
import { openReplay } from '../target/recording/replay.ts';
import { ObservedProcesses } from './observed-processes.ts';
import { SampleResolver } from './sample-resolver.ts';

export interface ReplayOptions {
  /** As the recorded run was told: whether pages and anchors could be read again after the tick. Default: yes. */
  readonly reread?: boolean;
  /** Take what is there of a recording that broke off. Default: refuse it. */
  readonly allowBrokenOff?: boolean;
  /** Which samples are resolved, by their place in the recording. Default: all. */
  readonly keeps?: (index: number) => boolean;
  /** Sees what this replay asks and resolves; a recorder makes a smaller recording of it, of the kept samples only. */
  readonly through?: Pick<Recorder, 'target' | 'kernel' | 'sample'>;
}

export interface ReplayedRun {
  /** One row per recorded sample, in the order they were resolved in. */
  readonly profile: Profile;
  /** The recording was ended as it should be. */
  readonly complete: boolean;
  /** Questions the recording has no answer to: asked by this jtrace, not by the one that recorded; 0 for the same one. */
  readonly unanswered: number;
  /** What the unwinder threw: its samples end in the reason `bug`. */
  readonly bugs: readonly unknown[];
}

/** Resolves a recording. OperatorError when it is none, damaged or (unless allowed) broken off. */
export function replayRecording(path: string, options: ReplayOptions = {}): ReplayedRun {
  const { keeps = () => true, through } = options;
  const replay = openReplay(path, { allowBrokenOff: options.allowBrokenOff ?? false });
  const processes = new ObservedProcesses(
    {
      open: (pid) => through?.target(replay.target(pid)) ?? replay.target(pid),
      kernel: through?.kernel(replay.kernel) ?? replay.kernel,
      describe: () => null,
      reread: options.reread ?? true,
    },
    () => undefined,
  );
  const builder = createProfileBuilder('samples');
  const bugs: unknown[] = [];
  const resolver = new SampleResolver(
    processes,
    builder,
    through === undefined ? null : (sample) => { through.sample(sample); }, // prettier-ignore
    (error) => {
      // An answer that cannot be decoded is the recording's fault, and no stack's.
      if (error instanceof OperatorError) throw error;
      bugs.push(error);
    },
  );
  try {
    let index = 0;
    for (const sample of replay.samples()) {
      if (!keeps(index++)) continue;
      resolver.add(sample);
      resolver.flush();
    }
  } finally {
    processes.close();
  }
  return { profile: builder.build(), complete: replay.complete, unanswered: replay.unanswered(), bugs };
}
