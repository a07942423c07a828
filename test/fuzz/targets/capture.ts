// What bpftrace prints: lines lost, swapped, damaged, cut where the pipe cuts, with numbers and names that no program of ours prints.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineSplitter } from '../../../src/bpftrace/lines.ts';
import { RecordParser } from '../../../src/bpftrace/records.ts';
import { SampleAssembly } from '../../../src/bpftrace/sample-assembly.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { makeTextMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';

/** By version, with the size of the chunks it prints. */
const BASES: Readonly<Record<string, number>> = { '0.17.0': 128, '0.23.2': 1024, '0.27.1': 1024 };
const WINDOW_BYTES = 65_536;
const LETTERS = [...Array.from('0123456789'), ' ', ',', '[', ']', '(', ')', '-', '\n', '\nS ', '\nG ', '\nA ', '\nK ', '\nk ', '\nE ', '\nF ', '\nX ', '\nZ ', '\nH ', '\nB ', '\nR\n', '18446744073709551615', '99999999999999999999']; // prettier-ignore
const MAX_MUTATIONS = 8;
/** comm has 16 bytes: as many characters, each U+FFFD where it is none. */
const MAX_COMM_CHARACTERS = 16;

const outputOf = (version: string): Buffer => readFileSync(join(REPOSITORY, `test/fixtures/capture/bpftrace-${version}.txt`));

class CaptureSubject implements Subject {
  readonly #outputs = new Map(Object.keys(BASES).map((version) => [version, outputOf(version)]));

  make(random: Random): FuzzCase {
    const base = random.pick(Object.keys(BASES)) ?? '';
    const length = this.#outputs.get(base)?.length ?? 0;
    const count = mutationCount(random, MAX_MUTATIONS);
    const mutations = Array.from({ length: count }, () => makeTextMutation(random, length, LETTERS));
    return { base, mutations: [...mutations, ['pieces', random.pick([1, 7, 100, 4096, 65_536, 1 << 20])]] };
  }

  run({ base, mutations }: FuzzCase): string {
    const bytes = mutateBytes(this.#outputs.get(base) ?? Buffer.alloc(0), mutations);
    const [samples, broken] = parse(
      bytes,
      Number(mutations.find(([kind]) => kind === 'pieces')?.[1] ?? 4096),
      BASES[base] ?? 128,
    );
    samples.forEach(checkSample);
    return `${String(Math.min(samples.length, 4))}${samples.length > 4 ? ' or more' : ''} samples${broken > 0 ? ', broken ones' : ''}`;
  }
}

function parse(bytes: Buffer, pieceBytes: number, chunkBytes: number): [RawSample[], number] {
  const samples: RawSample[] = [];
  let [broken, texts] = [0, 0];
  const assembly = new SampleAssembly({ chunkBytes, windowBytes: WINDOW_BYTES }, { sample: (sample) => samples.push(sample), broken: () => (broken += 1) }); // prettier-ignore
  const ignore = (): void => undefined;
  const parser = new RecordParser({
    head: (head) => assembly.head(head),
    registers: (key, registers) => assembly.registers(key, registers),
    anchor: (key, thread, sp, pc, fp) => assembly.anchor(key, thread, sp, pc, fp),
    kernelStack: (key, addresses) => assembly.kernelStack(key, addresses),
    chunk: (key, address, chunk) => assembly.chunk(key, address, chunk),
    tail: (key, tid) => assembly.tail(key, tid),
    weight: ignore,
    share: ignore,
    label: (_key, _tid, _kind, text) => check(text.length <= 64, () => `a label of ${String(text.length)} characters`),
    unnoted: ignore,
    fork: ignore,
    exec: ignore,
    exit: ignore,
    jvmFed: ignore,
    ready: ignore,
    budget: (every) => check(every >= 1, () => `one of ${String(every)}`),
    heartbeat: ignore,
    other: (text) => {
      texts += 1;
      check(text.length <= 2000, () => `a text of ${String(text.length)} characters`);
    },
  });
  const splitter = new LineSplitter((buffer, start, end) => parser.line(buffer, start, end));
  for (let at = 0; at < bytes.length; at += pieceBytes) splitter.push(bytes.subarray(at, at + pieceBytes));
  splitter.end();
  assembly.end();
  check(texts <= bytes.length, () => `${String(texts)} texts`);
  return [samples, broken];
}

function checkSample({ stack, comm, ticks, kernelStack, registers, timeNs }: RawSample): void {
  check(comm.length <= MAX_COMM_CHARACTERS, () => `a comm of ${String(comm.length)} characters`);
  check(ticks >= 1 && Number.isFinite(ticks), () => `${String(ticks)} ticks`);
  check(Number.isFinite(timeNs), () => `the time ${String(timeNs)}`);
  check(kernelStack.length <= 128, () => `${String(kernelStack.length)} kernel frames`);
  for (const value of Object.values(registers ?? {}))
    check(value >= 0 && value <= 2 ** 64, () => `the register ${String(value)}`);
  let end = -1;
  let bytes = 0;
  for (const chunk of stack.chunks) {
    check(chunk.address >= end, () => 'chunks are not in order');
    end = chunk.address + chunk.bytes.length;
    bytes += chunk.bytes.length;
  }
  check(bytes <= WINDOW_BYTES, () => `${String(bytes)} bytes of stack`);
}

export const CAPTURE: FuzzTarget = {
  name: 'capture',
  does: 'what bpftrace prints, cut into pieces',
  weight: 30,
  limits: { steps: 20_000_000, blockBytes: 1 << 20, allocatedBytes: 64 << 20 },
  open: () => new CaptureSubject(),
};
