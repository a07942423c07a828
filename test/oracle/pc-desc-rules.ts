// The two rules that choose debug information for a pc of compiled code. They agree at return addresses (an exact match exists) and
// differ at most leaves. Sources: code/compiledMethod.cpp find_pc_desc_internal; sun/jvm/hotspot/code/NMethod.java.

import type { PcDescFacts } from './debugger-facts.ts';

/** HotSpot's rule (nmethod::find_pc_desc, approximate): the first descriptor at or after the pc that has scopes. */
export function hotspotPcDesc(descs: readonly PcDescFacts[], pcOffset: number): PcDescFacts | null {
  return descs.find((desc) => desc.pcOffset >= pcOffset && desc.scopes.length > 0) ?? null;
}

/** The debugger's rule (NMethod.getPCDescNearDbg): the nearest at or before the pc, else the first of all. */
export function debuggerPcDesc(descs: readonly PcDescFacts[], pcOffset: number): PcDescFacts | null {
  const usable = descs.filter((desc) => desc.scopes.length > 0);
  return usable.filter((desc) => desc.pcOffset <= pcOffset).at(-1) ?? usable[0] ?? null;
}
