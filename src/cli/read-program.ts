// `-e PROGRAM` or FILE → the text of a bpftrace program, or the one line that says why there is none.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';
import { codeOf, fileProblem } from '../model/file-problems.ts';
import { nearest } from '../model/nearest.ts';
import type { ScriptSource } from '../model/script.ts';
import { escapeForTerminal } from '../outputs/escape-terminal.ts';

/** What bpftrace's own tools have is 10 KB; much more is another file that was meant. */
const MAX_PROGRAM_BYTES = 1024 * 1024;
const SPACE = /\s+/y;
const HOW_TO = "jtrace run -e 'PROGRAM', or jtrace run FILE.bt";

/** `file` null: there is none. `scripts`: names it may have been meant for. Throws OperatorErrors. */
export function readProgram(expression: string | null, file: string | null, scripts: readonly string[] = []): ScriptSource {
  if (expression !== null && file !== null)
    throw new OperatorError('usage', `both -e PROGRAM and FILE ('${shown(file)}') were given`, 'give one of them');
  if (expression !== null) return checked({ name: '-e', text: expression }, Buffer.byteLength(expression));
  if (file === null) throw new OperatorError('usage', 'there is no program to run', HOW_TO);
  if (file === '') throw new OperatorError('usage', 'an empty file name was given', 'is a variable of your shell not set?');
  const bytes = readSome(file, scripts);
  return checked({ name: file, text: textOf(bytes, file) }, bytes.length);
}

function checked(source: ScriptSource, bytes: number): ScriptSource {
  const name = shown(source.name);
  if (bytes > MAX_PROGRAM_BYTES)
    throw new OperatorError('usage', `${name} is too large for a program (most: 1 MiB)`, 'was another file meant?');
  if (source.text.includes('\0')) throw new OperatorError('usage', `${name} is no text: it holds a NUL`, HOW_TO);
  if (saysNothing(source.text)) throw new OperatorError('usage', `the program (${name}) is empty`, HOW_TO);
  return source;
}

/** Space and comments only. To tell nothing from something; bpftrace itself reads what is in it. A pattern would look for each comment's end again. */
function saysNothing(text: string): boolean {
  for (let at = text.startsWith('#!') ? lineEnd(text, 0) : 0; ;) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    if (at >= text.length) return true;
    if (text.startsWith('//', at)) at = lineEnd(text, at);
    else {
      const close = text.startsWith('/*', at) ? text.indexOf('*/', at + 2) : -1;
      if (close < 0) return false;
      at = close + 2;
    }
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes.subarray(0, MAX_PROGRAM_BYTES + 1));
  } catch {
    if (bytes.length > MAX_PROGRAM_BYTES) return ' '; // cut inside a letter: too large is what is told
    throw new OperatorError('usage', `${shown(file)} is no text (UTF-8)`, HOW_TO);
  }
}

/** At most one byte more than a program may have, whatever the file is. */
function readSome(file: string, scripts: readonly string[]): Uint8Array {
  let fd: number | null = null;
  try {
    fd = openSync(file, 'r');
    if (fstatSync(fd).isDirectory()) throw new OperatorError('usage', `${shown(file)} is a directory`, 'name a file in it');
    const buffer = Buffer.alloc(MAX_PROGRAM_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(fd, buffer, length, buffer.length - length, null);
    return buffer.subarray(0, length);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const kind = ['ENOENT', 'ENOTDIR'].includes(codeOf(error)) ? 'usage' : 'environment';
    const near = /[./]/u.test(file) ? null : nearest(file, scripts);
    const hint = near === null ? HOW_TO : `did you mean the script ${near}? All: jtrace list`;
    throw new OperatorError(kind, `${shown(file)} cannot be read: ${fileProblem(error)}`, hint, { cause: error });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function shown(text: string): string {
  return escapeForTerminal(text, 60);
}
