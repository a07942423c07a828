// What the walk in the kernel is told of a JVM, and the JVMs that it is not told of.

import { describe, expect, test } from 'vitest';
import type { JvmThreadLocator } from '../../../../src/model/program.ts';
import type { TargetReader } from '../../../../src/model/target.ts';
import { asPid } from '../../../../src/model/units.ts';
import type { HotspotProcess } from '../../../../src/unwind/hotspot/hotspot-process.ts';
import { walkParameters } from '../../../../src/unwind/hotspot/walk-parameters.ts';
import { SyntheticJvm } from '../../../support/synthetic-jvm.ts';
import { syntheticTarget } from '../../../support/synthetic-target.ts';

const LIBJVM = { path: '/lib/libjvm.so', start: 0x1000, end: 0x2000, functions: [] };
const LOCATOR: JvmThreadLocator = {
  pid: asPid(7),
  tlsModuleId: 1,
  tlsOffsetBytes: 0x10,
  lastJavaSpOffsetBytes: 8,
  lastJavaPcOffsetBytes: 16,
  lastJavaFpOffsetBytes: 24,
};

function given(change: (process: HotspotProcess) => Partial<HotspotProcess> = () => ({}), reader: Partial<TargetReader> = {}) {
  const jvm = new SyntheticJvm();
  const process: HotspotProcess = {
    ...jvm.process(),
    codelets: [
      { start: 0x5000, end: 0x5100, name: 'a' },
      { start: 0x5100, end: 0x5400, name: 'z' },
    ] as unknown as HotspotProcess['codelets'],
  };
  const target = { ...syntheticTarget(jvm.memory, LIBJVM), ...reader };
  const changed = { ...process, libjvm: { ...process.libjvm, path: LIBJVM.path }, ...change(process) };
  return { process, found: walkParameters(target, changed, LOCATOR) };
}

const heap = (low: number, log2SegmentSize = 7) => ({
  low,
  high: low + 0x800,
  reservedEnd: low + 0x1000,
  segmentMap: low * 2,
  log2SegmentSize,
});
const withHeaps =
  (...heaps: readonly ReturnType<typeof heap>[]) =>
  ({ code }: HotspotProcess): Partial<HotspotProcess> => ({
    code: Object.assign(Object.create(code) as HotspotProcess['code'], { heaps: () => heaps }),
  }); // prettier-ignore

describe('a JVM', () => {
  test('its places, the heaps ascending', () => {
    const { found, process } = given(withHeaps(heap(0x30_0000), heap(0x10_0000), heap(0x20_0000)));
    expect(found).toMatchObject({
      locator: LOCATOR,
      codeLow: 0x10_0000,
      codeHigh: 0x30_1000,
      heapLows: [0x10_0000, 0x20_0000, 0x30_0000],
      segmentMaps: [0x20_0000, 0x40_0000, 0x60_0000],
      log2SegmentSize: 7,
      interpreterLow: 0x5000,
      interpreterHigh: 0x5400,
      callStubReturn: process.callStubReturn,
      nativeLow: 0x1000,
      nativeHigh: 0x2000,
    });
  });

  test.each<readonly [string, (process: HotspotProcess) => Partial<HotspotProcess>]>([
    ['more heaps than HotSpot has', withHeaps(...[1, 2, 3, 4].map((n) => heap(n * 0x10_0000)))],
    ['heaps of different segments', withHeaps(heap(0x10_0000), heap(0x20_0000, 6))],
    ['no heap yet', withHeaps()],
    ['no interpreter yet', () => ({ codelets: [] })],
    ['a libjvm that is not mapped as code', ({ libjvm }) => ({ libjvm: { ...libjvm, path: '/other/libjvm.so' } })],
  ])('%s: not told', (_, change) => {
    expect(given((process) => ({ ...withHeaps(heap(0x10_0000))(process), ...change(process) })).found).toBe(null);
  });

  test('of another architecture, or gone: not told', () => {
    expect(given(withHeaps(heap(0x10_0000)), { architecture: 'aarch64' }).found).toBe(null);
    expect(given(withHeaps(heap(0x10_0000)), { maps: () => null }).found).toBe(null);
  });
});
