// A value of a program → text as bpftrace writes it: numbers plain, tuples in brackets. As it came: who shows it escapes it.

import type { ScriptValue } from '../../model/script.ts';

/** In one line, but for stacks: a line for each frame. Of a histogram its number of values. */
export function valueText(value: ScriptValue): string {
  switch (value.kind) {
    case 'number':
      return String(value.value);
    case 'text':
      return value.text;
    case 'stack':
      return value.frames.map((frame) => `\n    ${frame}`).join('');
    case 'tuple':
      return `(${value.values.map((member) => valueText(member)).join(', ')})`;
    case 'stats':
      return `count ${value.count}, average ${value.average}, total ${value.total}`;
    case 'histogram':
      return `${value.buckets.reduce((sum, { count }) => sum + count, 0n)} values`;
    default:
      return value satisfies never;
  }
}
