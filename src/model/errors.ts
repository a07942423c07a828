// The three classes of failure. Expected loss is data (see frame.ts); this file has the operator's errors and the exit codes.

/** What a script can rely on. */
export const EXIT = { ok: 0, incomplete: 1, usage: 2, environment: 3, bug: 70 } as const;

/** A mistake of the operator or a lack of the machine: printed once, by the CLI, as `jtrace: message` and `hint`; no stack. */
export class OperatorError extends Error {
  /** `bug`: where what jtrace made does not work, and the operator's input may have to do with it. */
  readonly kind: 'usage' | 'environment' | 'incomplete' | 'bug';
  /** What to do next, one line. */
  readonly hint: string;
  constructor(kind: OperatorError['kind'], message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'OperatorError';
    this.kind = kind;
    this.hint = hint;
  }
}
