// Run inside a guest (or on the host): what the freeze check says of the running kernel, as one line of JSON. `asSuspicious` is the
// verdict on its code whatever its release; `recording` is a fixture of test/fixtures/kernel-code: the program's output and the
// symbols that judging it asks for.

import { release } from 'node:os';
import process from 'node:process';
import { runOnce } from '../../../src/bpftrace/run-once.ts';
import { checkFreeze } from '../../../src/doctor/freeze-check.ts';
import { parseKernelCode } from '../../../src/doctor/kernel-code-program.ts';
import { calledAddress, decodeAll } from '../../../src/doctor/kernel-function.ts';
import { asKernelAddress } from '../../../src/model/units.ts';
import type { BpftraceProgram } from '../../../src/model/program.ts';
import type { KernelSymbols } from '../../../src/model/target.ts';
import { hostArchitecture } from '../../../src/target/host-architecture.ts';
import { readKernelSymbols } from '../../../src/target/kallsyms.ts';

/** Inside a guest, starting bpftrace alone takes seconds. */
const PROGRAM_TIMEOUT_MS = 120_000;
const SUSPICIOUS_RELEASE = '6.1.0';

const lines: string[] = [];
const asked = new Map<string, string | null>();

async function runProgram(program: BpftraceProgram): Promise<readonly string[]> {
  const output = await runOnce({ bpftracePath: process.argv[2] ?? '/usr/bin/bpftrace', program, timeoutMs: PROGRAM_TIMEOUT_MS });
  lines.splice(0, lines.length, ...output.filter((line) => /^(code|word) /.test(line)));
  return output;
}

function readSymbols(): KernelSymbols {
  const symbols = readKernelSymbols();
  return {
    symbolAt: (address) => {
      const symbol = symbols.symbolAt(address);
      asked.set(address.toString(16), symbol?.name ?? null);
      return symbol;
    },
  };
}

const architecture = hostArchitecture();
const own = await checkFreeze({ kernelRelease: release(), architecture, runProgram, readSymbols });
const asSuspicious = await checkFreeze({ kernelRelease: SUSPICIOUS_RELEASE, architecture, runProgram, readSymbols });
askForEveryCall();
const recording = { release: release(), lines, symbols: runs(asked) };
console.log(JSON.stringify({ own, asSuspicious, recording }));

/** A verdict stops at its first proof; a recording must serve tests that take that proof away. */
function askForEveryCall(): void {
  const symbols = readSymbols();
  for (const code of Object.values(parseKernelCode(lines) ?? {})) {
    for (let offset = 0; offset < code.bytes.length; offset++) symbols.symbolAt(asKernelAddress(code.address + BigInt(offset)));
    for (const placed of decodeAll(code)) {
      const target = calledAddress(placed);
      if (target === null) continue;
      for (const address of [target - 1n, target]) symbols.symbolAt(asKernelAddress(address));
    }
  }
}

/** [address, name] wherever the name changes, in order of address: far fewer than one entry per byte. */
function runs(names: ReadonlyMap<string, string | null>): [string, string | null][] {
  const sorted = [...names].sort(([a], [b]) => (BigInt(`0x${a}`) < BigInt(`0x${b}`) ? -1 : 1));
  return sorted.filter(([, name], index) => index === 0 || sorted[index - 1]?.[1] !== name);
}
