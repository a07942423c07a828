// A process → the user and groups it reads files as, and what a file's mode lets them do: root opens a target's paths for it, and must
// not show what the target itself could not have read. Leaves out access lists and capabilities: the mode alone decides.
// Sources: proc_pid_status(5), credentials(7); may_follow_link() and acl_permission_check() of fs/namei.c.

import type { Stats } from 'node:fs';
import type { Pid } from '../../model/units.ts';
import { MAX_STATUS_BYTES } from './namespace-ids.ts';
import { readProc } from './read-proc.ts';

const STICKY = 0o1000;
const OTHERS_WRITE = 0o002;
const READ = 0o4;
const SEARCH = 0o1;
const ROOT = 0;

export interface Credentials {
  readonly uid: number;
  readonly gids: ReadonlySet<number>;
}

type Mode = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** null: it is gone. */
export function credentialsOf(pid: Pid): Credentials | null {
  const text = readProc(`/proc/${pid}/status`, MAX_STATUS_BYTES)?.toString('latin1');
  return text === undefined ? null : parseCredentials(text);
}

/** Of the text of a status file: the fourth number of a line is the one for files. */
export function parseCredentials(status: string): Credentials | null {
  const uid = /^Uid:(?:\s+\d+){3}\s+(\d+)$/m.exec(status)?.[1];
  const gid = /^Gid:(?:\s+\d+){3}\s+(\d+)$/m.exec(status)?.[1];
  if (uid === undefined || gid === undefined) return null;
  const groups = /^Groups:([\t \d]*)\n/m.exec(status)?.[1] ?? '';
  return { uid: Number(uid), gids: new Set([gid, ...groups.trim().split(/\s+/)].filter((text) => text !== '').map(Number)) };
}

/** Whether a file's bytes are for this user. */
export function mayRead(file: Mode, reader: Credentials): boolean {
  return may(READ, file, reader);
}

/** Whether paths may lead through a folder. */
export function maySearch(folder: Mode, reader: Credentials): boolean {
  return may(SEARCH, folder, reader);
}

/** As the kernel protects links: in a folder like /tmp, where anybody may put one, only those of root, its owner and the reader. */
export function mayFollow(link: Mode, folder: Mode, reader: Credentials): boolean {
  const isOpenToAll = (folder.mode & STICKY) !== 0 && (folder.mode & OTHERS_WRITE) !== 0;
  return !isOpenToAll || link.uid === ROOT || link.uid === folder.uid || link.uid === reader.uid;
}

function may(right: number, { uid, gid, mode }: Mode, reader: Credentials): boolean {
  if (reader.uid === ROOT) return true;
  if (reader.uid === uid) return (mode & (right << 6)) !== 0;
  return (mode & (reader.gids.has(gid) ? right << 3 : right)) !== 0;
}
