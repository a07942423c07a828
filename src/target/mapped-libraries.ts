// Mappings of one process → libraries, and what is asked of them. Known per library build: shared (library-builds.ts). Known per
// process: which build a mapping's file is. Two mappings have no file: `[vdso]`, whose image is read from the target's memory and
// believed for that process only, and `[vsyscall]`, which has no image that could be read.

import { closeSync } from 'node:fs';
import type { MappedLibrary, Mapping } from '../model/target.ts';
import { debugFilesOf, rootIdentity } from './debug-files.ts';
import { bufferSource } from './elf/byte-source.ts';
import { readLibraryBuild, type LibraryBuild } from './elf/library-build.ts';
import { MAX_VDSO_BYTES } from './elf/limits.ts';
import { mappingBias } from './elf/mapping-bias.ts';
import type { LibraryBuilds } from './library-builds.ts';
import { openMappedFile } from './open-mapped-file.ts';
import type { ProcessHandle } from './process-handle.ts';

/** Files of one process: a JVM maps about 60, jars included. After that the memory of it begins anew. */
const MAX_LIBRARIES = 4096;
/** Symbols read for one process: five times what a JVM with a machine learning library needs. Later files stay unknown. */
const MAX_LOADED_BYTES = 1024 * 1024 * 1024;
/** Loads of one file after the shared cache dropped it: more is a target that makes us read for ever. */
const MAX_LOADS = 64;

/** The page of the vsyscall emulation, as one symbol. Which of its three calls it is, a float of that size cannot tell. */
const VSYSCALL: LibraryBuild = {
  buildId: '',
  segments: [],
  tlsModuleSlot: null,
  tlsDescriptorSlot: () => null,
  functionCount: 1,
  sizeBytes: 0,
  functionAt: (address) => (address >= 0 && address < 4096 ? { name: '[vsyscall]', start: 0, sizeBytes: 4096 } : null),
  valueOf: () => null,
  unwindRuleAt: () => null,
};

type Known =
  | { readonly kind: 'own'; readonly build: LibraryBuild }
  | { readonly kind: 'shared'; readonly mapping: Mapping; identity: string; loads: number }
  | { readonly kind: 'no-elf' };

/** The libraries of one process. */
export class MappedLibraries {
  readonly #process: ProcessHandle;
  readonly #builds: LibraryBuilds;
  readonly #root: string;
  readonly #known = new Map<string, Known>();
  #loadedBytes = 0;

  constructor(process: ProcessHandle, builds: LibraryBuilds) {
    this.#process = process;
    this.#builds = builds;
    this.#root = rootIdentity(process.pid);
  }

  /** The library a mapping belongs to; null when it is none, or cannot be read. */
  library(mapping: Mapping): MappedLibrary | null {
    const key = `${mapping.path}\0${mapping.fileId}`;
    const build = this.#known.has(key) ? this.build(key) : this.#meet(key, mapping);
    if (build === null) return null;
    const bias = build === VSYSCALL ? mapping.start : mappingBias(build.segments, mapping, () => this.#siblings(mapping));
    return bias === null ? null : { key, path: mapping.path, buildId: build.buildId, bias };
  }

  /** What is known of a library by its key; null when it cannot be known (any more). */
  build(key: string): LibraryBuild | null {
    const known = this.#known.get(key);
    if (known === undefined || known.kind === 'no-elf') return null;
    if (known.kind === 'own') return known.build;
    const build = this.#builds.known(known.identity);
    if (build !== undefined) return build;
    if (++known.loads > MAX_LOADS) return null;
    const loaded = this.#load(known.mapping);
    if (loaded !== null) known.identity = loaded.identity;
    return loaded?.build ?? null;
  }

  #siblings({ path, fileId }: Mapping): readonly Mapping[] {
    const maps = this.#process.maps();
    return maps === null ? [] : maps.filter((other) => other.path === path && other.fileId === fileId);
  }

  #meet(key: string, mapping: Mapping): LibraryBuild | null {
    if (this.#known.size >= MAX_LIBRARIES) this.#known.clear();
    if (mapping.path === '[vsyscall]') return this.#own(key, VSYSCALL);
    if (mapping.path === '[vdso]') {
      const image = new Uint8Array(Math.min(mapping.end - mapping.start, MAX_VDSO_BYTES));
      const build = this.#process.read(mapping.start, image) ? readLibraryBuild(bufferSource(image)) : null;
      return build === null ? null : this.#own(key, build);
    }
    const loaded = this.#load(mapping);
    if (loaded === null) return null; // unmapped meanwhile, perhaps: the next question tries again
    if (loaded.build === null) this.#known.set(key, { kind: 'no-elf' });
    else this.#known.set(key, { kind: 'shared', mapping, identity: loaded.identity, loads: 1 });
    return loaded.build;
  }

  #own(key: string, build: LibraryBuild): LibraryBuild {
    this.#known.set(key, { kind: 'own', build });
    return build;
  }

  #load(mapping: Mapping): { readonly identity: string; readonly build: LibraryBuild | null } | null {
    if (this.#loadedBytes > MAX_LOADED_BYTES) return null;
    const fd = openMappedFile(this.#process, mapping);
    if (fd === null) return null;
    try {
      const loaded = this.#builds.load(fd, this.#root, debugFilesOf(this.#process.pid, mapping.path));
      this.#loadedBytes += loaded.build?.sizeBytes ?? 0;
      return loaded;
    } finally {
      closeSync(fd);
    }
  }
}
