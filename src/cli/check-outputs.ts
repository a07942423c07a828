// Paths an operator wants written → nothing, or the reason why they could not be: found before ten seconds of sampling, not
// after. A path that can never be one (a folder, no parent, unknown ending) is a usage error; a file system that refuses is one
// of the environment. Files are opened as they will be, a new one is made and taken away again: permissions alone do not tell
// (read-only mounts, /proc, quotas). FIFOs and devices are not opened: that could block, or end the reader's wait.

import { accessSync, closeSync, constants, lstatSync, openSync, type Stats, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkPageBuilt } from '../app/render-resources.ts';
import { OperatorError } from '../model/errors.ts';
import { codeOf, fileProblem } from '../model/file-problems.ts';
import { escapeForTerminal } from '../outputs/escape-terminal.ts';
import { OUTPUT_ENDINGS, outputFormatOf } from '../outputs/formats.ts';
import { PAGE_FORMAT } from '../outputs/page.ts';
import { RECORDING_FORMAT } from '../outputs/recording.ts';

/** Which file names a command can write. */
export interface OutputNames {
  /** null: no format has this ending. */
  readonly formatOf: (path: string) => { readonly name: string } | null;
  readonly endings: readonly string[];
}

const RECORDING_NAMES: OutputNames = { formatOf: outputFormatOf, endings: OUTPUT_ENDINGS };

/** Checks every `-o`; the same file twice is refused. `checkPage` throws when no page can be written. Throws OperatorErrors. */
export function checkOutputs(
  paths: readonly string[],
  { formatOf, endings }: OutputNames = RECORDING_NAMES,
  checkPage: () => void = checkPageBuilt,
): void {
  const seen = new Set<string>();
  for (const path of paths) {
    if (path !== '-') refuseDirectory(path, statOf(path));
    const format = formatOf(path);
    if (format === null) {
      throw new OperatorError(
        'usage',
        `${shown(path)}: no format has this ending`,
        `endings: ${endings.join(', ')}; - is standard output`,
      );
    }
    if (seen.has(path)) throw new OperatorError('usage', `${shown(path)} is given twice as output`, 'give every output once');
    seen.add(path);
    if (format.name === PAGE_FORMAT.name) checkPage();
    if (path !== '-') checkWritable(path);
  }
}

/** Checks the file of `--record-reads`: made anew, so neither a link nor a FIFO. Throws OperatorErrors. */
export function checkRecording(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFIFO() === true || stat?.isSymbolicLink() === true)
    throw new OperatorError(
      'usage',
      `${shown(path)} is a ${stat.isFIFO() ? 'FIFO' : 'link'}`,
      'name a file: a recording holds memory of the target',
    );
  // Profiles have that ending, and a target's memory is not to be handed on as one.
  if (outputFormatOf(path) === RECORDING_FORMAT)
    throw new OperatorError(
      'usage',
      `${shown(path)}: ${RECORDING_FORMAT.endings.join(', ')} is the ending of profiles`,
      'name it reads.jreads; the profile is written by -o x.jtrace',
    );
  checkWritable(path);
}

/** Checks one file that will be made or overwritten. */
function checkWritable(path: string): void {
  const stat = statOf(path);
  refuseDirectory(path, stat);
  if (stat === null) {
    checkParent(path);
    orExplain(path, () => {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
      unlinkSync(path);
    });
  } else if (stat.isFile()) {
    orExplain(path, () => closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)));
  } else if (stat.isFIFO() || stat.isCharacterDevice()) {
    orExplain(path, () => accessSync(path, constants.W_OK));
  } else {
    throw new OperatorError('usage', `${shown(path)} is no file`, 'name a file, a FIFO, or - for standard output');
  }
}

function refuseDirectory(path: string, stat: Stats | null): void {
  if (stat?.isDirectory() !== true) return;
  const inside = shown(path.replace(/\/*$/, '/out.folded'));
  throw new OperatorError('usage', `${shown(path)} is a directory`, `name a file in it, e.g. ${inside}`);
}

function checkParent(path: string): void {
  const parent = dirname(path);
  if (path.endsWith('/'))
    throw new OperatorError('usage', `${shown(path)} names no file`, 'leave out the slash at its end, or add a file name');
  const stat = statOf(parent);
  if (stat === null)
    throw new OperatorError(
      'usage',
      `${shown(path)}: there is no directory ${shown(parent)}`,
      `make it first: mkdir -p ${shown(parent)}`,
    );
  if (!stat.isDirectory())
    throw new OperatorError('usage', `${shown(path)}: ${shown(parent)} is no directory`, 'name a file in a directory');
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new OperatorError('environment', `${shown(path)} cannot be looked at: ${fileProblem(error)}`, 'choose another file', {
      cause: error,
    });
  }
}

function orExplain(path: string, attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    const message = `${shown(path)} cannot be written: ${fileProblem(error)}`;
    throw new OperatorError('environment', message, 'choose another place, e.g. -o /tmp/out.folded', { cause: error });
  }
}

function shown(path: string): string {
  return escapeForTerminal(path, 100);
}
