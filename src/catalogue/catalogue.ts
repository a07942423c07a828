// The scripts that come with jtrace: the package's `bt-scripts/` folder, two levels above this file both in src/ and in dist/. They
// are part of the package: one that is missing or whose header is wrong is a bug.

import { readdirSync, readFileSync } from 'node:fs';
import { OperatorError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { parseScriptHeader } from './parse-header.ts';
import { SCRIPT_GROUPS, type ScriptHeader } from './script-header.ts';

const FOLDER = new URL('../../bt-scripts/', import.meta.url);

export interface CatalogueScript {
  readonly name: string;
  readonly header: ScriptHeader;
  /** The .bt file, with placeholders. */
  readonly text: string;
}

/** Names in order; no file is read. */
export function scriptNames(): readonly string[] {
  return readdirSync(FOLDER)
    .flatMap((file) => (file.endsWith('.bt') ? [file.slice(0, -3)] : []))
    .sort();
}

/** All of them, by group and name. */
export function readCatalogue(): readonly CatalogueScript[] {
  const scripts = scriptNames().map(readNamed);
  return SCRIPT_GROUPS.flatMap((group) => scripts.filter(({ header }) => header.group === group));
}

/** One of them. Throws an OperatorError that names the nearest when there is none of that name. */
export function readScript(name: string): CatalogueScript {
  const names = scriptNames();
  if (names.includes(name)) return readNamed(name);
  const near = nearest(name, names);
  throw new OperatorError(
    'usage',
    `no script is called '${name.slice(0, 60)}'`,
    `${near === null ? '' : `did you mean ${near}? `}jtrace list shows all`,
  );
}

function readNamed(name: string): CatalogueScript {
  const file = `${name}.bt`;
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return { name, header: parseScriptHeader(text, `bt-scripts/${file}`), text };
}
