// Makes the aarch64 fixtures of test/fixtures/recordings from emulated JVMs: stops a thread, steps it by some instructions, resolves and records
// each instant, and trims the recording to the samples that differ most. Needs qemu-user, a JDK 17 (javac) and `debian-programs jdk-arm64`.
//   npx tsx test/tools/make-aarch64-recordings.ts

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import { createRecorder } from '../../src/target/recording/recorder.ts';
import { judgeSteps } from '../oracle/emulated-steps.ts';
import { compileStrata, startStrata } from '../support/emulated-strata.ts';
import { arm64Root } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';

/** Name, JDK, samples kept, phases, options. */
const FIXTURES = [
  ['aarch64-interpreted', '17', 6, 'tiny,inlined,mixed,throwing', ['-Xint']],
  ['aarch64-c2', '17', 6, 'tiny,inlined,dispatch', ['-XX:-TieredCompilation']],
  ['aarch64-tiered-21', '21', 6, 'all', []],
] as const;
/** Where it seems to have run. */
const SHOWN_ROOT = '/opt/arm64';

const folder = mkdtempSync(join(tmpdir(), 'jtrace-arm-fixtures-'));
const classes = compileStrata(folder);
for (const [name, version, kept, phases, javaOptions] of FIXTURES) {
  const root = arm64Root(version);
  if (root === null) throw new Error(`test/tools/debian-programs jdk-arm64 ${version}`);
  const jvm = await startStrata({ root, classes, phases, javaOptions });
  const [whole, clean] = [join(folder, `${name}.whole`), join(folder, `${name}.clean`)];
  const recorder = createRecorder(whole, 'aarch64');
  const unwinder = createProcessUnwinder(recorder.target(jvm.target), { symbolAt: () => null }, { reread: true });
  const onSample = recorder.sample.bind(recorder);
  const result = await judgeSteps(jvm, unwinder, { thread: /^worker-0/, stops: 30, stepsEach: 8, onSample });
  recorder.close();
  await jvm.end();
  process.stdout.write(`${name}: ${result.stacks} stacks, ${result.wrong.length} wrong\n`);
  const text = gunzipSync(readFileSync(whole)).toString().replaceAll(root, SHOWN_ROOT).replaceAll(folder, '/opt/strata');
  writeFileSync(clean, gzipSync(text, { level: 1 }));
  const to = join(REPOSITORY, `test/fixtures/recordings/${name}.jreads`);
  const trim = join(REPOSITORY, 'test/tools/trim-recording.ts');
  spawnSync('npx', ['tsx', trim, clean, to, `most-different:${kept}`], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
rmSync(folder, { recursive: true });
