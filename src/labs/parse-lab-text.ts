// docs/labs/LANGUAGE/ID.md → the words of a lab. The page is what people read on the web, what the terminal shows, and what a translation replaces: a
// Markdown file with fixed headings, in this order:
//   # 1. Title                         then one sentence: what it asks
//   ## Question                        paragraphs
//   ## Predictions    ### key          the question; choices as a list of `key` text; without choices a number is typed, or, under ### key (word), a word
//   ## Steps          ### key: Title   paragraphs; the lines of its program as a list of `fragment`: text
//   ## Checks                          a list of `key`: text
//   ## Explanation                     paragraphs
//   ## Sources                         a list
//   ## Exercise       ### key          paragraphs, then questions as under Predictions
// Code blocks between `<!-- program -->` and `<!-- end -->` are put there for readers of the page, and are not part of the text.

import type { LabText, LineText, QuestionText, StepText } from '../model/lab.ts';

const SECTIONS = ['Question', 'Predictions', 'Steps', 'Checks', 'Explanation', 'Sources', 'Exercise'] as const;
type Section = (typeof SECTIONS)[number];

const PROGRAM = /<!-- program -->[^]*?<!-- end -->\n?/gu;
const TITLE = /^# (\d+)\. (.+)$/u;
const HEADING = /^(.+?)(?: \((word|number)\))?$/u;
const KEYED = /^`([^`]+)`:?\s+([^]+)$/u;

/** Throws an Error that names the place: the texts are part of the package. */
export function parseLabText(text: string, name: string): LabText {
  const lines = text.replaceAll(PROGRAM, '').split('\n');
  const [, number, title] = TITLE.exec(lines[0] ?? '') ?? [];
  if (number === undefined || title === undefined) throw new Error(`${name}: it does not begin with "# 1. Title"`);
  const starts = lines.flatMap((line, at) => (line.startsWith('## ') ? [{ heading: line.slice(3).trim(), at }] : []));
  const headings = starts.map(({ heading }) => heading);
  if (headings.join() !== SECTIONS.join())
    throw new Error(`${name}: its sections are ${headings.join(', ')}, not ${SECTIONS.join(', ')}`);
  const bodyOf = (section: Section): readonly string[] => {
    const index = headings.indexOf(section);
    return lines.slice((starts[index]?.at ?? 0) + 1, starts[index + 1]?.at ?? lines.length);
  };
  const exercise = partsOf(bodyOf('Exercise'));
  return {
    number: Number(number),
    title,
    asks: paragraphs(lines.slice(1, starts[0]?.at)),
    question: paragraphs(bodyOf('Question')),
    predictions: partsOf(bodyOf('Predictions')).parts.map(question),
    steps: partsOf(bodyOf('Steps')).parts.map(step),
    checks: new Map(listOf(bodyOf('Checks')).items.map((item) => keyed(item, name))),
    explanation: paragraphs(bodyOf('Explanation')),
    sources: listOf(bodyOf('Sources')).items,
    exercise: { text: paragraphs(exercise.head), questions: exercise.parts.map(question) },
  };
}

interface Part {
  readonly heading: string;
  readonly body: readonly string[];
}

/** A section's lines → what stands before its first `###`, and its parts. */
function partsOf(lines: readonly string[]): { readonly head: readonly string[]; readonly parts: readonly Part[] } {
  const starts = lines.flatMap((line, at) => (line.startsWith('### ') ? [at] : []));
  const parts = starts.map((at, index) => ({
    heading: (lines[at] ?? '').slice(4).trim(),
    body: lines.slice(at + 1, starts[index + 1] ?? lines.length),
  }));
  return { head: lines.slice(0, starts[0] ?? lines.length), parts };
}

function question({ heading, body }: Part): QuestionText {
  const [, key = heading, typed = 'number'] = HEADING.exec(heading) ?? [];
  const { items, others } = listOf(body);
  const choices = items.map((item) => keyed(item, heading)).map(([choice, text]) => ({ key: choice, text }));
  const kind = choices.length > 0 ? 'choice' : typed === 'word' ? 'word' : 'number';
  return { key, kind, text: paragraphs(others), choices };
}

function step({ heading, body }: Part): StepText {
  const [, key = heading, title = ''] = /^([\w-]+): (.+)$/u.exec(heading) ?? [];
  const { items, others } = listOf(body);
  const isOfLine = (item: string): boolean => KEYED.test(item);
  const lines = items.filter(isOfLine).map((item): LineText => {
    const [fragment, text] = keyed(item, heading);
    return { fragment, text };
  });
  return { key, title, text: paragraphs(others), lines };
}

function keyed(item: string, name: string): readonly [string, string] {
  const [, key, text] = KEYED.exec(item) ?? [];
  if (key === undefined || text === undefined) throw new Error(`${name}: "${item}" does not begin with a key in backquotes`);
  return [key, text];
}

/** The items of the lists among lines, each as one line; and the other lines. */
function listOf(lines: readonly string[]): { readonly items: readonly string[]; readonly others: readonly string[] } {
  const items: string[] = [];
  const others: string[] = [];
  let isInItem = false;
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2));
    else if (isInItem && line.startsWith('  ')) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else others.push(line);
    isInItem = line.startsWith('- ') || (isInItem && line.startsWith('  '));
  }
  return { items, others };
}

/** Lines joined to paragraphs, with an empty line between; code blocks stay as they are. */
function paragraphs(lines: readonly string[]): string {
  const out: string[] = [];
  let isCode = false;
  for (const line of lines) {
    const isFence = line.startsWith('```');
    const last = out.at(-1) ?? '';
    if (!isCode && !isFence && line.trim() !== '' && last !== '' && !last.startsWith('```'))
      out.push(`${out.pop() ?? ''} ${line.trim()}`);
    else out.push(isCode ? line : line.trim());
    if (isFence) isCode = !isCode;
  }
  return out
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}
