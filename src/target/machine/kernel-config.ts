// The configuration that the running kernel was built with → the options that say why something is missing. From the kernel itself
// (/proc/config.gz), else from where distributions put it.

import { gunzipSync } from 'node:zlib';
import { CONFIG_OPTIONS, type ConfigOption, type KernelConfig } from '../../model/machine-facts.ts';
import { readProc } from '../processes/read-proc.ts';

/** Debian's has 270 KB; compressed 60. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** null: found nowhere. */
export function readKernelConfig(release: string): KernelConfig | null {
  const places = ['/proc/config.gz', `/boot/config-${release}`, `/lib/modules/${release}/config`];
  for (const source of places) {
    const bytes = readProc(source, MAX_CONFIG_BYTES);
    const text = bytes === null ? null : source.endsWith('.gz') ? unpack(bytes) : bytes.toString('latin1');
    if (text !== null && text.includes('CONFIG_')) return { source, options: parseKernelConfig(text) };
  }
  return null;
}

/** Lines `CONFIG_X=y` and `# CONFIG_X is not set`. */
export function parseKernelConfig(text: string): Readonly<Record<ConfigOption, string>> {
  const values = new Map([...text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const pairs = CONFIG_OPTIONS.map((name) => [name, values.get(name) ?? 'n'] as const);
  return Object.fromEntries(pairs) as Record<ConfigOption, string>;
}

function unpack(bytes: Buffer): string | null {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_CONFIG_BYTES }).toString('latin1');
  } catch {
    return null;
  }
}
