// Machine code for tests: programs compiled here, and what objdump (the oracle) says of code.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelSymbols } from '../../src/model/target.ts';
import { REPOSITORY } from './repository.ts';

const PROGRAMS = join(REPOSITORY, 'test/programs');
/** objdump of a few megabytes of code. */
const MAX_OUTPUT_BYTES = 512 << 20;

export interface SymbolLine {
  readonly address: bigint;
  readonly name: string;
}

/** Runs `use` with the path of test/programs/NAME compiled with the command that its own head gives, and `defines`. */
export function withCompiled<Result>(name: string, defines: readonly string[], use: (path: string) => Result): Result {
  const command = /^\/\/ cc (.*)$/m.exec(readFileSync(join(PROGRAMS, name), 'utf8'))?.[1];
  if (command === undefined) throw new Error(`${name}: no "// cc …" line in its head`);
  const folder = compile(name, [...command.split(' '), ...defines.map((define) => `-D${define}`)]);
  try {
    return use(join(folder, 'program'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same for a `use` that takes its time, with the compiler's options given here. */
export async function withCompiledAsync(
  name: string,
  options: readonly string[],
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = compile(name, options);
  try {
    await use(join(folder, 'program'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(name: string, options: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-code-'));
  execFileSync('cc', [...options, '-o', join(folder, 'program'), join(PROGRAMS, name)]);
  return folder;
}

/** `nm`: every symbol of a program, in order of address. */
export function symbolsOf(path: string): SymbolLine[] {
  const lines = execFileSync('nm', ['-n', path], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [address = '', , name = ''] = line.split(' ');
    return { address: BigInt(`0x${address}`), name };
  });
}

/** Bytes of a section of a program that lies in a folder of its own. */
export function sectionBytes(path: string, section: string): Uint8Array {
  const image = `${path}${section}`;
  execFileSync('objcopy', ['-O', 'binary', '-j', section, path, image]); // it seeks: no pipe
  return readFileSync(image);
}

/** Symbols that cover up to the next one, as kallsyms does. `lines` in order of address. */
export function symbolsFrom(lines: readonly { readonly address: bigint; readonly name: string | null }[]): KernelSymbols {
  return {
    symbolAt: (address) => {
      const name = lines.findLast((line) => line.address <= address)?.name ?? null;
      return name === null ? null : { name, library: '[kernel]' };
    },
  };
}

export interface DisassembledInstruction {
  readonly at: bigint;
  readonly length: number;
  /** E.g. `addl $0x1,0x1468(%rax)`; of calls and jumps `call 0xffffffff81200000`, without a symbol's name. */
  readonly text: string;
}

/** What objdump sees in a range of a program; bytes that it takes for no instruction are left out. */
export function instructionsByObjdump(path: string, start: bigint, stop: bigint): DisassembledInstruction[] {
  const range = [`--start-address=0x${start.toString(16)}`, `--stop-address=0x${stop.toString(16)}`];
  const output = execFileSync('objdump', ['-d', '-w', ...range, path], { encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES });
  // "  401136:\te8 c5 fe ff ff       \tcall   401000 <puts>"; kernels have 0x before the target and no symbol.
  const line = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t(.+)$/gm;
  return [...output.matchAll(line)].flatMap(([, at = '', bytes = '', words = '']) => {
    if (words.includes('(bad)')) return [];
    const text = words
      .replace(/\s+(#|<).*$/, '')
      .replace(/\s+/g, ' ')
      .replace(/^(cs|ds|bnd|data16) (?=(call|jmp) )/, '') // prefixes that say nothing of it
      .trim();
    return [
      {
        at: BigInt(`0x${at}`),
        length: bytes.trim().split(' ').length,
        text: text.replace(/^(call|jmp) (?=[0-9a-f]{6,})/, '$1 0x'),
      },
    ];
  });
}
