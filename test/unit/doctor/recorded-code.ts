// Code of a real kernel, recorded (test/fixtures/kernel-code, each with how it was made), as the freeze check reads it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FreezeCode } from '../../../src/doctor/freeze-evidence.ts';
import { parseKernelCode } from '../../../src/doctor/kernel-code-program.ts';
import { isRecord } from '../../support/is-record.ts';
import { symbolsFrom, type SymbolLine } from '../../support/machine-code.ts';
import { REPOSITORY } from '../../support/repository.ts';

export const KERNEL_CODE_FIXTURES = join(REPOSITORY, 'test/fixtures/kernel-code');

type RecordedLine = Omit<SymbolLine, 'name'> & { readonly name: string | null };

export function recordedCode(name: string): FreezeCode & { readonly lines: readonly RecordedLine[] } {
  const recording: unknown = JSON.parse(readFileSync(join(KERNEL_CODE_FIXTURES, name), 'utf8'));
  if (!isRecord(recording) || !Array.isArray(recording['lines']) || !Array.isArray(recording['symbols']))
    throw new Error(`${name}: no recording`);
  const code = parseKernelCode(recording['lines'].map(String));
  if (code === null) throw new Error(`${name}: code incomplete`);
  const lines = recording['symbols'].filter(Array.isArray).map(([address, symbol]: unknown[]): RecordedLine => {
    return { address: BigInt(`0x${String(address)}`), name: typeof symbol === 'string' ? symbol : null };
  });
  return {
    copyFromUserNofault: code.copy_from_user_nofault,
    checkObjectSize: code.__check_object_size,
    symbols: symbolsFrom(lines),
    lines,
  };
}
