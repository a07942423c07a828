// Whether an operator's pattern fits a text of a target, within a time: some patterns take years on a text made for it.

import { createContext, Script } from 'node:vm';

/** A thousand times what an honest pattern takes on the longest text. */
const MOST_MS = 100;

/** A stranger's code never runs in it: it holds a pattern of the operator's and a text. */
const SCRIPT = new Script('pattern.test(text)');

/** null: it took too long to tell. */
export function boundedMatch(pattern: RegExp, text: string): boolean | null {
  const context = createContext({ pattern: new RegExp(pattern.source, pattern.flags), text });
  try {
    return SCRIPT.runInContext(context, { timeout: MOST_MS }) === true;
  } catch (error) {
    if (isTimeout(error)) return null;
    throw error;
  }
}

/** Not by its class: it may be another realm's. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
