// The ways out of a piece of code (way-out.ts), made concrete with registers and memory: return address, sp and rbp of the caller.

import { callBefore } from './call-site.ts';
import { hexAddress } from './hex-address.ts';
import type { StoppedMemory } from './stopped-process.ts';
import { findWaysOut, type Search, type Value, type WayOut } from './way-out.ts';

/** Values by x86 number (rax rcx rdx rbx rsp rbp rsi rdi r8 … r15); null: not known. */
export type RegisterValues = readonly (number | null)[];

export const RCX = 1, RBX = 3, RSP = 4, RBP = 5, R13 = 13; // prettier-ignore

/** A proof that did not come about: data, not a bug. */
export class Unproved extends Error {}

export interface Left {
  readonly returnTo: number;
  /** The caller's sp. */
  readonly sp: number;
  /** Where adapters say the sender's own words begin; null: they say nothing. */
  readonly senderSp: number | null;
  readonly fp: number | null;
  /** The interpreter keeps its bytecode pointer in it over calls of C functions; null: not known. */
  readonly r13: number | null;
  readonly why: string;
}

/** An adapter makes room for at most 255 arguments. */
const MAX_ADAPTED_BYTES = 0x10000;
const WORD = 8;

/** Throws Unproved when the ways do not agree or lead through unknown values. */
export function leaveByCode(
  pc: number,
  registers: RegisterValues,
  memory: StoppedMemory,
  inside: (address: number) => boolean,
): Left {
  const concrete = (value: Value): number | null => concreteValue(value, registers, memory);
  const read = (address: number, length: number): Uint8Array | null => memory.bytes(address, length);
  const stackEnd = memory.mappingEnd(registers[RSP] ?? 0);
  const strict = findWaysOut(pc, registers, stackEnd, read, inside, true);
  const { groups, found } = strict.found > 0 ? strict : findWaysOut(pc, registers, stackEnd, read, inside);
  const best = agreed(groups, found, (out) => callBefore(memory, concrete(out.returnAddress) ?? 0) !== '');
  const [first] = best;
  if (!first) {
    const sizes = groups.map((group) => String(group.length)).join(' against ');
    throw new Unproved(`no certain way out from ${hexAddress(pc)}: ${String(found)} found, ${sizes || 'none'} agree`);
  }
  const [returnTo, sp, r13] = [concrete(first.returnAddress), concrete(first.sp), concrete(first.r13)];
  if (returnTo === null || sp === null)
    throw new Unproved(`the way out from ${hexAddress(pc)} leads through values that are not known`);
  const senderSp = first.kind === 'tail' && r13 !== null && r13 >= sp && r13 - sp < MAX_ADAPTED_BYTES ? r13 : null;
  const ways = `${String(best.length)} of ${String(found)} way(s) out agree`;
  const why = `${ways}, the nearest a ${first.kind} at ${hexAddress(first.at)} after ${String(first.steps)} instructions`;
  return { returnTo, sp: sp + WORD, senderSp, fp: concrete(first.rbp), r13, why };
}

/** The group most ways agree on; else the only one that returns to where a call ends. The others are code after calls that never return. */
function agreed(groups: Search['groups'], found: number, followsCall: (out: WayOut) => boolean): readonly WayOut[] {
  const [largest] = groups;
  if (largest && largest.length * 2 > found) return largest;
  const likely = groups.filter(([first]) => first && followsCall(first));
  return likely.length === 1 ? (likely[0] ?? []) : [];
}

function concreteValue(value: Value, registers: RegisterValues, memory: StoppedMemory): number | null {
  const sp = registers[RSP] ?? null;
  if (value.kind === 'initial') return registers[value.register] ?? null;
  if (value.kind === 'unknown' || sp === null) return null;
  if (value.kind === 'stack-address') return sp + value.offset;
  return value.offset < 0 ? null : memory.word(sp + value.offset);
}
