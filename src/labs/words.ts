// What labs say beside their own texts, by language. A new language is one more row, and a folder of docs/labs.

export interface LabWords {
  readonly yourPrediction: string;
  readonly choose: string;
  readonly enterNumber: string;
  readonly enterWord: string;
  readonly skip: string;
  readonly notUnderstood: string;
  readonly predicted: string;
  readonly right: string;
  readonly wrong: string;
  readonly passed: string;
  readonly failed: string;
  readonly notPossible: string;
  readonly measured: string;
  readonly expected: string;
  readonly sources: string;
  readonly exercise: string;
  readonly checks: string;
}

const EN: LabWords = {
  yourPrediction: 'What do you expect?',
  choose: 'Number of your answer',
  enterNumber: 'Your answer, a number',
  enterWord: 'Your answer',
  skip: 'Enter alone skips it',
  notUnderstood: 'not understood',
  predicted: 'What you expected',
  right: 'right',
  wrong: 'other than expected',
  passed: 'passed',
  failed: 'FAILED',
  notPossible: 'not possible here',
  measured: 'measured',
  expected: 'expected',
  sources: 'To read on',
  exercise: 'Exercise',
  checks: 'What was checked on this machine',
};

const WORDS: Readonly<Record<string, LabWords>> = { en: EN };

/** English where nobody has translated it yet. */
export function labWords(language: string): LabWords {
  return Object.hasOwn(WORDS, language) ? (WORDS[language] ?? EN) : EN;
}
