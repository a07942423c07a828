// What labs say beside their own texts, by language. A new language is one more row, and a folder of docs/labs.

export interface LabWords {
  readonly done: string;
  readonly checksFailed: string;
  readonly seenRecorded: string;
  readonly choose: string;
  readonly enterNumber: string;
  readonly enterWord: string;
  readonly skip: string;
  readonly notUnderstood: string;
  readonly leftOpen: string;
  readonly expectNumber: string;
  readonly expectWord: string;
  /** `{n}`: how many there are. */
  readonly expectChoice: string;
  readonly predicted: string;
  readonly answered: string;
  readonly right: string;
  readonly wrong: string;
  readonly unknown: string;
  readonly passed: string;
  readonly failed: string;
  readonly notPossible: string;
  readonly measured: string;
  readonly expected: string;
  readonly sources: string;
  readonly exercise: string;
  /** `{command}`: what to type. */
  readonly exerciseCommand: string;
  readonly checks: string;
  /** `{machine}`: where. */
  readonly checksElsewhere: string;
}

const EN: LabWords = {
  done: 'done',
  checksFailed: 'checks failed',
  seenRecorded: 'seen recorded',
  choose: 'Number of your answer',
  enterNumber: 'Your answer, a number',
  enterWord: 'Your answer',
  skip: 'Enter alone skips it',
  notUnderstood: 'not understood',
  leftOpen: 'left open',
  expectNumber: 'a number is expected, as 42, 4,096, 0.5 or -14',
  expectWord: 'a word is expected',
  expectChoice: 'a number from 1 to {n} is expected, or the name of a choice',
  predicted: 'What you expected',
  answered: 'Your answers',
  right: 'right',
  wrong: 'not so',
  unknown: 'not measured here',
  passed: 'passed',
  failed: 'FAILED',
  notPossible: 'not possible here',
  measured: 'measured',
  expected: 'expected',
  sources: 'To read on',
  exercise: 'Exercise',
  exerciseCommand: 'Answer by: {command}',
  checks: 'Checked on this machine',
  checksElsewhere: 'RECORDED: checked on {machine}, not on this machine',
};

const WORDS: Readonly<Record<string, LabWords>> = { en: EN };

/** English where nobody has translated it yet. */
export function labWords(language: string): LabWords {
  return Object.hasOwn(WORDS, language) ? (WORDS[language] ?? EN) : EN;
}
