// Who a process belongs to: user name, as this host's /etc/passwd has it (like ps), from /proc/PID/status. Names from directories such
// as LDAP are left out: asking them may block.

import { readFileSync, statSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { readProc } from './read-proc.ts';

const MAX_STATUS_BYTES = 4096;
/** Ours, not the target's; still no reason to read a huge one. */
const MAX_PASSWD_BYTES = 4 * 1024 * 1024;

/** Looks up names once per listing. */
export function userNames(): (uid: number) => string {
  const names = new Map<number, string>();
  try {
    if (statSync('/etc/passwd').size <= MAX_PASSWD_BYTES) {
      for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
        const [name = '', , uid = ''] = line.split(':');
        if (/^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
      }
    }
  } catch {
    // A system without the file: numbers are good enough.
  }
  return (uid) => names.get(uid) ?? String(uid);
}

/** Effective user id; null when the process is gone. */
export function userIdOf(pid: Pid): number | null {
  const status = readProc(`/proc/${pid}/status`, MAX_STATUS_BYTES)?.toString('latin1') ?? '';
  const uid = /^Uid:\s*\d+\s+(\d+)/m.exec(status)?.[1];
  return uid === undefined ? null : Number(uid);
}
