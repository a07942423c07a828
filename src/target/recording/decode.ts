// unknown → the plain shapes a recording is made of. What does not fit is thrown as DecodeError; the reader of the file turns
// that into one line for the operator.

/** A part of a recording is not what the format says. */
export class DecodeError extends Error {
  constructor(expected: string) {
    super(`expected ${expected}`);
    this.name = 'DecodeError';
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodeError('an object');
  return value as Fields;
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new DecodeError('a list');
  return value;
}

export function number(value: unknown): number {
  if (typeof value !== 'number') throw new DecodeError('a number');
  return value;
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new DecodeError('a text');
  return value;
}

export function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new DecodeError('true or false');
  return value;
}
