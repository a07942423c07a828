// What an event says of itself → frames above (leafward of) its stack: the class that was waited for, the operation and its cause, the method that was
// compiled. Also which operations of the VM are collections: those that stop the program say so, of the concurrent collectors' pauses the name tells.

import type { Frame } from '../model/frame.ts';
import type { SampleLabels } from '../model/sample-labels.ts';

/** VM operations of G1, ZGC (X: the older one beside the generational), Shenandoah, CMS and of all (vmOperations.hpp). */
const COLLECTIONS = /^(?:G1|ZMark|ZRelocate|ZVerify|Z[A-Z]|X[A-Z]|Shenandoah|CMS|CGC_|Gen|Serial|Parallel|Collect|PS)/u;
/** What `sun.gc.cause` holds while nothing is collected. */
const NO_CAUSE = 'No GC';

/** Whether a sample is of the event that was asked for: gc and safepoint are sampled by one program. */
export function isOfEvent(event: string | null, labels: SampleLabels | undefined): boolean {
  if (event !== 'gc') return true;
  if (labels === undefined || labels['time-to-safepoint'] !== undefined) return false;
  return labels.collection !== undefined || COLLECTIONS.test(labels.operation ?? '');
}

/** Leaf first; empty: there is nothing to say. */
export function labelFrames(event: string | null, labels: SampleLabels | undefined): readonly Frame[] {
  if (labels === undefined) return [];
  const names: string[] = [];
  if (labels.class !== undefined) names.push(`[class ${labels.class}]`);
  if (labels['time-to-safepoint'] !== undefined) names.push('[time to safepoint]');
  if (labels.operation !== undefined) names.push(`[operation ${labels.operation}]`);
  const cause = event === 'gc' ? causeOf(labels) : null;
  if (cause !== null) names.push(`[cause ${cause}]`);
  if (labels['compiled-method'] !== undefined)
    names.push(`[method ${labels['compiled-class'] ?? '?'}.${labels['compiled-method']}]`);
  if (labels.tier !== undefined) names.push(`[tier ${labels.tier}]`);
  else if (labels.compiler !== undefined) names.push(`[compiler ${labels.compiler}]`);
  return names.map(frameNamed);
}

/** Once its operation has ended, a collection is the last one; one that goes on beside the program is the one that runs. */
function causeOf(labels: SampleLabels): string | null {
  const { cause } = labels;
  return (cause === undefined || cause === '' || cause === NO_CAUSE ? labels['last-cause'] : cause) ?? null;
}

function frameNamed(name: string): Frame {
  return { kind: 'vm', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null };
}
