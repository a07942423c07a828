// npm run bench: one section of it really measures, and leaves the machine as it was.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileSync } from 'tmp';
import { expect, test } from 'vitest';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';

const STATS_SWITCH = '/proc/sys/kernel/bpf_stats_enabled';

function bench(...args: readonly string[]): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } {
  const program = join(REPOSITORY, 'test/bench/bench.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...args], { cwd: REPOSITORY, encoding: 'utf8' });
}

describeOnHost('npm run bench', ['root', 'bpftrace', 'jdk17'], () => {
  test('capture, quickly: shares of a core, a probe that ran, memory', () => {
    const before = readFileSync(STATS_SWITCH, 'utf8');
    const json = fileSync({ postfix: '.json' });
    const { status, stdout, stderr } = bench('capture', '--quick', '--json', json.name);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/\| deeprec +\| 99 /);
    expect(readFileSync(STATS_SWITCH, 'utf8')).toBe(before);
    const written: unknown = JSON.parse(readFileSync(json.name, 'utf8'));
    const results = isRecord(written) && isRecord(written['results']) ? written['results'] : {};
    const [row] = Array.isArray(results['capture']) ? (results['capture'] as unknown[]) : [];
    const cost = isRecord(row) && isRecord(row['cost']) ? row['cost'] : {};
    for (const name of ['jtraceCore', 'bpftraceCore', 'probeCore', 'jtracePeakBytes', 'bpftracePeakBytes'])
      expect(cost[name], name).toBeGreaterThan(0);
    json.removeCallback();
  });

  test('a section that there is not: which there are', () => {
    const { status, stderr } = bench('speed');
    expect(status).toBe(2);
    expect(stderr).toContain('no section speed; there are capture, latency');
  });
});
