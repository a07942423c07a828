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
import { wrapWords } from '../outputs/display-width.ts';

/** Of a terminal's 80, behind the indent of a hint. */
const HINT_COLUMNS = 78;
/** Suggested where nothing tells what is wanted. */
const USUAL_ENDING = '.folded';

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
    if (path !== '-') refuseDirectory(path, statOf(path), endings);
    const format = formatOf(path);
    if (format === null) {
      const hint = wrapWords(`endings: ${endings.join(', ')}; - is standard output`, HINT_COLUMNS).join('\n');
      throw new OperatorError('usage', `${shown(path)}: no format has this ending`, hint);
    }
    if (seen.has(path)) throw new OperatorError('usage', `${shown(path)} is given twice as output`, 'give every output once');
    seen.add(path);
    if (format.name === PAGE_FORMAT.name) checkPage();
    if (path !== '-') checkWritable(path, endings);
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
  checkWritable(path, ['.jreads']);
}

/** Checks one file that will be made or overwritten. */
function checkWritable(path: string, endings: readonly string[]): void {
  const stat = statOf(path);
  refuseDirectory(path, stat, endings);
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

/** Also one that is not there yet; the file suggested in it has the ending that was wanted. */
function refuseDirectory(path: string, stat: Stats | null, endings: readonly string[]): void {
  if (stat?.isDirectory() !== true && !path.endsWith('/')) return;
  const folder = path.replace(/\/+$/, '');
  const wanted = endings.filter((ending) => folder.endsWith(ending)).sort((a, b) => b.length - a.length)[0];
  const usual = endings.includes(USUAL_ENDING) ? USUAL_ENDING : (endings[0] ?? '');
  throw new OperatorError(
    'usage',
    `${shown(path)} ${stat?.isDirectory() === true ? 'is' : 'names'} a directory`,
    `name a file in it, e.g. ${shown(`${folder}/out${wanted ?? usual}`)}`,
  );
}

function checkParent(path: string): void {
  const parent = dirname(path);
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
