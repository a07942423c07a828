// Runs dependency-cruiser over src/ and says which import breaks which rule. Also fails when it did not see every module that
// lies in src/: a layer check that looks at nothing passes every time.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';

/** What dependency-cruiser made of a tree: modules seen (paths relative to it) and broken rules as readable lines. */
export interface LayerReport {
  readonly modules: ReadonlySet<string>;
  readonly violations: readonly LayerViolation[];
}

export interface LayerViolation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

/** Of this repository; far fewer would mean that src/ is not where we look. */
const LEAST_MODULES = 50;
const MAX_REPORT_BYTES = 256 << 20; // a JSON report is some 2 KB per module; far above what this project can become

/** Cruises `src/` (and `bin/`) of the tree at `root` by the repository's own rules. */
export function cruiseLayers(root: string): LayerReport {
  const cruiser = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const run = spawnSync(
    process.execPath,
    [cruiser, '--config', join(REPOSITORY, '.dependency-cruiser.mjs'), '--output-type', 'json', 'src'],
    { cwd: root, encoding: 'utf8', maxBuffer: MAX_REPORT_BYTES },
  );
  // Its status is the number of errors; only output that is no report tells that it did not run.
  const report: unknown = run.stdout.startsWith('{') ? JSON.parse(run.stdout) : null;
  if (!isRecord(report) || !Array.isArray(report['modules']) || !isRecord(report['summary'])) {
    throw new Error(`dependency-cruiser gave no report (status ${run.status ?? 'none'}): ${run.stdout}${run.stderr}`);
  }
  const violations = Array.isArray(report['summary']['violations']) ? report['summary']['violations'] : [];
  return {
    modules: new Set(report['modules'].filter(isRecord).map((module) => String(module['source']))),
    violations: violations.filter(isRecord).map((violation) => ({
      rule: isRecord(violation['rule']) ? String(violation['rule']['name']) : 'unknown',
      from: String(violation['from']),
      to: String(violation['to']),
    })),
  };
}

/** Modules below src/ of a tree, as dependency-cruiser would name them. */
export function sourceModules(root: string): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`);
}

function main(): void {
  const { modules, violations } = cruiseLayers(REPOSITORY);
  const unseen = sourceModules(REPOSITORY).filter((path) => !modules.has(path));
  for (const { rule, from, to } of violations)
    console.error(`${from}: imports ${to}, forbidden by ${rule} (.dependency-cruiser.mjs)`);
  for (const path of unseen) console.error(`${path}: not seen by dependency-cruiser`);
  // A check that looks at nothing must not pass.
  if (modules.size < LEAST_MODULES) console.error(`only ${modules.size} modules seen`);
  const bad = violations.length + unseen.length + (modules.size < LEAST_MODULES ? 1 : 0);
  if (bad > 0) process.exitCode = 1;
  else console.log(`${sourceModules(REPOSITORY).length} modules of src/, every import within its layer`);
}

if (import.meta.filename === process.argv[1]) main();
