// Where this checkout lies, for tests and tools that start things in it.

import { dirname } from 'node:path';

/** Absolute path of the repository's root. */
export const REPOSITORY: string = dirname(dirname(import.meta.dirname));
