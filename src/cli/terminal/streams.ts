// Where the program writes: its real streams, or a test's.

/** The part of a writable stream that is used. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  /** Absent: it never fails. */
  on?(event: 'error', listener: (error: Error) => void): unknown;
  off?(event: 'error', listener: (error: Error) => void): unknown;
}

export interface Streams {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Colours and the terminal's kind are asked of it. */
  readonly env: NodeJS.ProcessEnv;
}
