// Where the capture program finds a JVM's threads: by glibc's thread vector, or not at all.

import { expect, test } from 'vitest';
import type { Mapping, TargetReader } from '../../../../src/model/target.ts';
import { asAddress, asElfAddress, asPid } from '../../../../src/model/units.ts';
import { threadLocator } from '../../../../src/unwind/hotspot/thread-locator.ts';
import { SyntheticJvm } from '../../../support/synthetic-jvm.ts';

const MODULE = 3;
const OFFSET = 0x20;

function locatorWith(...paths: readonly string[]): ReturnType<typeof threadLocator> {
  const jvm = new SyntheticJvm();
  const slot = jvm.memory.allocate(8);
  jvm.memory.word(slot, MODULE);
  const mapping = (path: string): Mapping => {
    return {
      start: asAddress(0x1000),
      end: asAddress(0x2000),
      permissions: 'r-xp',
      fileOffsetBytes: 0,
      path,
      deleted: false,
      fileId: '',
    };
  };
  const reader: TargetReader = {
    pid: asPid(7),
    architecture: 'x86-64',
    read: (address, into) => jvm.memory.read(address, into),
    maps: () => paths.map(mapping),
    library: () => null,
    symbolAt: () => null,
    unwindRule: () => null,
    symbolNamed: (_, name) => (name === '_ZN6Thread12_thr_currentE' ? asElfAddress(OFFSET) : null),
    tlsModuleSlot: () => asElfAddress(slot),
    tlsDescriptorSlot: () => null,
    threadComm: () => null,
    alive: () => true,
  };
  return threadLocator(reader, jvm.process());
}

test('glibc', () => {
  expect(locatorWith('/usr/lib/x86_64-linux-gnu/libc.so.6')).toMatchObject({
    pid: 7,
    tlsModuleId: MODULE,
    tlsOffsetBytes: OFFSET,
  });
});

test.each(['/lib/ld-musl-x86_64.so.1', '/usr/lib/x86_64-linux-musl/libc.so'])('musl has another vector: %s', (path) => {
  expect(locatorWith('/usr/lib/libjvm.so', path)).toBeNull();
});
