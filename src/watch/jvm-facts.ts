// A look at a JVM → what is kept and told of it, bounded: a command line may have a megabyte.

import type { JvmProcess } from '../model/process.ts';
import type { JvmFacts } from '../model/watch.ts';

/** Most of a command line that is kept and told. */
const MAX_ARGUMENTS = 256;
const MAX_ARGUMENTS_CHARS = 16 * 1024;

export function factsOf({ vm, jdk, main, args, user, container }: JvmProcess): JvmFacts {
  return { vm, jdk, main, args: boundedArguments(args), user, container };
}

function boundedArguments(args: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let left = MAX_ARGUMENTS_CHARS;
  for (const arg of args.slice(0, MAX_ARGUMENTS)) {
    if (left <= 0) break;
    kept.push(arg.slice(0, left));
    left -= arg.length;
  }
  return kept;
}
