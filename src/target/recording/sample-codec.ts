// RawSample ↔ what stands in a recording's "s" lines. Registers are a list in the order of the architecture's names (registers.ts), whose length tells it; stack bytes are value
// ids (pages of deep stacks are the same from sample to sample); kernel addresses are hexadecimal text.

import { AARCH64_REGISTERS, isAarch64, X86_64_REGISTERS, type Registers } from '../../model/registers.ts';
import type { CapturedAnchor, RawSample, StackChunk } from '../../model/sample.ts';
import { asAddress, asKernelAddress, asPid, asTid } from '../../model/units.ts';
import { fields, list, number, text, type Fields } from './decode.ts';

/** A sample as JSON; `keep` gives the id under which a text is kept. */
export function encodeSample(sample: RawSample, keep: (text: string) => number): unknown {
  const { registers, stack, kernelStack, ...plain } = sample;
  return {
    ...plain,
    registers: registers && encodeRegisters(registers),
    stack: { ...stack, chunks: stack.chunks.map(({ address, bytes }) => [address, keep(Buffer.from(bytes).toString('base64'))]) },
    kernelStack: kernelStack.map((address) => address.toString(16)),
  };
}

function encodeRegisters(registers: Registers): readonly number[] {
  return isAarch64(registers)
    ? AARCH64_REGISTERS.map((name) => registers[name])
    : X86_64_REGISTERS.map((name) => registers[name]);
}

/** The sample again; `kept` gives the text of an id. Throws DecodeError for what is none. */
export function decodeSample(value: unknown, kept: (id: number) => string): RawSample {
  const sample = fields(value);
  const stack = fields(sample['stack']);
  return {
    timeNs: number(sample['timeNs']),
    cpu: number(sample['cpu']),
    pid: asPid(number(sample['pid'])),
    tid: asTid(number(sample['tid'])),
    // Recordings from before there was a budget do not have it.
    ticks: sample['ticks'] === undefined ? 1 : number(sample['ticks']),
    ...(sample['amount'] === undefined ? {} : { amount: number(sample['amount']) }),
    mode: sample['mode'] === 'kernel' || sample['mode'] === 'kernel-thread' ? sample['mode'] : 'user',
    registers: sample['registers'] === null ? null : decodeRegisters(sample['registers']),
    anchor: sample['anchor'] === null ? null : decodeAnchor(fields(sample['anchor'])),
    stack: {
      chunks: list(stack['chunks']).map((chunk) => decodeChunk(chunk, kept)),
      unreadablePages: list(stack['unreadablePages']).map((page) => asAddress(number(page))),
      end: asAddress(number(stack['end'])),
      cut: stack['cut'] === true,
      lostChunks: number(stack['lostChunks']),
    },
    kernelStack: list(sample['kernelStack']).map((address) => asKernelAddress(hexadecimal(text(address)))),
    comm: text(sample['comm']),
  };
}

function decodeRegisters(value: unknown): Registers {
  const values = list(value);
  const names = values.length === AARCH64_REGISTERS.length ? AARCH64_REGISTERS : X86_64_REGISTERS;
  return Object.fromEntries(names.map((name, i) => [name, number(values[i])])) as Record<(typeof names)[number], number>;
}

function decodeAnchor(anchor: Fields): CapturedAnchor {
  return {
    thread: asAddress(number(anchor['thread'])),
    lastJavaSp: asAddress(number(anchor['lastJavaSp'])),
    lastJavaPc: asAddress(number(anchor['lastJavaPc'])),
    lastJavaFp: asAddress(number(anchor['lastJavaFp'])),
  };
}

function decodeChunk(value: unknown, kept: (id: number) => string): StackChunk {
  const [address, id] = list(value);
  return { address: asAddress(number(address)), bytes: new Uint8Array(Buffer.from(kept(number(id)), 'base64')) };
}

function hexadecimal(digits: string): bigint {
  return /^[0-9a-f]{1,16}$/.test(digits) ? BigInt(`0x${digits}`) : 0n;
}
