// What is kept of a learner's runs: one JSON file for each lab, in a folder of theirs. Under sudo it is theirs all the same, written with their own rights.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Caller, findCaller } from '../../child/caller.ts';
import { fileProblem } from '../../model/file-problems.ts';
import { OperatorError } from '../../model/errors.ts';
import type { LabRecord } from '../../model/lab.ts';

const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export interface RecordsFolder {
  readonly path: string;
  /** Whose it is, where jtrace was called through sudo; null: this user's. */
  readonly owner: Caller | null;
}

/** `asked`: what --records says. Throws an OperatorError when the caller of sudo is not known here. */
export async function recordsFolder(asked: string | null, environment: NodeJS.ProcessEnv): Promise<RecordsFolder> {
  const caller = await callerOfSudo(environment);
  if (asked !== null) return { path: asked, owner: caller };
  // sudo keeps neither HOME nor this variable, and where it does, the variable is the caller's.
  const { XDG_STATE_HOME: state } = environment;
  const base = state !== undefined && isAbsolute(state) ? state : join(caller?.home ?? homedir(), '.local/state');
  return { path: join(base, 'jtrace/labs'), owner: caller };
}

async function callerOfSudo(environment: NodeJS.ProcessEnv): Promise<Caller | null> {
  try {
    return await findCaller(environment, process.geteuid?.() ?? 0);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new OperatorError(error.kind, error.message, 'as root itself: sudo env -u SUDO_UID -u SUDO_GID jtrace lab …');
  }
}

/** null: that lab was not run yet, or its file is none of ours. */
export function readRecord({ path, owner }: RecordsFolder, lab: string): LabRecord | null {
  try {
    const text = withRightsOf(owner, () => readFileSync(join(path, `${lab}.json`), 'utf8'));
    const value: unknown = text.length > MAX_RECORD_BYTES ? null : JSON.parse(text);
    return isRecordOf(value, lab) ? value : null;
  } catch {
    return null;
  }
}

/** Throws an OperatorError when it cannot be written. */
export function writeRecord({ path: folder, owner }: RecordsFolder, record: LabRecord): void {
  const path = join(folder, `${record.lab}.json`);
  const begun = `${path}.${String(process.pid)}.begun`;
  try {
    withRightsOf(owner, () => {
      mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
      writeFileSync(begun, `${JSON.stringify(record, null, 1)}\n`, { mode: PRIVATE_FILE, flag: 'wx' });
      renameSync(begun, path);
    });
  } catch (error) {
    throw new OperatorError(
      'incomplete',
      `${path} could not be written: ${fileProblem(error)}`,
      'say where to keep it: --records FOLDER',
    );
  }
}

/** A folder of the caller's leads where the caller may write, and nowhere else. */
function withRightsOf<Result>(owner: Caller | null, work: () => Result): Result {
  const { setegid, seteuid, setgroups, getgroups } = process;
  if (owner === null || setegid === undefined || seteuid === undefined || setgroups === undefined) return work();
  const groups = getgroups?.() ?? [];
  setgroups([owner.gid]);
  setegid(owner.gid);
  seteuid(owner.uid);
  try {
    return work();
  } finally {
    seteuid(0);
    setegid(0);
    setgroups(groups);
  }
}

/** What is in the file may be anybody's. */
function isRecordOf(value: unknown, lab: string): value is LabRecord {
  if (!isObject(value) || value['lab'] !== lab || !isObject(value['measurements']) || !isObject(value['machine'])) return false;
  const { kernel, bpftraceVersion } = value['machine'];
  return (
    typeof value['atMs'] === 'number' &&
    Number.isFinite(new Date(value['atMs']).getTime()) &&
    typeof value['isRecorded'] === 'boolean' &&
    areTexts(kernel, bpftraceVersion) &&
    isListOf(value['predictions'], isAnswer) &&
    isListOf(value['answers'], isAnswer) &&
    isListOf(value['checks'], isCheck)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isAnswer(value: unknown): boolean {
  return (
    isObject(value) &&
    areTexts(value['key'], value['given']) &&
    (value['isRight'] === null || typeof value['isRight'] === 'boolean')
  );
}

function isCheck(value: unknown): boolean {
  if (!isObject(value) || typeof value['key'] !== 'string' || !isObject(value['outcome'])) return false;
  const { kind, measured, expected, because } = value['outcome'];
  if (kind === 'passed') return areTexts(measured);
  if (kind === 'failed') return areTexts(measured, expected);
  return kind === 'not-possible' && areTexts(because);
}
