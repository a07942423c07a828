// Where the templates lie: the package's `templates/` folder, two levels above this file both in src/ and in dist/.

import { readFileSync } from 'node:fs';
import type { EventShape } from '../model/event-shape.ts';

const TEMPLATES = new URL('../../templates/', import.meta.url);

export type TemplateName =
  | 'stack-bytes.bt'
  | 'stack-sample.bt'
  | 'jstack-walk.bt'
  | 'jstack-send.bt'
  | 'jstack-frames.bt'
  | 'jstack-words.bt'
  | 'jstack-word.bt'
  | 'jstack-feed.bt'
  | 'jstack-ready.bt'
  | 'follow-children.bt'
  | 'libjvm-loads.bt'
  | 'event-name.bt'
  | 'direct-map.bt'
  | 'page-tables.bt'
  | 'page-cache.bt'
  | 'page-reads.bt'
  | 'doctor-uprobe.bt'
  | 'efault.bt'
  | 'efault-probe.bt'
  | 'efault-read.bt'
  | 'efault-again.bt'
  | 'efault-walk.bt'
  | 'efault-address.bt'
  | 'efault-who.bt'
  | NonNullable<EventShape['part']>;

/** The text of a template. It is part of the package: if it is missing, the package is broken. */
export function readTemplate(name: TemplateName): string {
  return readFileSync(new URL(name, TEMPLATES), 'utf8');
}
