// Sections of stubs that a linker wrote (.plt, .plt.got, .plt.sec): one jump into another library each. Call frame information describes
// such a section as one function, which it is not.

import type { ElfFile } from './elf-file.ts';

/** Where one stub lies. */
export interface StubExtent {
  readonly start: number;
  readonly end: number;
}

/** What linkers leave unsaid (aarch64), or say of any but small ones. */
const USUAL_STUB_BYTES = 16;
const [MIN_STUB_BYTES, MAX_STUB_BYTES] = [8, 64];

/** Tells the stub at an address of a file; null: none. */
export function linkerStubs(file: ElfFile): (address: number) => StubExtent | null {
  const sections = file.sections.filter(({ name }) => name === '.plt' || name.startsWith('.plt.'));
  return (address) => {
    for (const { address: first, sizeBytes, entryBytes } of sections) {
      if (!(address >= first && address < first + sizeBytes)) continue;
      const isUsual = !(entryBytes >= MIN_STUB_BYTES && entryBytes <= MAX_STUB_BYTES);
      const stubBytes = isUsual ? USUAL_STUB_BYTES : entryBytes;
      const start = first + Math.floor((address - first) / stubBytes) * stubBytes;
      return { start, end: start + stubBytes };
    }
    return null;
  };
}
