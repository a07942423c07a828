// A section's result as Markdown, and into docs/overhead.md between the section's markers; the prose around them is a person's.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';
import { markdownTable } from './markdown-table.ts';
import type { SectionResult } from './section.ts';

const DOCUMENT = join(REPOSITORY, 'docs/overhead.md');

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

export function writeSection(name: string, text: string): void {
  writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, 'utf8'), name, text));
}

/** The document with what stood between a section's markers replaced. Throws where it has none. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- bench:${name}:begin -->`, `<!-- bench:${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/overhead.md has no markers ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}
