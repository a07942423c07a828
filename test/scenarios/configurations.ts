// How JVMs run in the matrix: one row per way, with the works that run in it and how it shows that it is what it says.

import type { JdkVersion } from '../support/jdks.ts';
import type { WorkName } from './works.ts';

/** What is made by a run before: an archive of classes, or Leyden's cache. */
export type Archive = 'app-cds' | 'aot-cache';

export interface Configuration {
  readonly name: string;
  /** Which JDKs have it; all without it. */
  readonly jdks?: (version: JdkVersion) => boolean;
  readonly flags: (version: JdkVersion) => readonly string[];
  readonly works: readonly WorkName[];
  /** Names of the collectors that must run. */
  readonly collector?: RegExp;
  /** Kinds of the works' frames: some of these, none of those. */
  readonly kinds?: { readonly some: readonly string[]; readonly none: readonly string[] };
  readonly archive?: Archive;
  /** The VM tells less of compiled leaves, or a round takes long: not every method is seen. */
  readonly blurred?: boolean;
  /** Code lives for milliseconds: what was there at the tick may be gone at the look-up. */
  readonly churning?: boolean;
  /** Options of `jtrace profile` instead of the usual rate. */
  readonly sampling?: readonly string[];
}

/** All that runs for ever without disturbing the others much. */
const STEADY: readonly WorkName[] = ['calls', 'throwing', 'osr', 'stubs', 'locks', 'jni', 'handles', 'deopt'];
/** For what concerns the heap, not the code. */
const ORDINARY: readonly WorkName[] = ['calls', 'throwing', 'stubs', 'jni', 'handles'];
const EXPERIMENTAL = '-XX:+UnlockExperimentalVMOptions';

const always =
  (...flags: string[]) =>
  (): string[] =>
    flags;
const from = (first: JdkVersion) => (version: JdkVersion) => version >= first;

