// Probes whose reads of user memory fail most often in practice: names of files and programs at the entry of their system calls.

import type { EfaultProbe, EfaultRead } from './efault-request.ts';

/** The name that a call is given. */
function named(call: string): EfaultProbe {
  return { probe: `tracepoint:syscalls:sys_enter_${call}`, reads: [field('filename', null)] };
}

/** Name, place of the first argument, and that argument. */
function executing(): EfaultProbe {
  return {
    probe: 'tracepoint:syscalls:sys_enter_execve',
    reads: [
      field('filename', 'file-name'),
      { name: 'argv', what: 'pointer', address: { kind: 'field', name: 'argv' }, afterExec: null },
      { name: 'argv[0]', what: 'text', address: { kind: 'pointer-before' }, afterExec: 'first-argument' },
    ],
  };
}

function field(name: string, afterExec: EfaultRead['afterExec']): EfaultRead {
  return { name, what: 'text', address: { kind: 'field', name }, afterExec };
}

export const DEFAULT_PROBES: readonly EfaultProbe[] = [
  named('openat'),
  named('openat2'),
  named('newfstatat'),
  executing(),
  { probe: 'tracepoint:syscalls:sys_enter_execveat', reads: [field('filename', 'file-name')] },
];
