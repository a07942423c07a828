// A CPU profile of V8's (node --cpu-prof) → where the time goes: self time by part of jtrace and by function. Pure.

import { isRecord } from '../support/is-record.ts';

export interface SelfTime {
  readonly name: string;
  readonly ms: number;
}

export interface CpuProfile {
  readonly totalMs: number;
  /** Most first. */
  readonly byModule: readonly SelfTime[];
  readonly byFunction: readonly SelfTime[];
}

/** Waiting is no work: node's own, and for more of bpftrace's lines (src/child/start-child.ts). */
const IDLE: ReadonlySet<string> = new Set(['(idle)', 'gatherMore']);

/** `from` and `to`: only what lies between, as process.hrtime counts, in milliseconds. */
export function readCpuProfile(json: unknown, fromMs = -Infinity, toMs = Infinity): CpuProfile {
  if (!isRecord(json) || !Array.isArray(json['nodes']) || !Array.isArray(json['samples']) || !Array.isArray(json['timeDeltas']))
    throw new Error('no CPU profile');
  const places = new Map<unknown, { readonly module: string; readonly name: string }>();
  for (const node of json['nodes'] as unknown[]) if (isRecord(node)) places.set(node['id'], placeOf(node['callFrame']));
  const [modules, functions] = [new Map<string, number>(), new Map<string, number>()];
  let [atMs, totalMs] = [Number(json['startTime']) / 1000, 0];
  (json['samples'] as unknown[]).forEach((id, i) => {
    const ms = Number((json['timeDeltas'] as unknown[])[i]) / 1000;
    atMs += ms;
    const place = places.get(id);
    if (place === undefined || IDLE.has(place.name) || atMs < fromMs || atMs > toMs) return;
    totalMs += ms;
    modules.set(place.module, (modules.get(place.module) ?? 0) + ms);
    const name = place.module === place.name ? place.name : `${place.module} ${place.name}`;
    functions.set(name, (functions.get(name) ?? 0) + ms);
  });
  return { totalMs, byModule: sorted(modules), byFunction: sorted(functions) };
}

function sorted(times: ReadonlyMap<string, number>): SelfTime[] {
  return [...times].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}

/** Natives without a file (system calls, garbage collection) are modules of their own. */
function placeOf(frame: unknown): { readonly module: string; readonly name: string } {
  const [url, given] = isRecord(frame) ? [String(frame['url']), String(frame['functionName'])] : ['', ''];
  const name = given === '' ? '(anonymous)' : given;
  if (url === '') return { module: name, name };
  const inDist = /\/dist\/(?!bench-)(.*)\.js$/.exec(url)?.[1];
  const inPackage = /\/node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const module = inDist ?? inPackage ?? (url.startsWith('node:') ? url : url.slice(url.lastIndexOf('/') + 1));
  return { module, name };
}
