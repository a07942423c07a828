// Programs of labs in the package: templates/labs; and what jtrace's files of stacks have.

import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FoldedStack } from '../../labs/room.ts';
import { renderTemplate, type TemplateValues } from '../../program/template.ts';

const FILES = new URL('../../../templates/labs/', import.meta.url);

/** Files of stacks and maps of names have some hundred kilobytes. */
const MOST_READ_BYTES = 16 * 1024 * 1024;

export function fileOf(name: string): string {
  return fileURLToPath(new URL(name, FILES));
}

/** NAME.bt with its values. */
export function programText(name: string, values: TemplateValues): string {
  return renderTemplate(readFileSync(fileOf(`${name}.bt`), 'utf8'), values);
}

/** '': there is none, or it is none of what labs write. */
export function textOf(path: string): string {
  try {
    return statSync(path).size > MOST_READ_BYTES ? '' : readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Of a text of folded stacks. */
export function foldedStacks(text: string): readonly FoldedStack[] {
  return text.split('\n').flatMap((line) => {
    const [, stack = '', weight] = /^(.+) (\d+(?:\.\d+)?)$/u.exec(line) ?? [];
    return weight === undefined ? [] : [{ frames: stack.split(';'), weight: Number(weight) }];
  });
}
