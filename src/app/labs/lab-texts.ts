// The texts of labs: docs/labs/LANGUAGE/ID.md of the package.

import { existsSync, readFileSync } from 'node:fs';
import { parseLabText } from '../../labs/parse-lab-text.ts';
import { OperatorError } from '../../model/errors.ts';
import type { LabText } from '../../model/lab.ts';

const FOLDER = new URL('../../../docs/labs/', import.meta.url);
const LANGUAGE = /^[a-z]{2}$/;

/** Throws an OperatorError for a language that there is not; a lab that is not translated yet is told in English. */
export function labText(id: string, language: string): LabText {
  const name = `${language}/${id}.md`;
  if (!LANGUAGE.test(language) || !existsSync(new URL(`${language}/`, FOLDER)))
    throw new OperatorError(
      'usage',
      `no labs are told in '${language.slice(0, 20)}'`,
      'there is en; docs/labs/README.md says how to translate',
    );
  const url = new URL(existsSync(new URL(name, FOLDER)) ? name : `en/${id}.md`, FOLDER);
  return parseLabText(readFileSync(url, 'utf8'), name);
}
