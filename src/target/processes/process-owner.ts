// Who a process belongs to: user name (as this host's /etc/passwd has it, like ps) and a hint at its container, from
// /proc/PID/status and /proc/PID/cgroup. Names from directories such as LDAP are left out: asking them may block.

import { readFileSync, statSync } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { readProc, readProcLink } from './read-proc.ts';

const MAX_STATUS_BYTES = 4096;
/** One line per hierarchy (14 with cgroup v1), each a path. */
const MAX_CGROUP_BYTES = 64 * 1024;
/** Ours, not the target's; still no reason to read a huge one. */
const MAX_PASSWD_BYTES = 4 * 1024 * 1024;
/** Container ids are shown as short as docker ps shows them. */
const SHORT_ID_LENGTH = 12;

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

/** `docker 1f2e3d4c5b6a`, `kubernetes …`, `podman …`, `lxc NAME`, `container` (another pid namespace), or ''. */
export function containerOf(pid: Pid): string {
  const hint = containerInCgroup(readProc(`/proc/${pid}/cgroup`, MAX_CGROUP_BYTES)?.toString('utf8') ?? '');
  if (hint !== '') return hint;
  const theirs = readProcLink(`/proc/${pid}/ns/pid`);
  return theirs !== null && theirs !== readProcLink('/proc/self/ns/pid') ? 'container' : '';
}

/** The same from the text of /proc/PID/cgroup. */
export function containerInCgroup(text: string): string {
  const id = /\b([0-9a-f]{64})\b/.exec(text)?.[1]?.slice(0, SHORT_ID_LENGTH);
  if (id !== undefined) {
    if (/kubepods/.test(text)) return `kubernetes ${id}`;
    if (/libpod/.test(text)) return `podman ${id}`;
    if (/docker/.test(text)) return `docker ${id}`;
    return `container ${id}`;
  }
  const lxc = /\/lxc(?:\.payload)?[./]([\w.-]{1,64})/.exec(text)?.[1];
  return lxc === undefined ? '' : `lxc ${lxc}`;
}
