// A section's result as Markdown, and into its document between the section's markers; the prose around them is a person's.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';
import { markdownTable } from './markdown-table.ts';
import { DEFAULT_DOCUMENT, type Section, type SectionResult } from './section.ts';

export interface Circumstances {
  readonly machine: string;
  /** null: the machine was idle. */
  readonly busy: string | null;
  readonly quick: boolean;
}

export function sectionText({ tables, notes }: SectionResult, { machine, busy, quick }: Circumstances): string {
  const shortened = quick ? 'Measured with --quick: too short to be believed.' : null;
  const lines = [machine, busy, shortened].filter((line) => line !== null);
  return [lines.join('\n'), ...tables.map(markdownTable), notes.join('\n')].filter((part) => part !== '').join('\n\n');
}

export function writeSection({ name, document = DEFAULT_DOCUMENT }: Section, text: string): void {
  const path = join(REPOSITORY, document);
  writeFileSync(path, withSection(readFileSync(path, 'utf8'), name, text));
}

/** The document with what stood between a section's markers replaced. Throws where it has none. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- bench:${name}:begin -->`, `<!-- bench:${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no markers ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}
