// The worker and everything it tests → one program, with counters in all of src/ (instrument.ts) and, for the proof, one seeded bug: what
// is tested is the sources as they are, changed while they are loaded, never in the tree.

import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { REPOSITORY } from '../support/repository.ts';
import { instrument } from './instrument.ts';

/** A change of one place of one source file. */
export interface SourcePatch {
  /** From the repository's root. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const WORKER = join(REPOSITORY, 'test/fuzz/worker.ts');
const METER = join(REPOSITORY, 'test/fuzz/meter.ts');
/** Packages inside still call require(). */
const BANNER = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(${JSON.stringify(pathToFileURL(WORKER).href)});`;
/** Instrumented texts: the same for every bundle that does not patch them. */
const instrumented = new Map<string, string>();

/** Writes the program to `outfile` (.mjs). Throws when a patch does not fit its file. */
export async function bundleWorker(outfile: string, patch: SourcePatch | null = null): Promise<void> {
  let isPatched = patch === null;
  const load = (path: string): string => {
    const isTheOne = patch !== null && path === join(REPOSITORY, patch.file);
    if (!isTheOne) return cached(path);
    isPatched = true;
    return transformed(path, patched(readFileSync(path, 'utf8'), patch));
  };
  const plugin: Plugin = {
    name: 'counters',
    setup({ onLoad }) {
      onLoad({ filter: /\/(?:src|test)\/.*\.ts$/ }, ({ path }) => ({ contents: load(path), loader: 'ts' }));
    },
  };
  await build({
    entryPoints: [WORKER],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
    plugins: [plugin],
    logLevel: 'error',
  });
  if (!isPatched) throw new Error(`${patch?.file ?? ''} is no part of what is fuzzed`);
}

function cached(path: string): string {
  let text = instrumented.get(path);
  if (text === undefined) {
    text = transformed(path, readFileSync(path, 'utf8'));
    instrumented.set(path, text);
  }
  return text;
}

function transformed(path: string, text: string): string {
  // A bundle lies elsewhere: where each file was is written into it.
  const placed = text
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
  return relative(REPOSITORY, path).startsWith('src/') ? instrument(placed, path, METER) : placed;
}

function patched(text: string, { file, find, replace }: SourcePatch): string {
  const at = text.indexOf(find);
  if (at < 0 || text.includes(find, at + 1)) throw new Error(`${file} does not hold exactly once: ${find}`);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}
