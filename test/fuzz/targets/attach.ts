// A JVM met for the first time, with hostile tables: gHotSpotVMStructs and its kin, the layout they tell, codelets, stubs, flags, and
// then one sample. Slower than walk.ts, as the tables of a VM are some thousand strings.

import { createProcessUnwinder } from '../../../src/unwind/process-unwinder.ts';
import { checkResolved } from '../oracles/check-resolved.ts';
import { checkWalk } from '../oracles/check-walk.ts';
import { OverlayMemory } from '../overlay-memory.ts';
import { mutationCount, type Random } from '../random.ts';
import { RECORDINGS, RecordedWorlds, worldReader } from '../recorded-world.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';
import { hostileReader, hostileSample, kernelOf, mutateMemory } from '../world-mutations.ts';
import { makeMemoryMutation, makeWorldMutations, type Places, placesOf } from '../world-places.ts';

const MAX_READS = 2_000_000;
const MAX_MUTATIONS = 6;

class AttachSubject implements Subject {
  readonly #worlds = new RecordedWorlds();
  readonly #places = new Map<string, Places>();

  make(random: Random): FuzzCase {
    const base = `${random.pick(RECORDINGS) ?? ''}#0`;
    const places = this.#placesOf(base);
    if (places === null) return { base, mutations: [] };
    const count = mutationCount(random, MAX_MUTATIONS);
    const tables = Array.from({ length: count }, () => makeMemoryMutation(random, places));
    return { base, mutations: random.oneIn(3) ? [...tables, ...makeWorldMutations(random, places)] : tables };
  }

  run({ base, mutations }: FuzzCase): string {
    const world = this.#worlds.world(base);
    if (world === null) return 'no such base';
    const memory = new OverlayMemory(world.memory);
    mutateMemory(memory, mutations);
    const reader = hostileReader(
      worldReader(world, (address, into) => memory.read(address, into)),
      mutations,
    );
    const unwinder = createProcessUnwinder(reader, kernelOf(world, mutations), { reread: true });
    unwinder.locator();
    unwinder.beginBatch(1000);
    const sample = hostileSample(world.sample, mutations);
    const walked = unwinder.resolve(sample);
    const name = unwinder.javaThreadName(sample.tid, sample.comm) ?? sample.comm;
    check(memory.reads <= MAX_READS, () => `reads: ${String(memory.reads)}`);
    checkWalk(walked);
    checkResolved(sample, [{ walked, name }], mutations);
    return unwinder.state.kind;
  }

  /** Where attaching and the first walk looked. */
  #placesOf(base: string): Places | null {
    const known = this.#places.get(base);
    const world = this.#worlds.world(base);
    if (known !== undefined || world === null) return known ?? null;
    const reads: { address: number; sizeBytes: number }[] = [];
    const memory = new OverlayMemory(world.memory);
    const reader = worldReader(world, (address, into) => {
      reads.push({ address, sizeBytes: into.length });
      return memory.read(address, into);
    });
    const unwinder = createProcessUnwinder(reader, kernelOf(world, []), { reread: true });
    unwinder.beginBatch(1000);
    const { traces } = unwinder.resolve(world.sample);
    const places = placesOf(world.sample, reads, traces, memory);
    this.#places.set(base, places);
    return places;
  }
}

export const ATTACH: FuzzTarget = {
  name: 'attach',
  does: "a VM's own tables and all that is read of it once",
  weight: 2,
  limits: { steps: 200_000_000, blockBytes: 2 << 20, allocatedBytes: 1 << 30 },
  open: () => new AttachSubject(),
};
