// Output of the capture program → what the runner would tell, for the tests beside this file.

import { LineSplitter } from '../../../src/bpftrace/lines.ts';
import { RecordParser } from '../../../src/bpftrace/records.ts';
import { SampleAssembly } from '../../../src/bpftrace/sample-assembly.ts';
import type { RawSample } from '../../../src/model/sample.ts';

export interface Told {
  readonly samples: RawSample[];
  /** tid of each broken sample, null for unknown. */
  readonly broken: (number | null)[];
  /** Everything else, one word or line each. */
  readonly events: string[];
}

export function parseOutput(output: Uint8Array | string, chunkBytes: number, windowBytes = 65536): Told {
  const told: Told = { samples: [], broken: [], events: [] };
  const assembly = new SampleAssembly(
    { chunkBytes, windowBytes },
    { sample: (sample) => told.samples.push(sample), broken: (tid) => told.broken.push(tid) },
  );
  const parser = new RecordParser({
    head: (head) => assembly.head(head),
    registers: (key, registers) => assembly.registers(key, registers),
    anchor: (key, thread, sp, pc, fp) => assembly.anchor(key, thread, sp, pc, fp),
    kernelStack: (key, addresses) => assembly.kernelStack(key, addresses),
    chunk: (key, address, bytes) => assembly.chunk(key, address, bytes),
    tail: (key, tid) => assembly.tail(key, tid),
    weight: (key, tid, amount, also) => {
      const besides = Object.keys(also).length === 0 ? '' : ` ${JSON.stringify(also)}`;
      told.events.push(`weight ${String(key)} ${String(tid)} ${String(amount)}${besides}`);
    },
    share: (key, tid, amount, kind) => told.events.push(`share ${String(key)} ${String(tid)} ${String(amount)} ${kind}`),
    label: (key, tid, kind, text) => told.events.push(`label ${String(key)} ${String(tid)} ${kind} ${text}`),
    unnoted: (tid) => told.events.push(`unnoted ${String(tid)}`),
    fork: (parent, child) => told.events.push(`fork ${String(parent)} ${String(child)}`),
    exec: (pid) => told.events.push(`exec ${String(pid)}`),
    exit: (pid) => told.events.push(`exit ${String(pid)}`),
    jvmFed: (pid) => told.events.push(`fed ${String(pid)}`),
    ready: () => told.events.push('ready'),
    budget: (every, skipped) => told.events.push(`budget ${String(every)} ${String(skipped)}`),
    heartbeat: () => told.events.push('heartbeat'),
    other: (text) => told.events.push(`other ${text}`),
  });
  const splitter = new LineSplitter((buffer, start, end) => parser.line(buffer, start, end));
  splitter.push(typeof output === 'string' ? Buffer.from(output, 'utf8') : output);
  splitter.end();
  assembly.end();
  return told;
}
