// Recorded reads of one process → memory as it was then, for reads of another place or size than the recorded ones: put together
// from all reads up to the sample in hand, later ones over earlier ones; bytes that were read only afterwards fill what is left.

import { PAGE_BYTES, USER_ADDRESS_END } from '../../model/units.ts';

interface Piece {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly afterSamples: number;
}

/** What was read of one process. Pieces are added in order of time. */
export class RecordedMemory {
  readonly #pages = new Map<number, Piece[]>();

  add(address: number, bytes: Uint8Array, afterSamples: number): void {
    if (!isAddress(address)) return; // a recording may come from anyone
    const piece: Piece = { address, bytes, afterSamples };
    for (let page = firstPage(address); page * PAGE_BYTES < address + bytes.length; page++) {
      const pieces = this.#pages.get(page);
      if (pieces === undefined) this.#pages.set(page, [piece]);
      else pieces.push(piece);
    }
  }

  /** Fills all of `into`; false (and zeros) when a byte of it was never read. */
  read(address: number, into: Uint8Array, afterSamples: number): boolean {
    if (!isAddress(address)) return false;
    const known = new Uint8Array(into.length);
    for (let page = firstPage(address); page * PAGE_BYTES < address + into.length; page++) {
      for (const piece of this.#pages.get(page) ?? []) {
        const from = Math.max(piece.address, address);
        const to = Math.min(piece.address + piece.bytes.length, address + into.length);
        for (let at = from; at < to; at++) {
          if (piece.afterSamples > afterSamples && known[at - address] === 1) continue;
          into[at - address] = piece.bytes[at - piece.address] ?? 0;
          known[at - address] = 1;
        }
      }
    }
    if (!known.includes(0)) return true;
    into.fill(0);
    return false;
  }
}

const isAddress = (address: number): boolean => Number.isInteger(address) && address >= 0 && address < USER_ADDRESS_END;
const firstPage = (address: number): number => Math.floor(address / PAGE_BYTES);
