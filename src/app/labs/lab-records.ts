// What is kept of a learner's runs: one JSON file for each lab, in a folder of theirs.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileProblem } from '../../model/file-problems.ts';
import { OperatorError } from '../../model/errors.ts';
import type { LabRecord } from '../../model/lab.ts';

const MAX_RECORD_BYTES = 4 * 1024 * 1024;

export function defaultRecordsFolder(environment: NodeJS.ProcessEnv): string {
  const { XDG_STATE_HOME: state } = environment;
  return join(state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local/state'), 'jtrace/labs');
}

/** null: that lab was not run yet, or its file is none of ours. */
export function readRecord(folder: string, lab: string): LabRecord | null {
  try {
    const text = readFileSync(join(folder, `${lab}.json`), 'utf8');
    const value: unknown = text.length > MAX_RECORD_BYTES ? null : JSON.parse(text);
    return isRecordOf(value, lab) ? value : null;
  } catch {
    return null;
  }
}

/** Throws an OperatorError when it cannot be written. */
export function writeRecord(folder: string, record: LabRecord): void {
  const path = join(folder, `${record.lab}.json`);
  const begun = `${path}.${String(process.pid)}.begun`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(begun, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 });
    renameSync(begun, path);
  } catch (error) {
    throw new OperatorError('incomplete', `${path} could not be written: ${fileProblem(error)}`, 'say where to keep it: --records FOLDER');
  }
}

function isRecordOf(value: unknown, lab: string): value is LabRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { lab: name, predictions, measurements, checks, answers } = value as Partial<Record<keyof LabRecord, unknown>>;
  return (
    name === lab &&
    Array.isArray(predictions) &&
    Array.isArray(checks) &&
    Array.isArray(answers) &&
    typeof measurements === 'object' &&
    measurements !== null
  );
}
