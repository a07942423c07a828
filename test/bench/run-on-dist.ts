// Runs a program of this folder on the built jtrace (dist/), not through tsx, whose transformed functions cost time of their own: what
// is measured is what runs for a user. Imports of src/ become imports of dist/; the rest is bundled.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { REPOSITORY } from '../support/repository.ts';

/** The longest that one such program may take. */
const TIMEOUT_MS = 600_000;
const MAX_OUTPUT_BYTES = 64 << 20;

const fromDist: Plugin = {
  name: 'src-from-dist',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
      const inRepository = relative(REPOSITORY, resolve(resolveDir, path));
      if (!inRepository.startsWith('src/')) return null;
      return { path: join(REPOSITORY, 'dist', inRepository.slice('src/'.length).replace(/\.ts$/, '.js')), external: true };
    });
  },
};

/** What the program printed. `nodeFlags` as node takes them; it runs in `folder`. */
export async function runOnDist(program: string, args: readonly string[], nodeFlags: readonly string[] = []): Promise<string> {
  // Inside the repository, so that packages are found from there.
  const folder = mkdtempSync(join(REPOSITORY, 'dist', 'bench-'));
  try {
    const outfile = join(folder, 'program.mjs');
    await build({
      entryPoints: [join(REPOSITORY, 'test/bench', program)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
      plugins: [fromDist],
    });
    return execFileSync(process.execPath, [...nodeFlags, outfile, ...args], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
