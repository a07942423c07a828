// Colour, or none: by the stream that is written to, NO_COLOR (no-color.org) and FORCE_COLOR. chalk lives here only.

import { Chalk, type ChalkInstance } from 'chalk';
import type { FrameKind } from '../../model/frame.ts';

/** What has a look of its own. */
export interface Theme {
  readonly heading: (text: string) => string;
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly hint: (text: string) => string;
  /** Names of frames, by their kind. */
  readonly frame: Readonly<Record<FrameKind, (text: string) => string>>;
}

/** chalk's own guess looks at argv, which belongs to our flags: we say what we know. */
export function createTheme(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Theme {
  const chalk: ChalkInstance = new Chalk({ level: hasColour(stream, env) ? 1 : 0 });
  const frame = {
    interpreted: chalk.green,
    c1: chalk.green,
    c2: chalk.green,
    inlined: chalk.green,
    'java-native': chalk.green,
    stub: chalk.blue,
    native: chalk.cyan,
    vm: chalk.blue,
    kernel: chalk.magenta,
    marker: chalk.yellow,
  } satisfies Theme['frame'];
  return { heading: chalk.bold, error: chalk.red, warning: chalk.yellow, hint: chalk.dim, frame };
}

function hasColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
