// The header of a script → its documentation as text for a terminal.

import type { CatalogueScript } from '../../catalogue/catalogue.ts';
import { PROCESS_WORDS, type ScriptHeader, shownNeeds } from '../../catalogue/script-header.ts';
import { wrapWords } from '../../outputs/display-width.ts';
import type { Theme } from './theme.ts';

const INDENT = '  ';
const DEEPER = '      ';

/** Prose is wrapped to `maxColumns`; examples stand as they are. */
export function renderScript({ name, header }: CatalogueScript, maxColumns: number, theme: Theme): readonly string[] {
  const section = (title: string, lines: readonly string[]): readonly string[] => ['', theme.heading(title), ...lines];
  const prose = header.description.flatMap((paragraph, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrapWords(paragraph, maxColumns, '', 'kept'),
  ]);
  const lines = [`${name}: ${header.purpose}`, '', ...prose];
  lines.push(...section('Parameters:', parameterLines(header, maxColumns)));
  const outputs = header.outputs.flatMap(({ field, unit, help }) => entry(field, unit, help, maxColumns));
  lines.push(
    ...section(
      'With -p PROCESS:',
      wrapWords(`${PROCESS_WORDS[header.process.kind]} ${header.process.help}`, maxColumns, INDENT, 'kept'),
    ),
  );
  lines.push(...section('Output:', outputs));
  lines.push(...section('Probes:', header.probes.flatMap((probe) => wrapWords(probe, maxColumns, INDENT, 'kept')))); // prettier-ignore
  lines.push(...section('Needs:', wrapWords(shownNeeds(header.needs), maxColumns, INDENT, 'kept')));
  lines.push(...section('Cost:', wrapWords(header.cost ?? 'not measured yet', maxColumns, INDENT, 'kept')));
  lines.push(...section('Example:', header.example.map((line) => `${INDENT}${line}`.trimEnd()))); // prettier-ignore
  return lines;
}

function parameterLines({ parameters }: ScriptHeader, maxColumns: number): readonly string[] {
  if (parameters.length === 0) return [`${INDENT}none`];
  return parameters.flatMap(({ name, type, shownDefault, help }) => {
    const preset = shownDefault === null ? 'must be given' : shownDefault === '' ? 'none' : shownDefault;
    return entry(`--${name} ${type.toUpperCase()}`, preset, help, maxColumns);
  });
}

function entry(label: string, aside: string, help: string, maxColumns: number): readonly string[] {
  return [`${INDENT}${label}  [${aside}]`, ...wrapWords(help, maxColumns, DEEPER, 'kept')];
}
