// Containers as Docker and Kubernetes make them: runc, the runtime of both, without engine, image or network. One that lives while a test
// looks at it, and one that runs a program to its end.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadyProcess, startReady } from '../real/processes/ready-process.ts';
import { asPid, type Pid } from '../../src/model/units.ts';

/** Of a user namespace: its root is nobody here. */
const FIRST_HOST_USER = 100_000;
const USERS = 65_536;
const MOST_SECONDS = 120;

export type Namespace = 'pid' | 'mount' | 'user' | 'network' | 'uts' | 'ipc' | 'cgroup';

export interface ContainerOptions {
  /** The folder that becomes its root, read-only. */
  readonly root: string;
  /** Host folder by place in the container, read-only. */
  readonly folders: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** As an engine would place it, e.g. `/docker/ID`. */
  readonly cgroup: string;
  /** What it does not share with the host. */
  readonly namespaces: readonly Namespace[];
  readonly userId: number;
  /** All it may do, e.g. `BPF`; for others than root they are ambient. */
  readonly capabilities: readonly string[];
}

export interface OciContainer {
  /** Its first process, as the host counts. */
  readonly pid: Pid;
  stop(): Promise<void>;
}

/** Resolves when the program inside has said READY. */
export async function startContainer(options: ContainerOptions): Promise<OciContainer> {
  const bundle = makeBundle(options);
  let process: ReadyProcess | null = null;
  const stop = async (): Promise<void> => {
    await process?.stop();
    bundle.remove();
  };
  try {
    process = await startReady('runc', ['run', '--bundle', bundle.folder, bundle.name]);
    const { stdout } = spawnSync('runc', ['state', bundle.name], { encoding: 'utf8' });
    const { pid } = JSON.parse(stdout) as { pid: number };
    return { pid: asPid(pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs its program to the end. */
export function runInContainer(options: ContainerOptions): { readonly status: number | null; readonly output: string } {
  const bundle = makeBundle(options);
  try {
    const { status, stdout, stderr } = spawnSync('runc', ['run', '--bundle', bundle.folder, bundle.name], {
      encoding: 'utf8',
      input: '',
      timeout: MOST_SECONDS * 1000,
    });
    return { status, output: stdout + stderr };
  } finally {
    bundle.remove();
  }
}

interface Bundle {
  readonly folder: string;
  readonly name: string;
  remove(): void;
}

function makeBundle(options: ContainerOptions): Bundle {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-container-'));
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  // The container's root user must reach its root folder.
  chmodSync(folder, 0o755);
  const root = join(folder, 'rootfs');
  mkdirSync(root);
  // Not recursive: unmounting it cannot reach anything of the host.
  must('mount', '--bind', options.root, root);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(specification(options)));
  return {
    folder,
    name,
    remove: () => {
      spawnSync('runc', ['delete', '--force', name]);
      must('umount', root);
      rmSync(folder, { recursive: true });
    },
  };
}

/** config.json of the OCI runtime specification. */
function specification({ folders, args, cgroup, namespaces, userId, capabilities }: ContainerOptions): unknown {
  const names = capabilities.map((capability) => `CAP_${capability}`);
  const kinds = ['bounding', 'effective', 'permitted', ...(userId === 0 ? [] : ['inheritable', 'ambient'])];
  const mapping = [{ containerID: 0, hostID: FIRST_HOST_USER, size: USERS }];
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: userId, gid: userId },
      cwd: '/',
      noNewPrivileges: true,
      args,
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      capabilities: Object.fromEntries(kinds.map((kind) => [kind, names])),
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'box',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      // Of the container's own network, or the kernel refuses it.
      ...(namespaces.includes('user') ? [] : [{ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro'] }]),
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=1777'] },
      ...Object.entries(folders).map(([destination, source]) => {
        return { destination, type: 'bind', source, options: ['rbind', 'ro'] };
      }),
    ],
    linux: {
      cgroupsPath: cgroup,
      ...(namespaces.includes('user') && { uidMappings: mapping, gidMappings: mapping }),
      namespaces: namespaces.map((type) => ({ type })),
    },
  };
}

function must(file: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
}
