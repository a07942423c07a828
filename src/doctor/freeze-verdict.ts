// Machine code of two kernel functions → whether reading user memory from a perf event can freeze this kernel (Debian bug 1033398).
// The defect: copy_from_user_nofault() reaches __check_object_size(), which since 5.19 takes vmap_area_lock in find_vmap_area(); a
// perf event that hit a holder of that lock waits for ever. Fixed by commit d319f344561d in two places, either of which shows in
// the code: maccess.c calls nmi_uaccess_okay() first, usercopy.c looks at current->pagefault_disabled before find_vmap_area().
// "Vulnerable" is said only where the whole chain of the defect and the absence of both fixes are seen; all else is unknown.

import type { KernelSymbols } from '../model/target.ts';
import { asKernelAddress } from '../model/units.ts';
import type { KernelAddress } from '../model/units.ts';
import { findCalls } from './call-targets.ts';

export type FreezeVerdict =
  /** Outside of the releases that had the defect; nothing was looked at. */
  | { readonly kind: 'not-affected' }
  /** The fix is in the code; `by`: what shows it. */
  | { readonly kind: 'fixed'; readonly by: 'nmi_uaccess_okay' | 'pagefault_disabled' }
  | { readonly kind: 'vulnerable' }
  /** In the range, and the code does not tell; `reason` says what was missing. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A function as read from the running kernel: from its start, perhaps further than its end. */
export interface KernelCode {
  readonly address: KernelAddress;
  readonly bytes: Uint8Array;
}

export interface FreezeEvidence {
  readonly copyFromUserNofault: KernelCode;
  readonly checkObjectSize: KernelCode;
  readonly symbols: KernelSymbols;
}

/** First and last release (major, minor) with the defect as published; stable updates within it are fixed. */
const FIRST_AFFECTED = [5, 19] as const;
const LAST_AFFECTED = [6, 2] as const;

/** Whether `uname -r` names a release in which the defect can be. Debian's third number says nothing (6.1.0-56 is 6.1.192). */
export function mayFreeze(kernelRelease: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(kernelRelease) ?? [];
  if (major === undefined || minor === undefined) return true; // a name that tells nothing: look
  const version = Number(major) * 1000 + Number(minor);
  const [first, last] = [FIRST_AFFECTED, LAST_AFFECTED].map(([a, b]) => a * 1000 + b);
  return first !== undefined && last !== undefined && version >= first && version <= last;
}

/** Judges the code of a kernel for which {@link mayFreeze}. */
export function judgeFreeze(evidence: FreezeEvidence): FreezeVerdict {
  const { symbols } = evidence;
  const copy = wholeFunction('copy_from_user_nofault', evidence.copyFromUserNofault, symbols);
  const check = wholeFunction('__check_object_size', evidence.checkObjectSize, symbols);
  if (copy !== null && callOffset(copy, 'nmi_uaccess_okay', symbols) !== null) return { kind: 'fixed', by: 'nmi_uaccess_okay' };
  if (copy === null || check === null) return { kind: 'unknown', reason: 'the code could not be read up to the functions’ ends' };
  if (callOffset(copy, '__check_object_size', symbols) === null) {
    return { kind: 'unknown', reason: 'copy_from_user_nofault() does not call __check_object_size() directly' };
  }
  const findArea = callOffset(check, 'find_vmap_area', symbols);
  if (findArea === null) return { kind: 'unknown', reason: '__check_object_size() does not call find_vmap_area() directly' };
  const fields = pagefaultDisabledOffsets(copy.bytes);
  if (fields.length === 0)
    return { kind: 'unknown', reason: 'copy_from_user_nofault() does not count up pagefault_disabled as expected' };
  // The compiler may lay find_vmap_area's branch out before or after the test: anywhere in the function is the fix.
  if (fields.some((field) => readsField(check.bytes, field))) return { kind: 'fixed', by: 'pagefault_disabled' };
  return { kind: 'vulnerable' };
}

/** The function's bytes without what follows it; null when its end was not reached, or when it is not what its name says. */
function wholeFunction(name: string, code: KernelCode, symbols: KernelSymbols): KernelCode | null {
  const isInside = (offset: number): boolean => symbols.symbolAt(asKernelAddress(code.address + BigInt(offset)))?.name === name;
  if (!isInside(0)) return null;
  let size = 0;
  while (size < code.bytes.length && isInside(size)) size++;
  // A read that failed gives zeros in every bpftrace; no function is made of them.
  if (size === code.bytes.length || code.bytes.subarray(0, size).every((byte) => byte === 0)) return null;
  return { address: code.address, bytes: code.bytes.subarray(0, size) };
}

/** Where a function is called (or jumped to at its end); null: nowhere. Only its very start counts. */
function callOffset(code: KernelCode, name: string, symbols: KernelSymbols): number | null {
  const nameAt = (address: bigint): string | undefined => symbols.symbolAt(asKernelAddress(address))?.name;
  const site = findCalls(code.bytes, code.address).find(({ target }) => nameAt(target) === name && nameAt(target - 1n) !== name);
  return site?.offsetBytes ?? null;
}

/** ModRM with a 32-bit displacement from a register other than rsp (`mod` 10, `rm` not 100). */
const isDisp32 = (modrm: number): boolean => modrm >> 6 === 2 && (modrm & 7) !== 4;
const regField = (modrm: number): number => (modrm >> 3) & 7;
/** SIB that only names a base register (r12 and rsp need one). */
const isBaseOnlySib = (sib: number): boolean => ((sib >> 3) & 7) === 4;

/**
 * OFF of everything that looks like `addl $1,OFF(%reg)` or `incl OFF(%reg)`, as pagefault_disable() does. All of them, because bytes
 * within other instructions may look so, too: "vulnerable" is only said when none is read where the fix would.
 */
function pagefaultDisabledOffsets(bytes: Uint8Array): readonly number[] {
  const offsets: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const add = memoryOperand(bytes, at, 0x83);
    if (add !== null && regField(add.modrm) === 0 && bytes[add.end] === 1) offsets.push(add.displacement);
    const increment = memoryOperand(bytes, at, 0xff);
    if (increment !== null && regField(increment.modrm) === 0) offsets.push(increment.displacement);
  }
  return offsets;
}

/** Whether an instruction reads `OFF(%reg)`: `mov`, `cmp`, `test` in the encodings compilers use. */
function readsField(bytes: Uint8Array, displacement: number): boolean {
  const opcodes = [0x8b, 0x83, 0x81, 0x3b, 0x39, 0x85, 0xf7];
  return bytes.some((_, at) => opcodes.some((opcode) => memoryOperand(bytes, at, opcode)?.displacement === displacement));
}

/** The memory operand of an instruction with this opcode at `at`, when it is a register plus a 32-bit displacement. */
function memoryOperand(
  bytes: Uint8Array,
  at: number,
  opcode: number,
): { modrm: number; displacement: number; end: number } | null {
  const modrm = bytes[at + 1];
  const sib = bytes[at + 2];
  if (bytes[at] !== opcode || modrm === undefined || sib === undefined) return null;
  const withSib = modrm >> 6 === 2 && (modrm & 7) === 4 && isBaseOnlySib(sib);
  if (!isDisp32(modrm) && !withSib) return null;
  const start = at + (withSib ? 3 : 2);
  if (start + 4 > bytes.length) return null;
  const displacement = new DataView(bytes.buffer, bytes.byteOffset + start, 4).getInt32(0, true);
  return { modrm, displacement, end: start + 4 };
}
