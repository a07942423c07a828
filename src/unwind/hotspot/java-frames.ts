// From places in HotSpot's code to frames of the model: names, bytecode indices, lines, kinds.

import type { Frame, FrameKind } from '../../model/frame.ts';
import { ENTRY_BYTES } from '../limits.ts';
import type { KnownBlob } from './code-index.ts';
import type { HotspotProcess } from './hotspot-process.ts';
import type { MethodInfo, Methods } from './methods.ts';

/** Highest level of C1 (CompLevel_full_profile, hotspot/share/compiler/compilerDefinitions.hpp). */
const MAX_C1_LEVEL = 3;

export function stubFrame(name: string, blobName: string): Frame {
  // A blob's name is the target's, and may be empty.
  return {
    kind: 'stub',
    name: name === '' ? '[stub]' : name,
    signature: '',
    bci: -1,
    line: 0,
    library: blobName,
    lineApproximate: false,
    marker: null,
  };
}

function javaFrame(methods: Methods, kind: FrameKind, info: MethodInfo, bci: number, lineApproximate: boolean): Frame {
  const line = methods.lineAt(info, bci);
  return { kind, name: info.name, signature: info.signature, bci, line, library: '', lineApproximate, marker: null };
}

/** A frame whose method is not to be had (freed, or memory gone): a frame all the same. */
export function unresolvedFrame(detail: string): Frame {
  const name = `[unresolved: ${detail}]`;
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: 'unresolved' };
}

/**
 * `bcps`: candidates, the first that lies in the method's bytecode counts; none: bytecode 0. null: no such method, or another one by now: none of the
 * candidates lies in it (a class that is redefined gives its Methods' memory to its next version's).
 */
export function interpretedFrame(methods: Methods, method: number, bcps: readonly number[]): Frame | null {
  const info = methods.info(method);
  if (info === null) return null;
  const bci = info.isNative ? -1 : bciOf(info, bcps);
  if (bci === null) return null;
  let frame = info.frames.get(bci);
  if (frame === undefined) {
    frame = javaFrame(methods, info.isNative ? 'java-native' : 'interpreted', info, bci, false);
    info.frames.set(bci, frame);
    methods.hold(ENTRY_BYTES);
  }
  return frame;
}

/** null: no candidate is of this method. JDK 8 keeps the index itself in the slot during a full collection (frame::gc_prologue). */
function bciOf({ codeBase, codeSizeBytes }: MethodInfo, bcps: readonly number[]): number | null {
  if (bcps.length === 0) return 0;
  const bcp = bcps.find((candidate) => candidate >= codeBase && candidate < codeBase + codeSizeBytes);
  return bcp === undefined ? (bcps.find((candidate) => candidate < codeSizeBytes) ?? null) : bcp - codeBase;
}

/**
 * The logical frames of one physical frame of compiled code, innermost first. A frame that is not whole (prologue, epilogue) has
 * no inlined ones: only its own method.
 */
export function compiledFrames(
  process: HotspotProcess,
  known: KnownBlob,
  pc: number,
  isLeaf: boolean,
  isWhole: boolean,
): readonly Frame[] {
  const key = 4 * (pc - known.blob.codeBegin) + (isLeaf ? 2 : 0) + (isWhole ? 1 : 0);
  const remembered = known.frames.get(key);
  if (remembered !== undefined) return remembered;
  const frames = makeCompiledFrames(process, known, pc, isLeaf, isWhole);
  // What could not be resolved now may be the next time.
  if (frames.every(({ marker }) => marker === null)) {
    known.frames.set(key, frames);
    process.code.hold(ENTRY_BYTES * (1 + frames.length));
  }
  return frames;
}

function makeCompiledFrames(
  process: HotspotProcess,
  known: KnownBlob,
  pc: number,
  isLeaf: boolean,
  isWhole: boolean,
): readonly Frame[] {
  const { nmethod } = known.blob;
  if (nmethod === null) return [];
  const own = process.methods.info(nmethod.method);
  if (nmethod.isNative)
    return [own === null ? unresolvedFrame('native method') : javaFrame(process.methods, 'java-native', own, -1, false)];
  const kind: FrameKind = nmethod.compLevel <= MAX_C1_LEVEL ? 'c1' : 'c2';
  const found = process.code.scopesAt(known, pc);
  // As HotSpot's compiledVFrame without a scope: bytecode 0.
  if (found.kind === 'none') return [own === null ? unresolvedFrame('method') : javaFrame(process.methods, kind, own, 0, true)];
  // A return address has a PcDesc of its own unless the call was a leaf call, which records nothing.
  const approximate = !found.exact && !(isLeaf && process.flags.debugNonSafepoints);
  if (!isWhole) {
    const bci = pc < known.blob.frameComplete ? 0 : Math.max(0, found.scopes.at(-1)?.bci ?? 0);
    return [own === null ? unresolvedFrame('method') : javaFrame(process.methods, kind, own, bci, approximate)];
  }
  const last = found.scopes.length - 1;
  return found.scopes.map((scope, level) => {
    const info = process.methods.info(scope.method);
    if (info === null) return unresolvedFrame('inlined method');
    // Method entry (-1, SynchronizationEntryBCI) is bytecode 0 to a reader: compiledVFrame::bci.
    return javaFrame(
      process.methods,
      level === last ? kind : 'inlined',
      info,
      Math.max(0, scope.bci),
      approximate && level === 0,
    );
  });
}
