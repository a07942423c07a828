// What the walks of a program with `jstack` print (templates/jstack-walk.bt) → whole stacks with their identity. The lines are those of a
// sample (records.ts); in the place of its ticks stands the identity.

import type { RawSample } from '../model/sample.ts';
import { asPid, type Pid } from '../model/units.ts';
import type { RecordSink } from './record-sink.ts';
import { RecordParser } from './records.ts';
import { SampleAssembly } from './sample-assembly.ts';

/** As the walk sends it: sixteen words, one line. */
export const CHUNK_BYTES = 128;

export interface AnnouncedStackSink {
  /** `id`: 42 bits, never 0. */
  readonly stack: (id: number, sample: RawSample) => void;
  readonly broken: () => void;
  readonly jvmFed: (pid: Pid) => void;
  readonly exec: (pid: Pid) => void;
  readonly exit: (pid: Pid) => void;
  readonly ready: () => void;
  /** A line that is none of these. */
  readonly other: (text: string) => void;
}

export class AnnouncedStacks {
  readonly #parser: RecordParser;
  readonly #assembly: SampleAssembly;

  /** `windowBytes`: the most that is sent of one stack. */
  constructor(windowBytes: number, sink: AnnouncedStackSink) {
    this.#assembly = new SampleAssembly(
      { chunkBytes: CHUNK_BYTES, windowBytes },
      {
        sample: ({ ticks, ...sample }) => {
          sink.stack(ticks, { ...sample, ticks: 1 });
        },
        broken: () => {
          sink.broken();
        },
      },
    );
    this.#parser = new RecordParser(this.#sinkOf(sink));
  }

  /** What stands behind the mark, without its line end. */
  line(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#parser.line(bytes, 0, bytes.length);
  }

  /** Nothing more comes: what is open is as whole as it gets. */
  end(): void {
    this.#assembly.end();
  }

  #sinkOf(sink: AnnouncedStackSink): RecordSink {
    const assembly = this.#assembly;
    const unexpected = (): void => {
      sink.other('a record that no walk prints');
    };
    return {
      head: (head) => assembly.head(head),
      registers: (key, registers) => assembly.registers(key, registers),
      anchor: (key, thread, sp, pc, fp) => assembly.anchor(key, thread, sp, pc, fp),
      chunk: (key, address, bytes) => assembly.chunk(key, address, bytes),
      tail: (key, tid, _chunks, stackStart) => assembly.tail(key, tid, stackStart),
      exec: (pid) => sink.exec(asPid(pid)),
      exit: (pid) => sink.exit(asPid(pid)),
      jvmFed: (pid) => sink.jvmFed(asPid(pid)),
      ready: () => sink.ready(),
      heartbeat: () => undefined,
      kernelStack: unexpected,
      weight: unexpected,
      share: unexpected,
      label: unexpected,
      unnoted: unexpected,
      fork: unexpected,
      budget: unexpected,
      other: (text) => sink.other(text),
    };
  }
}
