// test/programs/Strata.java in an emulated aarch64 JVM.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { EmulatedJvm } from './emulated-jvm.ts';
import { javaHome } from './host-tools.ts';
import { REPOSITORY } from './repository.ts';

/** Classes are the same for every processor. */
export function compileStrata(folder: string): string {
  execFileSync(join(javaHome() ?? '', 'bin/javac'), ['-nowarn', '-d', folder, join(REPOSITORY, 'test/programs/Strata.java')], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  return folder;
}

export interface StrataOptions {
  readonly root: string;
  readonly classes: string;
  readonly phases: string;
  readonly javaOptions: readonly string[];
}

/** One worker: a second thread of Java would meet the emulator's one debugger at the same time. */
export function startStrata({ root, classes, phases, javaOptions }: StrataOptions): Promise<EmulatedJvm> {
  const dontInline = ['-XX:CompileCommand=quiet', '-XX:CompileCommand=dontinline,Strata::tiny*'];
  const javaArguments = [...javaOptions, ...dontInline, '-cp', classes, 'Strata', phases, '1'];
  return EmulatedJvm.start({ root, javaArguments, ready: /^READY/ });
}
