// `ADDRESS[,BYTES]` as typed → the whole pages that hold it.

import { OperatorError } from '../../model/errors.ts';
import { PAGE_BYTES, USER_ADDRESS_END } from '../../model/units.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';

/** 262,144 pages: more is no look at pages any more, and a second of looking. */
const MAX_RANGE_BYTES = 1024 ** 3;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const FORMS = 'addresses are written 0x7f1234560000, as /proc/PID/maps has them; a range 0x7f1234560000,64k';

export interface PageRange {
  /** Multiples of 4096. */
  readonly start: number;
  readonly end: number;
}

/** Throws an OperatorError of kind usage. */
export function parsePageRange(text: string): PageRange {
  const [, addressText, lengthText, unit = ''] =
    /^(?:0x)?([0-9a-f]{1,16})(?:,(\d{1,15})([kmgt]?)(?:i?b)?)?$/i.exec(text.trim()) ?? [];
  if (addressText === undefined) throw bad(text, 'is no address', FORMS);
  const address = BigInt(`0x${addressText}`);
  if (address >= 0xffff800000000000n)
    throw bad(
      text,
      'lies in the kernel',
      "residency is of a process's own memory; bpftrace's kaddr() and kptr() read the kernel's",
    );
  if (address >= BigInt(USER_ADDRESS_END))
    throw bad(text, 'is no address of a process', `they end at 0x${(USER_ADDRESS_END / 2).toString(16)}`);
  const lengthBytes = lengthText === undefined ? 1 : Number(lengthText) * (UNITS[unit.toLowerCase()] ?? 1);
  if (lengthBytes === 0) throw bad(text, 'is empty', FORMS);
  if (lengthBytes > MAX_RANGE_BYTES)
    throw bad(
      text,
      'is more than is looked at page by page (most: 1g)',
      'jtrace residency PID shows all mappings, whatever their size',
    );
  const start = Math.floor(Number(address) / PAGE_BYTES) * PAGE_BYTES;
  const end = Math.ceil((Number(address) + lengthBytes) / PAGE_BYTES) * PAGE_BYTES;
  return { start, end };
}

function bad(text: string, problem: string, hint: string): OperatorError {
  return new OperatorError('usage', `'${escapeForTerminal(text, 60)}' ${problem}`, hint);
}
