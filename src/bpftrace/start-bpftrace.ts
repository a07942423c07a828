// bpftrace as a child of jtrace: marked as jtrace's own, its program through its standard input, and ended gently when it is asked to.

import { type Child, startChild } from '../child/start-child.ts';
import type { BpftraceProgram } from '../model/program.ts';
import { captureMark } from './sweep.ts';
import { endGently } from './end-gently.ts';

export interface BpftraceStart {
  readonly bpftracePath: string;
  readonly program: BpftraceProgram;
  readonly onStdout: (bytes: Uint8Array) => void;
  readonly onStderr: (bytes: Uint8Array) => void;
}

/** What of its end was jtrace's doing. */
export interface Ending {
  readonly isStopping: boolean;
  /** It did not end when it was asked to. */
  readonly isKilled: boolean;
  /** It ended, and what it was to print at its end may be lost. */
  readonly isCutOff: boolean;
}

export interface Bpftrace {
  readonly child: Child;
  readonly ending: Ending;
  /** Asks it to end, once; Child.exited tells when it has. */
  readonly stop: () => void;
}

/** Rejects as startChild does. */
export async function startBpftrace({ bpftracePath, program, onStdout, onStderr }: BpftraceStart): Promise<Bpftrace> {
  let pieces = 0;
  const child = await startChild({
    file: bpftracePath,
    args: [...(program.unsafe ? ['--unsafe'] : []), ...program.arguments, '-'],
    environment: { ...program.environment, ...captureMark() },
    input: program.text,
    onStdout: (bytes) => {
      pieces += 1;
      onStdout(bytes);
    },
    onStderr,
  });
  const ending = {
    isStopping: false,
    isKilled: false,
    get isCutOff() {
      return child.isCutOff();
    },
  };
  return {
    child,
    ending,
    stop: () => {
      if (!ending.isStopping) endGently(child, { pieces: () => pieces, onKill: () => void (ending.isKilled = true) });
      ending.isStopping = true;
    },
  };
}
