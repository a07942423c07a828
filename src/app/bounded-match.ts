// Whether an operator's pattern fits a text of a target, within a time: some patterns take years on a text made for it.

import { createContext, Script } from 'node:vm';

/** A thousand times what an honest pattern takes on the longest text. */
const MOST_MS = 100;

/** A stranger's code never runs in it: it holds a pattern of the operator's and a text. */
const SCRIPT = new Script('pattern.test(text)');

/** null: it took too long to tell. */
export function boundedMatch(pattern: RegExp, text: string): boolean | null {
  try {
    return SCRIPT.runInContext(createContext({ pattern: new RegExp(pattern.source, pattern.flags), text }), { timeout: MOST_MS }) === true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}
