// Machine code as it was read, and what it tells of a frame that is being built or torn down: the words every architecture shares.

/** Code bytes with their address. */
export interface CodeBytes {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Reads code between two addresses. Throws MemoryFault. */
export type CodeReader = (start: number, end: number) => CodeBytes;

/** Code between two addresses whose whole frames are of one size. */
export interface FramedCode {
  readonly code: CodeReader;
  readonly begin: number;
  readonly end: number;
  readonly frameSizeBytes: number;
}

/** Where a pc's frame stands between being built and being gone, seen from the stack pointer. */
export type FrameState =
  /** The frame has its full size. */
  | { readonly kind: 'whole' }
  /** The return address is at sp + `returnAt`; the caller's frame pointer at sp + `savedFpAt`, or still in its register. */
  | { readonly kind: 'partial'; readonly returnAt: number; readonly savedFpAt: number | null }
  /** The frame is gone, its return address popped into a register (the processor's number) to jump there. */
  | { readonly kind: 'popped'; readonly returnRegister: number }
  /** The return address is in a register (the processor's number) that calls keep; the caller's sp is sp + `spOffset`. */
  | { readonly kind: 'kept'; readonly returnRegister: number; readonly spOffset: number }
  /**
   * The return address is in the link register, the caller's frame pointer in its own; the caller's sp is sp + `spOffset`, or what
   * a register (the processor's number) holds.
   */
  | { readonly kind: 'linked'; readonly spOffset: number; readonly spRegister: number | null };

/** A value by way of a register (the processor's number): offsets, with a word loaded at each but the last, which is only added. */
export interface RegisterPath {
  readonly register: number;
  readonly path: readonly number[];
}

/** How a stub's frame is left. */
export type StubState =
  | FrameState
  /** Where the return address is, and what the frame pointer register holds at the return. */
  | { readonly kind: 'way-out'; readonly returnAt: RegisterPath; readonly fp: RegisterPath }
  /** The frame pointer register is the stub's frame pointer. */
  | { readonly kind: 'frame-pointer' };

/** Bytes that code has pushed below its whole frame; null: it does not tell; 'elsewhere': nor that, its stack pointer is kept in a register or a word. */
export type Pushed = number | 'elsewhere' | null;

export const WHOLE: FrameState = { kind: 'whole' };

/** Bytes at an address; -1 in the pattern is any byte. */
export function matches(code: CodeBytes, address: number, pattern: readonly number[]): boolean {
  const at = address - code.address;
  if (at < 0 || at + pattern.length > code.bytes.length) return false;
  return pattern.every((byte, i) => byte === -1 || code.bytes[at + i] === byte);
}
