// Answers and measurements → verdicts. Pure.

import type { Answer, CheckResult, Measurements, QuestionText, Right } from '../model/lab.ts';
import type { Lab } from './lab.ts';

/** Longer is no answer. */
const MAX_ANSWER_CHARS = 200;

/** What was typed → the answer as it is kept: a choice's key, a number, a word. null: none of what may be typed. */
export function readAnswer(typed: string, { choices }: QuestionText, kind: Right['kind']): string | null {
  const text = typed.trim();
  if (text === '' || text.length > MAX_ANSWER_CHARS) return null;
  switch (kind) {
    case 'choice': {
      const byNumber = /^\d{1,2}$/.test(text) ? choices[Number(text) - 1] : undefined;
      return (byNumber ?? choices.find(({ key }) => key === text.toLowerCase()))?.key ?? null;
    }
    case 'number': {
      const value = Number(text.replaceAll(/[,_\s]/g, '').replace(/%$/, ''));
      return Number.isFinite(value) ? String(value) : null;
    }
    case 'word':
      return text;
    default:
      return kind satisfies never;
  }
}

/** What may be typed, for who typed something else. */
export function expectedAnswer({ choices }: QuestionText, kind: Right['kind']): string {
  switch (kind) {
    case 'choice':
      return `a number from 1 to ${String(choices.length)}`;
    case 'number':
      return 'a number';
    case 'word':
      return 'a word';
    default:
      return kind satisfies never;
  }
}

export function isRight(given: string, right: Right): boolean {
  switch (right.kind) {
    case 'choice':
      return given === right.key;
    case 'number':
      return Number(given) >= right.from && Number(given) <= right.to;
    case 'word':
      return right.oneOf.some((word) => word.toLowerCase() === given.trim().toLowerCase());
    default:
      return right satisfies never;
  }
}

/** Answers by key → judged by what was measured. */
export function judgeAnswers(
  given: ReadonlyMap<string, string>,
  rights: Readonly<Record<string, (measured: Measurements) => Right>>,
  measured: Measurements,
): readonly Answer[] {
  return [...given].flatMap(([key, answer]) => {
    const right = rights[key]?.(measured);
    return right === undefined ? [] : [{ key, given: answer, isRight: isRight(answer, right) }];
  });
}

export function judgeChecks(lab: Lab, measured: Measurements): readonly CheckResult[] {
  return Object.entries(lab.checks).map(([key, check]) => ({ key, outcome: check(measured) }));
}
