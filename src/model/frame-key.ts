// What tells frames apart wherever a profile keeps each once.

import type { Frame } from './frame.ts';

/** Equal for frames that say the same in every field. */
export function frameKey({ kind, name, signature, bci, line, library, lineApproximate, marker }: Frame): string {
  return [kind, name, signature, bci, line, library, lineApproximate, marker].join('\0');
}
