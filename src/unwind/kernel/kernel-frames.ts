// Kernel return addresses → frames, leaf first.

import type { Frame } from '../../model/frame.ts';
import type { KernelSymbols } from '../../model/target.ts';
import type { KernelAddress } from '../../model/units.ts';

/** One frame per address; an address kallsyms hides is shown as such, without its value (it is a secret of the kernel). */
export function kernelFrames(addresses: readonly KernelAddress[], symbols: KernelSymbols): readonly Frame[] {
  return addresses.map((address) => {
    const symbol = symbols.symbolAt(address);
    return {
      kind: 'kernel',
      name: symbol?.name ?? '[kernel]',
      signature: '',
      bci: -1,
      line: 0,
      library: symbol?.library ?? '[kernel]',
      lineApproximate: false,
      marker: null,
    };
  });
}
