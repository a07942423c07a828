// A pid → the answers about that process (model/target.ts), from /proc and the ELF files it maps. Reads only: nothing of the
// target is written, stopped or attached to. After the process has ended, or runs another program (execve), every answer is
// null or false, also when its number is in use again: open it again then.
// Known limit: memory that the target maps from a file system of its own (FUSE) is read at the pace of that file system.

import type { TargetReader } from '../model/target.ts';
import { asElfAddress, type Pid } from '../model/units.ts';
import { hostArchitecture } from './host-architecture.ts';
import { LibraryBuilds } from './library-builds.ts';
import { MappedLibraries } from './mapped-libraries.ts';
import { TargetPerfMap } from './perf-map/target-perf-map.ts';
import { ProcessHandle } from './process-handle.ts';

/** A reader that holds descriptors: to be closed. */
export type OpenTarget = TargetReader & {
  /** Gives the descriptors back; every answer is null or false from then on. */
  close(): void;
};

const builtOnce = new LibraryBuilds();

/**
 * Opens a process for reading. One that is gone gives a reader that answers nothing. OperatorError when its memory is forbidden.
 * `builds` is what is known per library build, by default shared by all targets of this jtrace.
 */
export function openTarget(pid: Pid, builds: LibraryBuilds = builtOnce): OpenTarget {
  const handle = new ProcessHandle(pid);
  const libraries = new MappedLibraries(handle, builds);
  const perfMap = new TargetPerfMap(pid, () => handle.alive());
  return {
    pid,
    architecture: hostArchitecture(),
    read: (address, into) => handle.read(address, into),
    maps: () => handle.maps(),
    library: (mapping) => libraries.library(mapping),
    symbolAt(library, address) {
      const found = libraries.build(library.key)?.functionAt(address);
      return found ? { name: found.name, start: asElfAddress(found.start), sizeBytes: found.sizeBytes } : null;
    },
    generatedCodeAt(address) {
      const found = perfMap.functionAt(address);
      return found === null ? null : { ...found, start: asElfAddress(found.start) };
    },
    unwindRule: (library, address) => libraries.build(library.key)?.unwindRuleAt(address) ?? null,
    symbolNamed(library, name) {
      const value = libraries.build(library.key)?.valueOf(name) ?? null;
      return value === null ? null : asElfAddress(value);
    },
    tlsModuleSlot(library) {
      const slot = libraries.build(library.key)?.tlsModuleSlot ?? null;
      return slot === null ? null : asElfAddress(slot);
    },
    tlsDescriptorSlot(library, offset) {
      const slot = libraries.build(library.key)?.tlsDescriptorSlot(offset) ?? null;
      return slot === null ? null : asElfAddress(slot);
    },
    threadComm: (tid) => handle.threadComm(tid),
    threadIdInside: (tid) => handle.threadIdInside(tid),
    alive: () => handle.alive(),
    close: () => {
      perfMap.close();
      handle.close();
    },
  };
}
