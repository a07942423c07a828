// The unwinder over recorded JVMs whose memory, registers, stack and answers are hostile: two batches, so that what is remembered
// is proven over memory that changed in between. What is constant in a VM (tables, layout, codelets) is read once per recording;
// attach.ts has that in hand.

import type { RawSample } from '../../../src/model/sample.ts';
import type { KernelSymbols, TargetReader } from '../../../src/model/target.ts';
import type { ResolvedStack } from '../../../src/model/frame.ts';
import { CodeCache } from '../../../src/unwind/hotspot/code-cache.ts';
import { CodeIndex } from '../../../src/unwind/hotspot/code-index.ts';
import { attachHotspot, type HotspotProcess } from '../../../src/unwind/hotspot/hotspot-process.ts';
import { JavaThreads } from '../../../src/unwind/hotspot/java-threads.ts';
import { Methods } from '../../../src/unwind/hotspot/methods.ts';
import { ThreadNames } from '../../../src/unwind/hotspot/thread-names.ts';
import { kernelFrames } from '../../../src/unwind/kernel/kernel-frames.ts';
import { MemoryFault, MemoryView } from '../../../src/unwind/memory-view.ts';
import { NativeCode } from '../../../src/unwind/native/native-code.ts';
import { walkSample } from '../../../src/unwind/sample-walk.ts';
import { checkWalk } from '../oracles/check-walk.ts';
import { checkResolved, type NamedWalk } from '../oracles/check-resolved.ts';
import { OverlayMemory } from '../overlay-memory.ts';
import { RecordedWorlds, worldReader, type RecordedWorld } from '../recorded-world.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';
import { hostileReader, hostileSample, kernelOf, mutateMemory } from '../world-mutations.ts';
import { makeWorldMutations, type Places, placesOf } from '../world-places.ts';

/** Reads that two walks and two looks at a thread's name may cost: the largest seen is in docs/hostile-input.md. */
const MAX_READS = 400_000;
const MAX_READ_BYTES = 256 << 20;

/** What of a JVM never changes, by recording. */
interface Known {
  readonly world: RecordedWorld;
  readonly process: HotspotProcess | null;
  readonly places: Places;
}

class WalkSubject implements Subject {
  readonly #worlds = new RecordedWorlds();
  readonly #names = this.#worlds.names;
  readonly #known = new Map<string, Known | null>();
  readonly #attached = new Map<string, HotspotProcess | null>();

  make(random: Parameters<Subject['make']>[0]): FuzzCase {
    const base = random.pick(this.#names) ?? '';
    const known = this.#of(base);
    return { base, mutations: known === null ? [] : makeWorldMutations(random, known.places) };
  }

  run({ base, mutations }: FuzzCase): string {
    const known = this.#of(base);
    if (known === null) return 'no such base';
    const { world, process } = known;
    const memory = new OverlayMemory(world.memory);
    const now = mutations.filter(([kind]) => kind !== 'later');
    const later = mutations.flatMap(([kind, ...parts]) => (kind === 'later' ? [parts as unknown as FuzzCase['mutations'][number]] : [])); // prettier-ignore
    mutateMemory(memory, now);
    const reader = hostileReader(
      worldReader(world, (address, into) => memory.read(address, into)),
      now,
    );
    const sample = hostileSample(world.sample, now);
    const kernel = kernelOf(world, now);
    const walker = new Walker(process, reader, kernel, !now.some(([kind]) => kind === 'no-reread'));
    const walks = [walker.walk(sample)];
    if (later.length > 0) {
      mutateMemory(memory, later);
      walks.push(walker.walk(hostileSample(sample, later)));
    }
    check(memory.reads <= MAX_READS, () => `reads: ${String(memory.reads)}`);
    check(memory.readBytes <= MAX_READ_BYTES, () => `bytes read: ${String(memory.readBytes)}`);
    for (const { walked } of walks) checkWalk(walked);
    checkResolved(sample, walks, mutations);
    return outcomeOf(walks[0]?.walked.stack);
  }

  #of(base: string): Known | null {
    let known = this.#known.get(base);
    if (known === undefined) this.#known.set(base, (known = this.#prepare(base)));
    return known;
  }

