// `npm run fuzz -- [--cases N] [--seed S] [--target NAME] [--case I] [--threads N] [--saved FILE]`: hostile memory, files and texts into
// everything that reads them. Each finding is told with the command that repeats it, and saved as small as it could be made.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { REPOSITORY } from '../support/repository.ts';
import { resultText } from './report.ts';
import { runFuzz } from './run.ts';
import { readSaved } from './saved-cases.ts';

const DEFAULT_CASES = 20_000;
/** No case takes a second, on a loaded machine either. */
const HANG_MS = 30_000;
const FOUND_FOLDER = join(REPOSITORY, 'test-results/fuzz');

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    case: { type: 'string' },
    threads: { type: 'string' },
    saved: { type: 'string' },
    json: { type: 'string' },
  },
});

const seed = Number(values.seed);
const given = values.saved === undefined ? [] : readSaved([values.saved]);
const one = values.case === undefined ? null : Number(values.case);
const cases = one !== null ? 1 : Number(values.cases ?? (given.length > 0 ? 0 : DEFAULT_CASES));
const result = await runFuzz({
  seed,
  target: values.target ?? null,
  first: one ?? 0,
  cases,
  threads: cases < 2 ? 1 : Number(values.threads ?? availableParallelism()),
  stopsAtFinding: false,
  given,
  patch: null,
  hangMs: HANG_MS,
});
console.log(resultText(result));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
for (const { target, index, problem, fuzzCase } of result.findings) {
  console.log(`\nFOUND in ${target}: ${problem}`);
  if (index >= 0) console.log(`  again: npm run fuzz -- ${values.target === undefined ? '' : `--target ${target} `}--seed ${String(seed)} --case ${String(index)}`);
  if (fuzzCase === null) continue;
  mkdirSync(FOUND_FOLDER, { recursive: true });
  const file = join(FOUND_FOLDER, `${target}-${String(seed)}-${String(index)}.json`);
  writeFileSync(file, `${JSON.stringify({ target, problem, ...fuzzCase }, null, 2)}\n`);
  console.log(`  smallest: ${JSON.stringify(fuzzCase).slice(0, 1000)}\n  saved: npm run fuzz -- --saved ${file}`);
} // prettier-ignore
if (result.findings.length > 0) process.exitCode = 1;
