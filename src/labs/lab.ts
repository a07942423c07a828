// What a lab is to the code: one file of src/labs/all, one row of src/labs/labs.ts, one text in docs/labs. It works in a room, which is handed in.

import type { CheckOutcome, LabNeed, Measurements, Right } from '../model/lab.ts';
import type { LabRoom } from './room.ts';

export interface LabStep {
  readonly key: string;
  /** Keys of the predictions that are asked before it. */
  readonly predictions?: readonly string[];
}

export interface Lab {
  /** As in `jtrace lab run ID`. */
  readonly id: string;
  /** Besides root and bpftrace. */
  readonly needs: readonly LabNeed[];
  /** In their order. */
  readonly steps: readonly LabStep[];
  /** Works in view, step by step (LabRoom.step). Throws OperatorErrors. */
  readonly run: (room: LabRoom) => Promise<Measurements>;
  readonly predictions: Readonly<Record<string, (measured: Measurements) => Right>>;
  readonly checks: Readonly<Record<string, (measured: Measurements) => CheckOutcome>>;
  readonly exercise: Readonly<Record<string, (measured: Measurements) => Right>>;
  /** Questions of the exercise that are answered by a bpftrace program: it is run, and told by what it prints. */
  readonly programs?: Readonly<Record<string, (room: LabRoom, program: string) => Promise<CheckOutcome>>>;
}
