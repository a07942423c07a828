// Library builds shared by all processes that map them, within a memory budget. A build is recognized by the file itself (device,
// inode, size, both times), never by the build id a file claims: one container's library could claim to be another's libjvm.

import { fstatSync } from 'node:fs';
import { fileSource } from './elf/byte-source.ts';
import type { IndexCache } from './elf/library-index.ts';
import type { DebugFileFinder } from './elf/separate-symbols.ts';
import { readLibraryBuild, type LibraryBuild } from './elf/library-build.ts';

/** Symbols of about 50 JVM builds, or of some enormous libraries. */
const MAX_CACHED_BYTES = 512 * 1024 * 1024;
/** A host's JVMs map some dozens of different libraries. */
const MAX_CACHED_BUILDS = 1024;
/** Headers, memos and the like, which a build's own count leaves out. */
const BUILD_OVERHEAD_BYTES = 16 * 1024;

/** Loads builds from open files and keeps the ones used last. */
export class LibraryBuilds {
  readonly #builds = new Map<string, LibraryBuild | null>();
  readonly #cache: IndexCache | null;
  #bytes = 0;

  /** `cache`: where indexes are kept from run to run; null: nowhere. */
  constructor(cache: IndexCache | null = null) {
    this.#cache = cache;
  }

  /** A known build by its identity; undefined: not loaded (any more). null: known to be no ELF file. */
  known(identity: string): LibraryBuild | null | undefined {
    const build = this.#builds.get(identity);
    if (build === undefined) return undefined;
    this.#builds.delete(identity); // to the end of the order: used last
    this.#builds.set(identity, build);
    return build;
  }

  /** Reads the file at `fd`, or finds that it was read before. Debug files are looked for in a root: what is found in another is not its. */
  load(
    fd: number,
    root = '',
    find: DebugFileFinder | null = null,
  ): { readonly identity: string; readonly build: LibraryBuild | null } {
    const identity = `${fileIdentity(fd)}:${root}`;
    const known = this.known(identity);
    if (known !== undefined) return { identity, build: known };
    const build = readLibraryBuild(fileSource(fd), { cache: this.#cache, find });
    this.#builds.set(identity, build);
    this.#bytes += weigh(build);
    for (const [oldest, dropped] of this.#builds) {
      if (this.#builds.size <= 1 || (this.#bytes <= MAX_CACHED_BYTES && this.#builds.size <= MAX_CACHED_BUILDS)) break;
      this.#builds.delete(oldest);
      this.#bytes -= weigh(dropped);
    }
    return { identity, build };
  }
}

const weigh = (build: LibraryBuild | null): number => BUILD_OVERHEAD_BYTES + (build?.sizeBytes ?? 0);

function fileIdentity(fd: number): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
