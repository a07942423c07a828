import { expect, test } from 'vitest';
import { CodeCache } from '../../../../src/unwind/hotspot/code-cache.ts';
import { readStubNames, type StubNames } from '../../../../src/unwind/hotspot/stub-names.ts';
import { MemoryView } from '../../../../src/unwind/memory-view.ts';
import { SYNTHETIC_LAYOUT, SyntheticJvm } from '../../../support/synthetic-jvm.ts';
import { syntheticTarget } from '../../../support/synthetic-target.ts';

const LIST = 0x100;

/** A VM with a list of stubs, newest first, that grows. */
class StubbedJvm {
  readonly jvm = new SyntheticJvm();
  readonly code = this.jvm.blob({ name: 'StubRoutines (1)', code: new Array<number>(256).fill(0x90), frameSizeWords: 0 });
  readonly #head: number;
  #newest = 0;

  constructor() {
    this.#head = this.jvm.memory.allocate(8);
  }

  /** Returns the address of its descriptor. `isFinished`: its code is, so that it has an end. */
  add(name: string, offset: number, isFinished = true): number {
    const { memory } = this.jvm;
    const entry = memory.allocate(48);
    [this.#newest, 0, memory.text(name), this.code + offset, 0].forEach((word, i) => memory.word(entry + 8 * i, word));
    if (isFinished) this.finish(entry, offset);
    this.#newest = entry;
    memory.word(this.#head, entry);
    return entry;
  }

  finish(entry: number, offset: number): void {
    this.jvm.memory.word(entry + 32, this.code + offset + 16);
  }

  names(): StubNames {
    const { jvm } = this;
    const cache = new CodeCache(new MemoryView(jvm.memory), SYNTHETIC_LAYOUT);
    expect(cache.refresh()).toBe(true);
    const library = { path: '/libjvm.so', start: 0x7e00_0000_0000, end: 0x7e00_0010_0000, functions: [] };
    const target = { ...syntheticTarget(jvm.memory, library), symbolNamed: () => LIST };
    const libjvm = { key: 'libjvm', path: '/libjvm.so', buildId: '', bias: this.#head - LIST };
    return readStubNames(target as unknown as Parameters<typeof readStubNames>[0], libjvm, cache, 0);
  }
}

test('stubs that a compiler thread makes after the VM was met have their names, too', () => {
  const vm = new StubbedJvm();
  vm.add('call_stub', 0);
  vm.add('catch_exception', 16);
  const names = vm.names();
  const at = (offset: number): string | undefined => names.at(vm.code + offset)?.description;
  expect([at(0), at(16), at(32), at(48)]).toEqual(['call_stub', 'catch_exception', undefined, undefined]);
  vm.add('aescrypt_encryptBlock', 48);
  vm.add('Stub Generator montgomeryMultiply_stub', 32);
  names.beginBatch();
  expect([at(0), at(16), at(32), at(48)]).toEqual([
    'call_stub',
    'catch_exception',
    'montgomeryMultiply',
    'aescrypt_encryptBlock',
  ]);
  const { reads } = vm.jvm.memory;
  names.beginBatch();
  expect(vm.jvm.memory.reads - reads).toBe(1);
});

test('a list that leads back to itself ends', () => {
  const vm = new StubbedJvm();
  const first = vm.add('first', 0);
  const second = vm.add('second', 16);
  vm.jvm.memory.word(first, second);
  expect(vm.names().at(vm.code + 16)?.description).toBe('second');
});

test('a stub that was being made when its entry was read has its name once it is finished', () => {
  const vm = new StubbedJvm();
  vm.add('call_stub', 0);
  const names = vm.names();
  const at = (offset: number): string | undefined => names.at(vm.code + offset)?.description;
  const slow = vm.add('sha512_implCompress', 16, false);
  vm.add('aescrypt_encryptBlock', 32);
  names.beginBatch();
  names.beginBatch();
  expect([at(0), at(16), at(32)]).toEqual(['call_stub', undefined, 'aescrypt_encryptBlock']);
  vm.finish(slow, 16);
  names.beginBatch();
  expect([at(0), at(16), at(32)]).toEqual(['call_stub', 'sha512_implCompress', 'aescrypt_encryptBlock']);
  const { reads } = vm.jvm.memory;
  names.beginBatch();
  expect(vm.jvm.memory.reads - reads).toBe(1);
});

test('a list that could be read in part is read on from there', () => {
  const vm = new StubbedJvm();
  vm.add('first', 0);
  const second = vm.add('second', 16);
  vm.add('third', 32);
  const { memory } = vm.jvm;
  const name = memory.text('second');
  memory.word(second + 16, 1); // no address
  const names = vm.names();
  const at = (offset: number): string | undefined => names.at(vm.code + offset)?.description;
  expect([at(0), at(16), at(32)]).toEqual([undefined, undefined, 'third']);
  memory.word(second + 16, name);
  names.beginBatch();
  expect([at(0), at(16), at(32)]).toEqual(['first', 'second', 'third']);
});

test('stubs that are never finished are asked for some times, and are few', () => {
  const vm = new StubbedJvm();
  for (let i = 0; i < 15; i += 1) for (let more = 0; more < 20; more += 1) vm.add('never', 16 * i, false);
  const names = vm.names();
  const { memory } = vm.jvm;
  const readsOfBatch = (): number => {
    const { reads } = memory;
    names.beginBatch();
    return memory.reads - reads;
  };
  expect(readsOfBatch()).toBeLessThan(50);
  for (let i = 0; i < 1000; i += 1) names.beginBatch();
  expect(readsOfBatch()).toBe(1);
});
