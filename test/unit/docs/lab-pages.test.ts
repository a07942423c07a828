// What the pages of docs/labs show of the labs themselves: the list of all, and below each step the programs that it runs, as the recorded run has them.
// JTRACE_BLESS=1 writes them.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import type { RecordedRun } from '../../../src/app/labs/recorded-runs.ts';
import { LABS } from '../../../src/labs/labs.ts';
import { parseLabText } from '../../../src/labs/parse-lab-text.ts';
import { REPOSITORY } from '../../support/repository.ts';

const DOCS = join(REPOSITORY, 'docs/labs');
const TEMPLATES = join(REPOSITORY, 'templates/labs');
const PROGRAMS = /\n<!-- program -->[^]*?<!-- end -->\n/gu;
const LIST = /(<!-- labs -->\n)[^]*?(<!-- end -->\n)/u;

const pageOf = (id: string): string => join(DOCS, 'en', `${id}.md`);

function expectPage(path: string, wanted: string): void {
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
}

function list(): string {
  const rows = LABS.map(({ id, needs }) => {
    const { number, asks } = parseLabText(readFileSync(pageOf(id), 'utf8'), id);
    return `| ${String(number)} | [\`${id}\`](en/${id}.md) | ${asks} | ${needs.join(', ')} |`;
  });
  return ['', '| | id | question | needs |', '|---|---|---|---|', ...rows, '', ''].join('\n');
}

test('the list of labs', () => {
  const path = join(DOCS, 'README.md');
  expect(readFileSync(path, 'utf8')).toMatch(LIST);
  expectPage(
    path,
    readFileSync(path, 'utf8').replace(LIST, (_, begin: string, end: string) => `${begin}${list()}${end}`),
  );
});

/** Each program once, below the step that shows it first. */
function programsByStep({ steps }: RecordedRun): ReadonlyMap<string, readonly string[]> {
  const seen = new Set<string>();
  return new Map(
    Object.entries(steps).map(([key, shown]) => {
      const texts = shown.flatMap((one) => (one.kind === 'program' ? [one.text.trimEnd()] : []));
      return [key, texts.filter((text) => !seen.has(text) && seen.add(text))];
    }),
  );
}

/** A template as the programs that it makes: its values are any text. */
function formOf(template: string): RegExp {
  const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  const kept = template.split('\n').filter((line) => !line.trim().startsWith('// #')).join('\n').trimEnd(); // prettier-ignore
  return new RegExp(
    `^${kept
      .split(/\{\{[^{}]*\}\}/u)
      .map(quoted)
      .join('[^]*?')}\\s*$`,
    'u',
  );
}

describe.each(LABS.map(({ id }) => id))('%s', (id) => {
  const recorded = join(REPOSITORY, 'templates/labs/recorded', `${id}.json`);

  test('its page shows the programs of its steps', () => {
    expect(existsSync(recorded)).toBe(true);
    const programs = programsByStep(JSON.parse(readFileSync(recorded, 'utf8')) as RecordedRun);
    const page = readFileSync(pageOf(id), 'utf8').replaceAll(PROGRAMS, '');
    const [before = '', steps = '', after = ''] = page.split(/^(?=## Steps$|## Checks$)/mu);
    const filled = steps.split(/^(?=### )/mu).map((part) => {
      const texts = programs.get(/^### ([\w-]+):/u.exec(part)?.[1] ?? '') ?? [];
      if (texts.length === 0) return part;
      const blocks = texts.map((text) => `\`\`\`c\n${text}\n\`\`\``).join('\n\n');
      return `${part.trimEnd()}\n\n<!-- program -->\n\n${blocks}\n\n<!-- end -->\n\n`;
    });
    expectPage(pageOf(id), `${before}${filled.join('')}${after}`);
  });

  test('its recorded programs are those of templates/labs', () => {
    const forms = readdirSync(TEMPLATES)
      .filter((name) => name.startsWith(id) && /\.(bt|bpf\.c)$/u.test(name))
      .map((name) => formOf(readFileSync(join(TEMPLATES, name), 'utf8')));
    const programs = [...programsByStep(JSON.parse(readFileSync(recorded, 'utf8')) as RecordedRun).values()].flat();
    for (const text of programs) expect(forms.some((form) => form.test(text)), text).toBe(true); // prettier-ignore
  });

  test('every explained line is in a program that its step showed', () => {
    const run = JSON.parse(readFileSync(recorded, 'utf8')) as RecordedRun;
    for (const { key, lines } of parseLabText(readFileSync(pageOf(id), 'utf8'), id).steps) {
      const shown = (run.steps[key] ?? []).flatMap((one) => (one.kind === 'program' ? [one.text] : [])).join('\n');
      for (const { fragment } of lines) expect(shown, `${key}: \`${fragment}\``).toContain(fragment);
    }
  });
});
