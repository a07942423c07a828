// Folded stacks as a reader takes them: strictly, so that a line that is none, or a character that no line may hold, fails a test.

/** Anything that would break a line, a terminal, or the order of what is read. */
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export interface FoldedStack {
  /** Oldest first. */
  readonly frames: readonly string[];
  readonly weight: number;
}

/** Throws on anything that is not folded text. */
export function parseFolded(text: string): FoldedStack[] {
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const match = /^(.*\S) ([1-9]\d*)$/u.exec(line);
      if (match === null || FORBIDDEN.test(line)) throw new Error(`no folded line: ${JSON.stringify(line.slice(0, 300))}`);
      const frames = (match[1] ?? '').split(';');
      if (frames.includes('')) throw new Error(`an empty frame: ${JSON.stringify(line.slice(0, 300))}`);
      return { frames, weight: Number(match[2]) };
    });
}

/** Samples whose stack has a frame that contains `part`; all samples without it. */
export function samplesWith(stacks: readonly FoldedStack[], part = ''): number {
  return stacks.filter(({ frames }) => frames.some((frame) => frame.includes(part))).reduce((sum, { weight }) => sum + weight, 0);
}
