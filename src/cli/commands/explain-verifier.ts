// `jtrace explain-verifier`: what the kernel said when it refused a program, in words.

import { createReadStream } from 'node:fs';
import process from 'node:process';
import { EXIT, OperatorError } from '../../model/errors.ts';
import { fileProblem } from '../../model/file-problems.ts';
import { explainVerifierLog } from '../../verifier/explain-log.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { VERIFIER_FLAGS } from '../flags/verifier-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTheme } from '../terminal/theme.ts';
import { renderVerifierLog } from '../terminal/verifier-text.ts';

const TEXT_COLUMNS = 80;
/** Narrower ones break words. */
const LEAST_COLUMNS = 40;
/** A log of a million instructions with their states has about as much; bpftrace keeps one. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 1 << 20;
const HOW_TO_GET = 'sudo bpftrace -v program.bt 2>&1 | jtrace explain-verifier -';

export const EXPLAIN_VERIFIER_COMMAND: Command = {
  name: 'explain-verifier',
  summary: "What a log of the kernel's verifier says, in words",
  synopsis: '[FILE | -]',
  description:
    'Reads what bpftrace, libbpf or bcc printed when the kernel refused a program, from a file or standard input, and says why it was refused, ' +
    'in which kernels, what to do, and what each line before it means. Words around the log do not matter.',
  flags: VERIFIER_FLAGS,
  words: { atMost: 1, whenMore: 'one log at a time' },
  takesCommand: false,
  examples: [
    { typed: HOW_TO_GET, does: 'why the kernel did not take it' },
    { typed: 'jtrace explain-verifier refused.log --all', does: 'every line of the log explained' },
  ],
  run: runExplainVerifierCommand,
};

async function runExplainVerifierCommand(args: ParsedArguments, { stdout, env }: Streams): Promise<number> {
  const flags = flagValues(VERIFIER_FLAGS, args);
  const [file = '-'] = args.words;
  if (file === '') throw new OperatorError('usage', 'an empty file name was given', 'is a variable of your shell not set?');
  if (args.words.length === 0 && process.stdin.isTTY) throw new OperatorError('usage', 'there is no log to explain', HOW_TO_GET);
  const log = explainVerifierLog(await readText(file));
  if (log.kind === 'none')
    throw new OperatorError('usage', "this holds no line of a verifier's log", `bpftrace prints it with -v: ${HOW_TO_GET}`);
  if (log.kind === 'listing')
    throw new OperatorError(
      'usage',
      'this is a list of instructions only: what the verifier said of them is missing',
      HOW_TO_GET,
    );
  const columns = Math.max(LEAST_COLUMNS, stdout.columns ?? TEXT_COLUMNS);
  const lines = renderVerifierLog(log, {
    columns: Math.min(TEXT_COLUMNS, columns),
    // Not on a terminal, lines stay whole: others look for them.
    logColumns: stdout.columns === undefined ? null : columns,
    isWhole: flags.all,
    theme: createTheme(stdout, env),
  });
  stdout.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** Throws OperatorErrors. */
async function readText(file: string): Promise<string> {
  const name = file === '-' ? 'standard input' : file;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Not descriptor 0 itself: node makes a pipe non-blocking as soon as any module imports node:process, whose stdin is a getter,
    // and reads of a log that is still to come would fail (EAGAIN).
    const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: READ_BYTES });
    for await (const chunk of stream) {
      const read = chunk as Uint8Array; // no encoding: buffers
      bytes += read.length;
      if (bytes > MAX_LOG_BYTES)
        throw new OperatorError('usage', `${name} is too large for a log (most: 64 MiB)`, 'its last lines say why: tail -n 1000');
      chunks.push(read);
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError(
      'usage',
      `${name} cannot be read: ${fileProblem(cause)}`,
      'give a file that holds a log, or - for standard input',
      { cause },
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}
