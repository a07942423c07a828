// A sample of which some pieces came.

import { X86_64_REGISTERS, type Registers } from '../../../src/model/registers.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { asAddress, asPid, asTid } from '../../../src/model/units.ts';

export interface SentPieces {
  readonly sp: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  /** Which of them came. */
  readonly places: readonly number[];
  readonly tid: number;
}

export function sentPieces({ sp, chunks, chunkBytes, places, tid }: SentPieces): RawSample {
  return {
    timeNs: 0,
    cpu: 0,
    pid: asPid(1),
    tid: asTid(tid),
    ticks: 1,
    mode: 'user',
    registers: Object.fromEntries(X86_64_REGISTERS.map((name) => [name, name === 'rsp' ? sp : 0])) as unknown as Registers,
    anchor: null,
    stack: {
      chunks: places.map((place) => ({ address: asAddress(sp + place * chunkBytes), bytes: new Uint8Array(chunkBytes) })),
      unreadablePages: [],
      end: asAddress(sp + chunks * chunkBytes),
      cut: false,
      lostChunks: chunks - places.length,
    },
    kernelStack: [],
    comm: 'x',
  };
}
