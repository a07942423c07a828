// The running kernel's own list: every address of a function has the name of a function of that address.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { asKernelAddress } from '../../../src/model/units.ts';
import { readKernelSymbols } from '../../../src/target/kallsyms.ts';
import { describeOnHost } from '../../support/require-host.ts';

describeOnHost('readKernelSymbols', ['root'], () => {
  it('names the functions of the running kernel', () => {
    const lines = readFileSync('/proc/kallsyms', 'utf8').split('\n');
    const startedMs = performance.now();
    const symbols = readKernelSymbols();
    console.log(`kernel symbols read in ${(performance.now() - startedMs).toFixed(0)} ms, ${lines.length} lines`);
    const named = new Map<string, Set<string>>();
    for (const line of lines) {
      const [, address = '', type = '', name = '', module = 'kernel'] =
        /^([0-9a-f]{16}) (\w) (\S+)(?:\t\[(.*)\])?$/.exec(line) ?? [];
      // BPF programs come and go while we look.
      if (!/^[tTwW]$/.test(type) || !address.startsWith('ffff') || module === 'bpf') continue;
      const names = named.get(address) ?? new Set();
      names.add(`${name} [${module}]`);
      named.set(address, names);
    }
    expect(named.size).toBeGreaterThan(10_000);
    const wrong = [...named].filter(([address, names]) => {
      const found = symbols.symbolAt(asKernelAddress(BigInt(`0x${address}`)));
      return !names.has(`${found?.name ?? ''} ${found?.library ?? ''}`);
    });
    expect(wrong).toEqual([]);
  });
});
