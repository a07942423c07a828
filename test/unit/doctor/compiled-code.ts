// The defect that no kernel at hand has, compiled with and without the halves of its fix (test/programs/freeze-functions.c), as the freeze
// check reads a kernel's code.

import type { FreezeCode } from '../../../src/doctor/freeze-evidence.ts';
import type { FreezeCheckInputs } from '../../../src/doctor/freeze-check.ts';
import { kernelCodeProgram } from '../../../src/doctor/kernel-code-program.ts';
import type { KernelCode } from '../../../src/doctor/kernel-function.ts';
import { asKernelAddress } from '../../../src/model/units.ts';
import { sectionBytes, symbolsFrom, symbolsOf, withCompiled } from '../../support/machine-code.ts';

export function compiledCode(defines: readonly string[], readBytes: number): FreezeCode {
  return withCompiled('freeze-functions.c', defines, (path) => {
    const lines = symbolsOf(path);
    const start = lines[0]?.address ?? 0n;
    const text = sectionBytes(path, '.text');
    const codeOf = (name: string): KernelCode => {
      const address = lines.find((line) => line.name === name)?.address ?? 0n;
      const bytes = new Uint8Array(readBytes);
      bytes.set(text.subarray(Number(address - start)).subarray(0, readBytes));
      return { address: asKernelAddress(address), bytes };
    };
    return {
      copyFromUserNofault: codeOf('copy_from_user_nofault'),
      checkObjectSize: codeOf('__check_object_size'),
      symbols: symbolsFrom(lines),
    };
  });
}

/** A machine of release 6.1 whose kernel has this code. */
export function compiledKernel(defines: readonly string[]): FreezeCheckInputs {
  const sizes = [...kernelCodeProgram().text.matchAll(/ \+ (\d+)\)/g)].map(([, size]) => Number(size));
  const code = compiledCode(defines, Math.max(...sizes));
  const parts = [
    { name: 'copy_from_user_nofault', code: code.copyFromUserNofault },
    { name: '__check_object_size', code: code.checkObjectSize },
  ];
  const lines = parts.flatMap(({ name, code: { address, bytes } }, index) => [
    `code ${name} ${address.toString(16)}`,
    ...wordsOf(bytes.subarray(0, sizes[index])),
  ]);
  return {
    kernelRelease: '6.1.0-7-amd64',
    architecture: 'x86-64',
    runProgram: () => Promise.resolve(lines),
    readSymbols: () => code.symbols,
  };
}

/** As the program prints them. */
function wordsOf(bytes: Uint8Array): readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, word) => `word ${view.getBigUint64(8 * word, true).toString(16)}`);
}
