// Dead code: files nothing reaches, exports nobody imports, packages nobody uses.

import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'src/cli/main.ts',
    'bin/jtrace.js', // started by bin/jtrace
    'test/tools/*.ts',
    'test/{unit,golden,volume,browser,real,guest}/**/*.test.ts',
    // Started as programs by tests and tools.
    'test/guest/programs/*.ts',
    'test/real/**/*-child.ts',
    'test/bench/tapped-jtrace.ts',
    'test/bench/unwind-worker.ts', // run by run-on-dist.ts
    'test/fuzz/worker.ts', // bundled by bundle.ts
    'test/bench/script-costs.ts',
    'test/bench/first-look-worker.ts',
    'test/fuzz/meter.ts', // imported by instrumented code
  ],
  project: ['src/**/*.ts', 'test/**/*.{ts,mjs}', 'bin/**/*.js'],
  // Exports used only in their own file are for readers and tests to come; unused ones are still found.
  ignoreExportsUsedInFile: true,
  // Programs of the host (setpriv, apt-get, …) are no packages of npm's.
  exclude: ['binaries'],
  // Started as programs by check-layers.ts and check-package.ts.
  ignoreDependencies: ['dependency-cruiser', 'publint'],
};

export default config;
