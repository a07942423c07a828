// A frame → its name as formats show it that have no place of their own for lines and kernel code: `pkg/Cls.method:~12`, `sys_read_[k]`.

import type { Frame } from '../model/frame.ts';

/** Behind functions of the kernel, as FlameGraph's scripts write it. */
const KERNEL_SUFFIX = '_[k]';

/** `:12`, `:~12` where the line is the nearest the VM recorded; '' when lines are not asked for or not known. */
function lineSuffix({ line, lineApproximate }: Frame, lines: boolean): string {
  return !lines || line === 0 ? '' : `:${lineApproximate ? '~' : ''}${String(line)}`;
}

/** Without a mark of its kind. */
export function plainName(frame: Frame, lines: boolean, escape: (name: string) => string): string {
  return `${escape(frame.name)}${lineSuffix(frame, lines)}`;
}

/** With the mark of kernel code. */
export function frameName(frame: Frame, lines: boolean, escape: (name: string) => string): string {
  return `${plainName(frame, lines, escape)}${frame.kind === 'kernel' ? KERNEL_SUFFIX : ''}`;
}
