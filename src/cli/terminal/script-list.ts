// Scripts of the catalogue → a table by group: name, purpose, what each needs besides bpftrace.

import type { CatalogueScript } from '../../catalogue/catalogue.ts';
import { renderTable, type TableColumn } from './table.ts';
import type { Theme } from './theme.ts';

const COLUMNS: readonly TableColumn[] = [
  { head: 'NAME', align: 'left', cut: 'none' },
  { head: 'PURPOSE', align: 'left', cut: 'end' },
  { head: 'NEEDS', align: 'left', cut: 'none' },
];

/** A heading per group; every table has the same columns, so that names stand below each other. */
export function renderScriptList(scripts: readonly CatalogueScript[], maxColumns: number, theme: Theme): readonly string[] {
  const [head = '', ...lines] = renderTable(COLUMNS, scripts.map(rowOf), maxColumns);
  const out = [theme.heading(head)];
  let group = '';
  scripts.forEach(({ header }, index) => {
    if (header.group !== group) out.push('', theme.heading(`${header.group}:`));
    group = header.group;
    out.push(lines[index] ?? '');
  });
  return out;
}

function rowOf({ name, header: { purpose, needs } }: CatalogueScript): readonly string[] {
  return [name, purpose.replace(/\.$/, ''), [...needs.features, ...needs.programs].join(', ')];
}
