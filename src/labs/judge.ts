// Answers and measurements → verdicts. Pure.

import type { Answer, CheckResult, Measurements, QuestionText, Right } from '../model/lab.ts';
import type { Lab } from './lab.ts';

/** Longer is no answer, nor a one-liner. */
const MAX_ANSWER_CHARS = 1000;

/** What was typed → the answer as it is kept: a choice's key, a number, a word. null: none of what may be typed. */
export function readAnswer(typed: string, { kind, choices }: QuestionText): string | null {
  const text = typed.trim();
  if (text === '' || text.length > MAX_ANSWER_CHARS) return null;
  switch (kind) {
    case 'choice': {
      const byNumber = /^\d{1,2}$/.test(text) ? choices[Number(text) - 1] : undefined;
      return (byNumber ?? choices.find(({ key }) => key === text.toLowerCase()))?.key ?? null;
    }
    case 'number':
      return readNumber(text);
    case 'word':
      return text;
    default:
      return kind satisfies never;
  }
}

/** 4096, 4,096, 4 096, 0.5, 0,5, −14, 5 %. A comma before three digits at the end is no decimal one. */
function readNumber(text: string): string | null {
  const plain = text
    .replace(/\u2212/u, '-')
    .replaceAll(/[\s_'’]/gu, '')
    .replace(/%$/u, '');
  const isGrouped = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/u.test(plain);
  const number = isGrouped ? plain.replaceAll(',', '') : plain.replace(',', '.');
  return /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/iu.test(number) ? String(Number(number)) : null;
}

/** null: it is not known. */
export function isRight(given: string, right: Right): boolean | null {
  switch (right.kind) {
    case 'choice':
      return given === right.key;
    case 'number':
      return Number(given) >= right.from && Number(given) <= right.to;
    case 'word':
      return right.oneOf.some((word) => word.toLowerCase() === given.trim().toLowerCase());
    case 'unknown':
      return null;
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
