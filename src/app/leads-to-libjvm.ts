// Whether the VM is in the file that a probe names: its functions may not be given return probes.

import { realpathSync, statSync } from 'node:fs';
import { holdsHotspot } from '../target/holds-hotspot.ts';

/** Files that were looked into: a program may name one a thousand times. */
const looked = new Map<string, boolean>();

/** Whether a path is a libjvm's, links followed, or that of another file with the VM in it. A name alone is looked for as bpftrace does. */
export function leadsToLibjvm(path: string): boolean {
  const known = looked.get(path);
  if (known !== undefined) return known;
  const folders = path.includes('/') ? [''] : (process.env['PATH'] ?? '').split(':').map((folder) => `${folder}/`);
  const found = folders.some((folder) => isOfVm(`${folder}${path}`));
  looked.set(path, found);
  return found;
}

function isOfVm(path: string): boolean {
  try {
    const file = realpathSync(path);
    return /\/libjvm\.so[^/]*$/u.test(file) || (statSync(file).isFile() && holdsHotspot(file));
  } catch {
    return false;
  }
}
