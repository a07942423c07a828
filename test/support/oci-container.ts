// A container as Docker and Kubernetes make them: runc, the runtime of both, with a root of another Debian release (its own libc, its own
// JDK) and namespaces of its own: pid, mount, user, network, cgroup, ipc, host name. No engine, no image, no network.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadyProcess, startReady } from '../real/processes/ready-process.ts';
import { asPid, type Pid } from '../../src/model/units.ts';

/** Users of the container are these of the host: its root is nobody here. */
const FIRST_HOST_USER = 100_000;
const USERS = 65_536;
const NAMESPACES = ['pid', 'mount', 'user', 'network', 'uts', 'ipc', 'cgroup'] as const;

export interface ContainerOptions {
  /** The folder that becomes its root, read-only. */
  readonly root: string;
  /** Read-only inside: host folder by place in the container. */
  readonly folders: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** As an engine would place it, e.g. `/docker/ID`. */
  readonly cgroup: string;
}

export interface OciContainer {
  /** Its first process, as the host counts. */
  readonly pid: Pid;
  stop(): Promise<void>;
}

/** Resolves when the program inside has said READY. */
export async function startContainer(options: ContainerOptions): Promise<OciContainer> {
  const bundle = mkdtempSync(join(tmpdir(), 'jtrace-container-'));
  // The container's root user must reach its root folder.
  chmodSync(bundle, 0o755);
  mkdirSync(join(bundle, 'rootfs'));
  const name = bundle.slice(bundle.lastIndexOf('/') + 1);
  must('mount', '--bind', options.root, join(bundle, 'rootfs'));
  let process: ReadyProcess | null = null;
  const clean = async (): Promise<void> => {
    await process?.stop();
    spawnSync('runc', ['delete', '--force', name]);
    must('umount', join(bundle, 'rootfs'));
    rmSync(bundle, { recursive: true });
  };
  try {
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(options)));
    process = await startReady('runc', ['run', '--bundle', bundle, name]);
    const { stdout } = spawnSync('runc', ['state', name], { encoding: 'utf8' });
    const { pid } = JSON.parse(stdout) as { pid: number };
    return { pid: asPid(pid), stop: clean };
  } catch (error) {
    await clean();
    throw error;
  }
}

function specification({ folders, args, cgroup }: ContainerOptions): unknown {
  const mapping = [{ containerID: 0, hostID: FIRST_HOST_USER, size: USERS }];
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 1000, gid: 1000 },
      cwd: '/',
      noNewPrivileges: true,
      args,
      env: ['PATH=/usr/bin:/bin'],
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'box',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=1777'] },
      ...Object.entries(folders).map(([destination, source]) => ({
        destination,
        type: 'bind',
        source,
        options: ['rbind', 'ro'],
      })),
    ],
    linux: {
      cgroupsPath: cgroup,
      uidMappings: mapping,
      gidMappings: mapping,
      namespaces: NAMESPACES.map((type) => ({ type })),
    },
  };
}

function must(file: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
}
