// What differs between bpftrace versions in how a user's program speaks: the faults of `-f json`, and who must be asked for what.
// Measured on 0.17.0, 0.23.2 and 0.27.1 (test/fixtures/script/README.md); what lies between was read in bpftrace's history.

import type { BpftraceVersion } from '../model/dialect.ts';

export interface ScriptDialect {
  /** Keys of maps are escaped twice: 0.22 and 0.23. */
  readonly keysEscapedTwice: boolean;
  /** Numbers that no double holds stand in quotes: since 0.24. */
  readonly quotesLargeNumbers: boolean;
  /** The kernel's `hist()` counts all from 2^31 on in one bucket, and bpftrace computes its edges in 32 bits: before 0.18. */
  readonly histogramsEndAt32Bits: boolean;
  /** Options without which a full map is not told. */
  readonly arguments: readonly string[];
}

export function scriptDialectOf({ major, minor }: BpftraceVersion): ScriptDialect {
  const since = (wanted: number): boolean => major > 0 || minor >= wanted;
  return {
    keysEscapedTwice: since(22) && !since(24),
    quotesLargeNumbers: since(24),
    histogramsEndAt32Bits: !since(18),
    arguments: since(23) ? [] : ['-k'],
  };
}
