// Lines of a walk → a stack with its identity.

import { expect, test } from 'vitest';
import { AnnouncedStacks } from '../../../src/bpftrace/announced-stacks.ts';
import type { RawSample } from '../../../src/model/sample.ts';

const [SP, ID] = [0x7000_0000, 0x2ff_ffff_fffe];
const HEAD = `S 9 1000 1 50 51 3 1 ${String(SP)} ${String(SP + 256)} ${String(SP + 256)} 1 ${String(ID)} 6a 00`;
const REGISTERS = `G 9 ${Array.from({ length: 18 }, (_, index) => String(index === 17 ? SP : index)).join(' ')}`;
const chunk = (index: number): string =>
  `(9, ${String(SP + 128 * index)}, [${Array.from({ length: 16 }, (_, word) => String(word + index)).join(',')}])`;

function heardOf(lines: readonly string[]): { stacks: [number, RawSample][]; told: string[] } {
  const stacks: [number, RawSample][] = [];
  const told: string[] = [];
  const announced = new AnnouncedStacks(1024, {
    stack: (id, sample) => stacks.push([id, sample]),
    broken: () => told.push('broken'),
    jvmFed: (pid) => told.push(`fed ${String(pid)}`),
    exec: (pid) => told.push(`exec ${String(pid)}`),
    exit: (pid) => told.push(`exit ${String(pid)}`),
    ready: () => told.push('ready'),
    other: (text) => told.push(text),
  });
  for (const line of lines) announced.line(line);
  announced.end();
  return { stacks, told };
}

test('where the stack of the sampled program began', () => {
  const { stacks } = heardOf([HEAD, REGISTERS, 'A 9 1 2 3 4', chunk(0), chunk(1), 'E 9 51 2 140737488346000']);
  expect(stacks[0]?.[1].stackStart).toBe(140737488346000);
});

test('a whole one', () => {
  const { stacks, told } = heardOf([HEAD, REGISTERS, 'A 9 1 2 3 4', chunk(0), chunk(1), 'E 9 51 2']);
  expect(told).toEqual([]);
  expect(stacks).toHaveLength(1);
  const [id, sample] = stacks[0] ?? [];
  expect(id).toBe(ID);
  expect(sample).toMatchObject({ pid: 50, tid: 51, ticks: 1, comm: 'j', anchor: { thread: 1, lastJavaSp: 2 } });
  expect(sample?.stack.lostChunks).toBe(0);
  expect(sample?.stack.chunks.map(({ address, bytes }) => [address, bytes.length])).toEqual([[SP, 256]]);
});

test('without its tail it comes when no more comes; without a piece, with a hole; without its head, not', () => {
  expect(heardOf([HEAD, REGISTERS, chunk(1)]).stacks.map(([, { stack }]) => stack.lostChunks)).toEqual([1]);
  expect(heardOf([REGISTERS, chunk(0), 'E 9 51 2'])).toEqual({ stacks: [], told: ['broken'] });
  expect(heardOf([HEAD, chunk(0), 'E 9 51 2'])).toEqual({ stacks: [], told: ['broken'] });
});

test('what else is told', () => {
  expect(heardOf(['J 7', 'X 8', 'Z 9', 'R', 'H 5', 'nothing', 'F 1 2']).told).toEqual([
    'fed 7',
    'exec 8',
    'exit 9',
    'ready',
    'nothing',
    'a record that no walk prints',
  ]);
});
