// Programs of test/guest/programs, bundled into one file of plain JavaScript before a guest runs them: on its emulated processor the
// TypeScript loader alone takes half a minute.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { REPOSITORY } from './repository.ts';

/** What CommonJS packages inside an ES module bundle ask for. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** Runs `use` with the path of the bundled program; guests see it, as they see all of the host's files. */
export async function withGuestProgram(name: string, use: (path: string) => Promise<void>): Promise<void> {
  const outer = mkdtempSync(join(tmpdir(), 'jtrace-guest-program-'));
  const folder = join(outer, 'jtrace');
  try {
    // Templates, scripts and texts are looked for two or three levels above the code that asks, in src/, in dist/ and so here.
    const path = join(folder, 'dist/program', `${name}.mjs`);
    mkdirSync(join(folder, 'dist/program'), { recursive: true });
    for (const above of [outer, folder])
      for (const data of ['templates', 'bt-scripts', 'docs', 'bin', 'package.json'])
        symlinkSync(join(REPOSITORY, data), join(above, data));
    await build({
      entryPoints: [join(REPOSITORY, 'test/guest/programs', `${name}.ts`)],
      outfile: path,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: { js: REQUIRE },
      logLevel: 'error',
    });
    await use(path);
  } finally {
    rmSync(outer, { recursive: true, force: true });
  }
}
