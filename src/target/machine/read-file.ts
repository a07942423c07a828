// Files of this machine that say how it is: bounded reads that tell a file that is not there from one that is not for us.

import { statSync } from 'node:fs';
import type { Setting } from '../../model/machine-facts.ts';
import { readProc } from '../processes/read-proc.ts';

/** One value, a few words. */
const MAX_SETTING_BYTES = 4096;

/** Not existsSync, which asks for the real user. `hidden`: a folder above it is not for us. */
export function whereIs(path: string): 'there' | 'hidden' | 'absent' {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined ? 'absent' : 'there';
  } catch {
    return 'hidden';
  }
}

export function readSetting(path: string): Setting {
  const text = readText(path, MAX_SETTING_BYTES);
  if (text !== null) return { kind: 'value', text: text.trim() };
  return { kind: whereIs(path) === 'absent' ? 'absent' : 'unreadable' };
}

/** null: not there, or not for us. */
export function readText(path: string, limitBytes: number): string | null {
  return readProc(path, limitBytes)?.toString('latin1') ?? null;
}