  #prepare(base: string): Known | null {
    const world = this.#worlds.world(base);
    if (world === null) return null;
    const [name = ''] = base.split('#');
    let process = this.#attached.get(name);
    if (process === undefined) {
      const first = this.#worlds.world(`${name}#0`) ?? world;
      const memory = new OverlayMemory(first.memory);
      const result = attachHotspot(worldReader(first, (address, into) => memory.read(address, into)));
      process = result.kind === 'ready' ? result.process : null;
      this.#attached.set(name, process);
    }
    const reads: { address: number; sizeBytes: number }[] = [];
    const memory = new OverlayMemory(world.memory);
    const reader = worldReader(world, (address, into) => {
      reads.push({ address, sizeBytes: into.length });
      return memory.read(address, into);
    });
    const walker = new Walker(process, reader, kernelOf(world, []), true);
    const { walked } = walker.walk(world.sample);
    return { world, process, places: placesOf(world.sample, reads, walked.traces, memory) };
  }
}

/** A process made anew over a reader: nothing is remembered of other cases. */
class Walker {
  readonly #reader: TargetReader;
  readonly #hotspot: HotspotProcess | null;
  readonly #native: NativeCode;
  readonly #kernel: KernelSymbols;
  readonly #reread: boolean;
  #batches = 0;

  constructor(attached: HotspotProcess | null, reader: TargetReader, kernel: KernelSymbols, reread: boolean) {
    this.#reader = reader;
    this.#hotspot = attached === null ? null : freshProcess(attached, reader);
    this.#native = new NativeCode(reader);
    this.#kernel = kernel;
    this.#reread = reread;
  }

  /** A batch of one sample, as process-unwinder.ts does it. */
  walk(sample: RawSample): NamedWalk {
    const hotspot = this.#hotspot;
    this.#native.beginBatch(1000 * (this.#batches += 1));
    hotspot?.code.beginBatch();
    hotspot?.methods.beginBatch();
    hotspot?.threads.beginBatch();
    const walked = walkSample(sample, kernelFrames(sample.kernelStack, this.#kernel), {
      hotspot,
      notReady: hotspot === null ? { reason: 'vm-not-ready', detail: '' } : null,
      native: this.#native,
      reread: this.#reread ? this.#reader : null,
      alive: () => this.#reader.alive(),
    });
    const thread = hotspot?.threads.address(sample.tid) ?? null;
    const name = hotspot === null || thread === null ? null : hotspot.threadNames.of(thread, sample.tid, sample.comm);
    return { walked, name: name ?? sample.comm };
  }
}

/** null where attaching would say that the VM is still starting. */
function freshProcess(attached: HotspotProcess, reader: TargetReader): HotspotProcess | null {
  const { layout } = attached;
  const memory = new MemoryView(reader);
  try {
    const cache = new CodeCache(memory, layout);
    if (!cache.refresh()) return null;
    const code = new CodeIndex(memory, layout, cache, attached.code.architecture);
    return {
      ...attached,
      memory,
      code,
      methods: new Methods(memory, layout),
      threads: new JavaThreads(memory, layout, (tid) => tid),
      threadNames: new ThreadNames(memory, layout, attached.flags.heap),
    };
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

function outcomeOf(stack: ResolvedStack | undefined): string {
  return stack?.outcome.kind === 'unfinished' ? stack.outcome.reason : (stack?.outcome.kind ?? 'none');
}

export const WALK: FuzzTarget = {
  name: 'walk',
  does: 'memory, registers, stack bytes and answers of recorded JVMs, between two batches too',
  weight: 200,
  limits: { steps: 60_000_000, blockBytes: 1 << 20, allocatedBytes: 512 << 20 },
  open: () => new WalkSubject(),
};
