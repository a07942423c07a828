// The texts of all labs beside their code: the same keys in both, each explained line in a program, a solution for each question. Every language.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LABS } from '../../../src/labs/labs.ts';
import { parseLabText } from '../../../src/labs/parse-lab-text.ts';
import { REPOSITORY } from '../../support/repository.ts';

const DOCS = join(REPOSITORY, 'docs/labs');
const PROGRAMS = join(REPOSITORY, 'templates/labs');
const languages = readdirSync(DOCS).filter((name) => /^[a-z]{2}$/.test(name));
const cases = languages.flatMap((language) => LABS.map((lab, index) => ({ language, lab, id: lab.id, index })));
const here = cases.filter(({ language, id }) => existsSync(join(DOCS, language, `${id}.md`)));
const textOf = (language: string, id: string) => parseLabText(readFileSync(join(DOCS, language, `${id}.md`), 'utf8'), id);

test('there are fourteen labs, all told in English, and nothing else is', () => {
  expect(LABS).toHaveLength(14);
  expect(readdirSync(join(DOCS, 'en')).sort()).toEqual(LABS.map(({ id }) => `${id}.md`).sort());
  expect(readdirSync(join(DOCS, 'solutions')).sort()).toEqual(LABS.map(({ id }) => `${id}.md`).sort());
});

/** Programs of a lab: what its steps may explain. */
function programsOf(id: string): string {
  const files = readdirSync(PROGRAMS, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const code = readFileSync(join(REPOSITORY, 'src/labs/all', `${id}.ts`), 'utf8');
  const programs = files
    .filter(({ name, parentPath }) => `${parentPath}/${name}`.includes(`/${id}`) && !name.endsWith('.json'))
    .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n');
  // Values that are put into a program's template.
  return `${programs}\n${code}`;
}

describe.each(here)('$language: $id', ({ language, lab, id, index }) => {
  const text = textOf(language, id);
  const keys = (questions: readonly { readonly key: string }[]): readonly string[] => questions.map(({ key }) => key);

  test('has its number, and the keys of the code', () => {
    expect(text.number).toBe(index + 1);
    expect(keys(text.steps)).toEqual(keys(lab.steps));
    expect([...text.checks.keys()].sort()).toEqual(Object.keys(lab.checks).sort());
    expect(keys(text.predictions).toSorted()).toEqual(Object.keys(lab.predictions).sort());
    expect(keys(text.exercise.questions).toSorted()).toEqual(Object.keys(lab.exercise).sort());
  });

  test('asks each prediction once, before a step', () => {
    expect(lab.steps.flatMap(({ predictions = [] }) => predictions).toSorted()).toEqual(Object.keys(lab.predictions).sort());
  });

  test('explains lines that are in a program', () => {
    const programs = programsOf(id);
    for (const { key, lines } of text.steps)
      for (const { fragment } of lines) expect(programs, `${key}: \`${fragment}\``).toContain(fragment);
  });

  test('says something everywhere', () => {
    for (const part of [text.title, text.asks, text.question, text.explanation, ...text.steps.map((step) => step.text)]) expect(part).not.toBe(''); // prettier-ignore
    expect(text.sources.length).toBeGreaterThan(0);
    expect(text.exercise.questions.length).toBeGreaterThan(0);
    for (const { choices } of [...text.predictions, ...text.exercise.questions]) expect(choices.length).not.toBe(1);
  });

  test('has a solution for each question of its exercise', () => {
    const solutions = readFileSync(join(DOCS, 'solutions', `${id}.md`), 'utf8');
    const headings = [...solutions.matchAll(/^### (\S+)/gmu)].map(([, key]) => key);
    expect(headings).toEqual(keys(text.exercise.questions));
  });
});