export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: 'interpreter',
    flags: always('-Xint'),
    works: STEADY,
    kinds: { some: ['interpreted'], none: ['c1', 'c2'] },
    blurred: true,
  },
  { name: 'C1', flags: always('-XX:TieredStopAtLevel=1'), works: STEADY, kinds: { some: ['c1'], none: ['c2'] } },
  { name: 'C1 with profiles', flags: always('-XX:TieredStopAtLevel=3'), works: STEADY, kinds: { some: ['c1'], none: ['c2'] } },
  { name: 'C2', flags: always('-XX:-TieredCompilation'), works: STEADY, kinds: { some: ['c2'], none: ['c1'] } },
  { name: 'tiered', flags: always('-XX:+TieredCompilation'), works: STEADY, kinds: { some: ['c1', 'c2'], none: [] } },
  { name: 'tiered, leaves of safepoints', flags: always('-XX:-DebugNonSafepoints'), works: STEADY, blurred: true },
  {
    name: 'segmented code cache',
    jdks: from(11),
    flags: always('-XX:+SegmentedCodeCache', '-XX:ReservedCodeCacheSize=300m'),
    works: STEADY,
  },
  { name: 'unsegmented code cache', jdks: from(11), flags: always('-XX:-SegmentedCodeCache'), works: STEADY },
  { name: 'small code cache', flags: smallCodeCache, works: ['unloading', 'deopt', 'calls', 'handles'], churning: true },
  { name: 'Serial', flags: always('-XX:+UseSerialGC'), works: ORDINARY, collector: /Copy/u },
  { name: 'Parallel', flags: always('-XX:+UseParallelGC'), works: ORDINARY, collector: /PS Scavenge/u },
  {
    name: 'CMS',
    jdks: (version) => version < 14,
    flags: always('-XX:+UseConcMarkSweepGC'),
    works: ORDINARY,
    collector: /ConcurrentMarkSweep/u,
  },
  { name: 'G1', flags: always('-XX:+UseG1GC'), works: ORDINARY, collector: /G1/u },
  {
    name: 'ZGC',
    jdks: (version) => version >= 11 && version < 24,
    flags: (version) => (version < 15 ? [EXPERIMENTAL, '-XX:+UseZGC'] : ['-XX:+UseZGC']),
    works: ORDINARY,
    collector: /ZGC/u,
  },
  {
    name: 'generational ZGC',
    jdks: from(21),
    flags: (version) => (version < 24 ? ['-XX:+UseZGC', '-XX:+ZGenerational'] : ['-XX:+UseZGC']),
    works: ORDINARY,
    collector: /ZGC Minor/u,
  },
  {
    name: 'Shenandoah',
    jdks: from(11),
    flags: always(EXPERIMENTAL, '-XX:+UseShenandoahGC'),
    works: ORDINARY,
    collector: /Shenandoah/u,
  },
  {
    name: 'generational Shenandoah',
    jdks: from(25),
    flags: always(EXPERIMENTAL, '-XX:+UseShenandoahGC', '-XX:ShenandoahGCMode=generational'),
    works: ORDINARY,
    collector: /Shenandoah/u,
  },
  { name: 'no compressed oops', flags: always('-XX:-UseCompressedOops'), works: ORDINARY },
  { name: 'compressed oops with a base', flags: always('-XX:HeapBaseMinAddress=64g', '-XX:+UseCompressedOops'), works: ORDINARY },
  {
    name: 'no compressed class pointers',
    jdks: (version) => version < 27,
    flags: always('-XX:-UseCompressedOops', '-XX:-UseCompressedClassPointers'),
    works: ORDINARY,
  },
  {
    name: 'compact object headers',
    jdks: from(25),
    flags: always(EXPERIMENTAL, '-XX:+UseCompactObjectHeaders'),
    works: STEADY,
  },
  { name: 'frame pointers kept', flags: always('-XX:+PreserveFramePointer'), works: STEADY },
  { name: 'no class archive', flags: always('-Xshare:off'), works: ORDINARY },
  { name: 'archive of its classes', jdks: from(17), flags: always(), archive: 'app-cds', works: [...ORDINARY, 'redefine'] },
  // No agent here: its module would not fit the cache's.
  { name: 'Leyden cache', jdks: from(25), flags: always(), archive: 'aot-cache', works: ORDINARY },
  { name: 'no AVX', flags: always('-XX:UseAVX=0'), works: ['stubs'] },
  // String.indexOf as a stub, as on Intel's newest processors for clients; there it takes most of a round.
  {
    name: 'stubs of efficiency cores',
    jdks: from(25),
    flags: always('-XX:UseAVX=2', '-XX:+EnableX86ECoreOpts'),
    works: ['stubs'],
    blurred: true,
  },
  { name: 'redefined classes', flags: always(), works: ['redefine', 'calls', 'handles'] },
  { name: 'redefined classes, interpreter', flags: always('-Xint'), works: ['redefine'] },
  { name: 'unloaded classes', flags: always('-XX:CompileThresholdScaling=0.1'), works: ['unloading', 'calls'] },
  {
    name: '10,000 frames',
    flags: always(),
    works: ['deep'],
    sampling: ['--stack-bytes', '256k', '-F', '99'],
  },
  { name: '10,000 frames, interpreter', flags: always('-Xint'), works: ['deep'], sampling: ['--stack-bytes', '64k', '-F', '99'] },
  { name: '600 frames, interpreter', flags: always('-Xint'), works: ['fits'], sampling: ['--stack-bytes', '256k', '-F', '99'] },
];

/**
 * What CI runs, within five minutes: most of them on 17, and on every other JDK two that it alone shows best. `npm run scenarios` runs all. Not
 * here: the small code cache, where the share of code that is gone at the look-up is the machine's load.
 */
export const QUICK: Readonly<Record<JdkVersion, readonly string[]>> = {
  8: ['tiered', 'CMS'],
  11: ['C2', 'Shenandoah'],
  17: [
    ...['interpreter', 'C1', 'C2', 'tiered', 'unsegmented code cache', 'Parallel', 'ZGC'],
    ...['no compressed class pointers', 'frame pointers kept', 'archive of its classes', 'redefined classes', 'unloaded classes'],
    ...['10,000 frames', '600 frames, interpreter'],
  ],
  21: ['tiered', 'generational ZGC'],
  25: ['tiered', 'compact object headers'],
  26: ['C1', 'Leyden cache'],
  27: ['C2', 'generational Shenandoah'],
};

/** The least that each JDK takes; code is thrown out all the time. */
function smallCodeCache(version: JdkVersion): string[] {
  return [
    version === 8 ? '-XX:ReservedCodeCacheSize=3m' : '-XX:ReservedCodeCacheSize=5m',
    '-XX:+UseCodeCacheFlushing',
    '-XX:CompileThresholdScaling=0.1',
  ];
}
