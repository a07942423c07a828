// What the unwinders may ask of a process under observation. The one implementation that touches /proc lives in src/target/;
// a recorder and a replayer wrap the same interface, which is why every method is a question with a plain answer.

import type { ArchitectureName } from './architecture.ts';
import type { UnwindRule } from './unwind-rule.ts';
import type { Address, ElfAddress, KernelAddress, Pid, Tid } from './units.ts';

/** One line of /proc/PID/maps. */
export interface Mapping {
  readonly start: Address;
  readonly end: Address;
  /** Four letters as the kernel prints them, e.g. `r-xp`. */
  readonly permissions: string;
  readonly fileOffsetBytes: number;
  /** As /proc/PID/maps shows it, octal escapes decoded, ` (deleted)` removed: a path inside the target's root, `[vdso]`, or ''. */
  readonly path: string;
  readonly deleted: boolean;
  /** `major:minor:inode`: tells two files of one path apart. */
  readonly fileId: string;
}

/** A function that covers an address. */
export interface NativeSymbol {
  /** Demangled; '' when no symbol says it, but call frame information says where the function lies. Hostile text. */
  readonly name: string;
  readonly start: ElfAddress;
  readonly sizeBytes: number;
}

/** An ELF file mapped by a target. Addresses are the file's own; `bias` = where it is mapped minus where its headers say. */
export interface MappedLibrary {
  /** Stable while the process lives: path plus fileId. */
  readonly key: string;
  readonly path: string;
  readonly buildId: string;
  readonly bias: number;
}

/**
 * Questions about one process. None throws for a target that is gone or hostile: null is "cannot be known (any more)". Each
 * answer is bounded (see limits in src/target).
 */
export interface TargetReader {
  readonly pid: Pid;
  /** What its code is for. */
  readonly architecture: ArchitectureName;
  /** Fills `into` from memory at `address`; false when any byte of it is not there. Never changes the target's memory. */
  read(address: number, into: Uint8Array): boolean;
  /** Mappings in ascending order, read afresh; null when the process is gone. */
  maps(): readonly Mapping[] | null;
  /** The ELF file behind a mapping, reached through the target's own root (map_files); null when it is none or cannot be read. */
  library(mapping: Mapping): MappedLibrary | null;
  /** The function that covers an address of a library: by its symbols, else (without a name) by its call frame information. */
  symbolAt(library: MappedLibrary, address: ElfAddress): NativeSymbol | null;
  /** The function that covers an address of code the process has generated, from its perf map; addresses are its own. */
  generatedCodeAt?(address: Address): NativeSymbol | null;
  /** How to find the caller at an address of a library, from its .eh_frame or .debug_frame; null: they do not say. */
  unwindRule(library: MappedLibrary, address: ElfAddress): UnwindRule | null;
  /** Value of a defined symbol by its mangled name; for thread-locals (STT_TLS) the offset in the TLS block. */
  symbolNamed(library: MappedLibrary, name: string): ElfAddress | null;
  /** File address of the slot of a R_X86_64_DTPMOD64 relocation of its own: holds the TLS module id at run time. */
  tlsModuleSlot(library: MappedLibrary): ElfAddress | null;
  /**
   * aarch64: file address of the TLS descriptor (two words: resolver, argument) of the thread-local at `offset` in the library's TLS
   * block; null: none, or another architecture.
   */
  tlsDescriptorSlot(library: MappedLibrary, offset: ElfAddress): ElfAddress | null;
  /** /proc/PID/task/TID/comm; null when the thread is gone. */
  threadComm(tid: Tid): string | null;
  /** What the target itself calls its thread, in its own pid namespace; null when the thread is gone. Without it: the same. */
  threadIdInside?(tid: Tid): number | null;
  /** False once the process has ended (or its pid now belongs to another process). */
  alive(): boolean;
}

/** The kernel's symbols. */
export interface KernelSymbols {
  /** `name` and module (`[kernel]` or `[module]`), null when kallsyms hides addresses or the address is in none. */
  symbolAt(address: KernelAddress): { readonly name: string; readonly library: string } | null;
}
