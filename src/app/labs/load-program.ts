// bpftrace with one program of a lab, and whether it came to attach it. It says so only from 0.27 on, and a probe that would tell is one that the learner did
// not write: but once all are attached it waits for events, and not before (bpftrace/src/bpftrace.cpp, BPFtrace::run: attach, then poll).

import { setTimeout as sleep } from 'node:timers/promises';
import { type Bpftrace, startBpftrace } from '../../bpftrace/start-bpftrace.ts';
import type { SaidLines } from './said-lines.ts';

/** Between two looks at a bpftrace that is being started. */
const LOOK_MS = 20;

export interface LoadOptions {
  readonly bpftracePath: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Takes what it says. */
  readonly said: SaidLines;
}

export interface LoadedProgram {
  readonly bpftrace: Bpftrace;
  /** Whether it came to wait for events, or ended before. */
  readonly attached: Promise<boolean>;
}

export async function loadProgram({ bpftracePath, text, args, environment, said }: LoadOptions): Promise<LoadedProgram> {
  const [stdout, stderr] = [new TextDecoder(), new TextDecoder()];
  const bpftrace = await startBpftrace({
    bpftracePath,
    program: { text, environment, unsafe: false, arguments: args },
    onStdout: (bytes) => said.push('stdout', stdout.decode(bytes, { stream: true })),
    onStderr: (bytes) => said.push('stderr', stderr.decode(bytes, { stream: true })),
  });
  const state = { hasExited: false };
  void bpftrace.child.exited.then(() => {
    state.hasExited = true;
    said.end();
  });
  const look = async (): Promise<boolean> => {
    while (!state.hasExited) {
      if (bpftrace.child.sleepsInWait()) return true;
      await sleep(LOOK_MS);
    }
    return false;
  };
  return { bpftrace, attached: look() };
}
