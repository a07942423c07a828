// Programs of labs in the package: templates/labs.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderTemplate, type TemplateValues } from '../../program/template.ts';

const FILES = new URL('../../../templates/labs/', import.meta.url);

export function fileOf(name: string): string {
  return fileURLToPath(new URL(name, FILES));
}

/** NAME.bt with its values. */
export function programText(name: string, values: TemplateValues): string {
  return renderTemplate(readFileSync(fileOf(`${name}.bt`), 'utf8'), values);
}
