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

  /** Returns the address of its descriptor. */
  add(name: string, offset: number): number {
    const { memory } = this.jvm;
    const entry = memory.allocate(48);
    [this.#newest, 0, memory.text(name), this.code + offset, this.code + offset + 16].forEach((word, i) => memory.word(entry + 8 * i, word)); // prettier-ignore
    this.#newest = entry;
    memory.word(this.#head, entry);
    return entry;
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
