// A row of the tables of messages: what the kernel's verifier says when it refuses a program (kernel/bpf/verifier.c, function
// `verbose`).

type MessageGroup =
  'loops and size' | 'stack' | 'memory' | 'registers' | 'constants and references' | 'helpers' | 'structure' | 'types' | 'log';

export interface VerifierMessage {
  readonly key: string;
  readonly group: MessageGroup;
  /** Of a line without the blanks around it. Each ends in time that grows with the line's length only. */
  readonly pattern: RegExp;
  /** The line as the kernel has it, for docs and tests. */
  readonly example: string;
  readonly means: string;
  /** Since or until which kernel; '' where all of 5.10 to 6.18 say it so. */
  readonly kernels: string;
  readonly remedy: string;
}

/** Of the same flags. */
export function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), patterns[0]?.flags);
}
