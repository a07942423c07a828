// Kernel return addresses → frames, leaf first: one object per address, because profiles find the same object fastest.

import type { Frame } from '../../model/frame.ts';
import type { KernelSymbols } from '../../model/target.ts';
import type { KernelAddress } from '../../model/units.ts';
import { MAX_CACHE_ENTRIES } from '../limits.ts';

const known = new WeakMap<KernelSymbols, Map<KernelAddress, Frame>>();

/** One frame per address; an address kallsyms hides is shown as such, without its value (it is a secret of the kernel). */
export function kernelFrames(addresses: readonly KernelAddress[], symbols: KernelSymbols): readonly Frame[] {
  if (addresses.length === 0) return [];
  let frames = known.get(symbols);
  if (frames === undefined || frames.size > MAX_CACHE_ENTRIES) known.set(symbols, (frames = new Map<KernelAddress, Frame>()));
  return addresses.map((address) => frameOf(address, symbols, frames));
}

function frameOf(address: KernelAddress, symbols: KernelSymbols, frames: Map<KernelAddress, Frame>): Frame {
  const before = frames.get(address);
  if (before !== undefined) return before;
  const symbol = symbols.symbolAt(address);
  const frame: Frame = {
    kind: 'kernel',
    name: symbol === null || symbol.name === '' ? '[kernel]' : symbol.name,
    signature: '',
    bci: -1,
    line: 0,
    library: symbol?.library ?? '[kernel]',
    lineApproximate: false,
    marker: null,
  };
  frames.set(address, frame);
  return frame;
}
