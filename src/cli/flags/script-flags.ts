// A script of the catalogue → its parameters as flags: `--min 5ms`. Which are the command's own stay the command's.

import { readScript, scriptNames } from '../../catalogue/catalogue.ts';
import type { FlagTable } from './flag.ts';

/** The script that is named by one of the words; null: none is. */
export function scriptAmong(words: readonly string[]): string | null {
  const names = scriptNames();
  return words.find((word) => names.includes(word)) ?? null;
}

/** Its parameters. Values are understood later, by their types. */
export function scriptFlags(words: readonly string[]): FlagTable {
  const name = scriptAmong(words);
  if (name === null) return {};
  return Object.fromEntries(
    readScript(name).header.parameters.map(({ name: parameter, type, shownDefault, help }) => [
      parameter,
      {
        kind: 'value',
        group: 'Filter',
        placeholder: type.toUpperCase(),
        parse: (text: string) => text,
        shownDefault: shownDefault ?? '',
        help,
      },
    ]),
  );
}
