// The layer rules bite: each is broken once in a tree made for it. Without this a rule whose pattern matches nothing would pass
// for ever.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/repository.ts';
import { cruiseLayers, sourceModules } from '../../tools/check-layers.ts';
import type { LayerReport } from '../../tools/check-layers.ts';

/** file → what it imports (paths from src/, or bare names), and the rules that must be broken by it. */
const TREE: Readonly<Record<string, { readonly imports: readonly string[]; readonly breaks: readonly string[] }>> = {
  'src/model/units.ts': { imports: [], breaks: [] },
  'src/model/bad.ts': { imports: ['src/profile/good.ts'], breaks: ['stage-model'] },
  'src/model/reads.ts': { imports: ['node:fs'], breaks: ['node-model'] },
  'src/profile/good.ts': { imports: ['src/model/units.ts'], breaks: [] },
  'src/profile/bad.ts': { imports: ['src/outputs/good.ts'], breaks: ['stage-profile'] },
  'src/outputs/good.ts': { imports: ['src/model/units.ts', 'src/outputs/other.ts'], breaks: [] },
  'src/outputs/other.ts': { imports: [], breaks: [] },
  'src/outputs/bad.ts': {
    imports: ['node:fs/promises', 'chalk', 'src/page/values.ts'],
    breaks: ['node-outputs', 'package-chalk', 'stage-outputs'],
  },
  'src/outputs/page-data.ts': { imports: [], breaks: [] },
  'src/page/bad.ts': {
    imports: ['src/outputs/good.ts', 'src/cli/good.ts', 'node:zlib', 'chalk', 'd3-selection'],
    breaks: ['page-sees-data-only', 'page-takes-types-only', 'stage-page', 'node-page', 'package-chalk'],
  },
  'src/page/values.ts': { imports: ['src/outputs/page-data.ts'], breaks: ['page-takes-types-only'] },
  'src/unwind/hotspot/bad.ts': { imports: ['node:fs', 'src/target/good.ts'], breaks: ['node-unwind', 'stage-unwind'] },
  'src/unwind/native/bad.ts': { imports: ['node:child_process'], breaks: ['node-unwind'] },
  'src/target/good.ts': { imports: ['node:fs', 'node:timers/promises', 'src/model/units.ts'], breaks: [] },
  'src/target/bad.ts': {
    imports: ['node:child_process', 'execa', 'tmp'],
    breaks: ['node-target', 'package-execa', 'package-tmp'],
  },
  'src/target/processes/good.ts': { imports: [], breaks: [] },
  'src/child/good.ts': { imports: ['node:child_process', 'execa', 'tmp'], breaks: [] },
  'src/bpftrace/good.ts': { imports: ['src/child/good.ts', 'node:fs'], breaks: [] },
  'src/bpftrace/bad.ts': { imports: ['src/target/good.ts', 'node:child_process'], breaks: ['stage-bpftrace', 'node-bpftrace'] },
  'src/program/bad.ts': { imports: ['src/bpftrace/good.ts', 'node:os'], breaks: ['stage-program', 'node-program'] },
  'src/script/bad.ts': { imports: ['src/bpftrace/good.ts', 'node:fs'], breaks: ['stage-script', 'node-script'] },
  'src/catalogue/bad.ts': { imports: ['src/cli/good.ts', 'node:path'], breaks: ['stage-catalogue', 'node-catalogue'] },
  'src/doctor/bad.ts': { imports: ['src/bpftrace/good.ts', 'node:fs'], breaks: ['stage-doctor', 'node-doctor'] },
  'src/watch/bad.ts': { imports: ['src/target/good.ts', 'node:timers'], breaks: ['stage-watch', 'node-watch'] },
  'src/verifier/good.ts': { imports: ['src/model/units.ts'], breaks: [] },
  'src/verifier/bad.ts': { imports: ['src/outputs/good.ts', 'node:fs'], breaks: ['stage-verifier', 'node-verifier'] },
  'src/labs/good.ts': { imports: ['src/verifier/good.ts', 'src/model/units.ts'], breaks: [] },
  'src/labs/bad.ts': { imports: ['src/app/good.ts', 'node:child_process'], breaks: ['stage-labs', 'node-labs'] },
  'src/app/good.ts': { imports: ['src/bpftrace/good.ts', 'src/target/good.ts', 'src/outputs/good.ts'], breaks: [] },
  'src/app/bad.ts': { imports: ['src/cli/good.ts', 'yargs'], breaks: ['stage-app', 'package-yargs'] },
  'src/cli/good.ts': { imports: ['chalk', 'yargs', 'src/target/processes/good.ts'], breaks: [] },
  'src/cli/bad.ts': { imports: ['src/target/good.ts', 'src/child/good.ts'], breaks: ['cli-sees-processes-only', 'stage-cli'] },
  'src/cli/parser.ts': { imports: ['typescript'], breaks: ['other-packages'] },
  'src/utils/bad.ts': { imports: [], breaks: [] },
  'src/app/uses-utils.ts': { imports: ['src/utils/bad.ts'], breaks: ['known-stage', 'stage-app'] },
  'src/outputs/circle.ts': { imports: ['src/outputs/back.ts'], breaks: [] }, // a cycle is reported once
  'src/outputs/back.ts': { imports: ['src/outputs/circle.ts'], breaks: ['no-cycles'] },
  'src/outputs/lost.ts': { imports: ['src/outputs/nowhere.ts'], breaks: ['resolvable'] },
  'src/app/tests.ts': { imports: ['test/support.ts'], breaks: ['never-tests', 'stage-app'] },
};

describe('the layer check', () => {
  let root = '';
  let report: LayerReport | null = null;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'jtrace-layers-'));
    symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
    for (const name of ['package.json', 'tsconfig.json']) symlinkSync(join(REPOSITORY, name), join(root, name));
    const files = {
      ...Object.fromEntries(Object.entries(TREE).map(([file, { imports }]) => [file, imports])),
      'test/support.ts': [],
    };
    for (const [file, imports] of Object.entries(files)) {
      const lines = imports.map((name) => `import '${/^(src|test)\//.test(name) ? fromRoot(file, name) : name}';\n`);
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), `${lines.join('')}export {};\n`);
    }
    report = cruiseLayers(root);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(Object.entries(TREE))('%s', (file, { breaks }) => {
    const broken = report?.violations.filter(({ from }) => from === file).map(({ rule }) => rule) ?? ['no report'];
    expect([...new Set(broken)].sort()).toEqual([...breaks].sort());
  });

  test('sees every module of a tree', () => {
    expect(sourceModules(root).filter((path) => report?.modules.has(path) !== true)).toEqual([]);
    expect(sourceModules(root)).toHaveLength(Object.keys(TREE).length);
  });
});

function fromRoot(file: string, target: string): string {
  return `${'../'.repeat(file.split('/').length - 1)}${target}`;
}
