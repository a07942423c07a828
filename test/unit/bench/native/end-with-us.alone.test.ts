import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stateOf } from '../../../bench/native/stop-watch.ts';
import { REPOSITORY } from '../../../support/repository.ts';

/** Starts a load of two processes, says their pids, and ends as a measurement does that is interrupted. */
const PROGRAM = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from ${JSON.stringify(join(REPOSITORY, 'test/support/end-with-us.ts'))};
process.on('SIGTERM', () => process.exit(143));
const load = spawn('sh', ['-c', 'sleep 600 & echo $! && wait'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
endWithUs(load, { group: true });
const [text] = await once(load.stdout, 'data');
console.log(load.pid, text.toString().trim());
process.kill(process.pid, 'SIGTERM');
setInterval(() => undefined, 1000);
`;

/** Not yet waited for by its new parent: it has ended all the same. */
function runs(pid: string): boolean {
  try {
    return stateOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) !== 'Z';
  } catch {
    return false;
  }
}

test('a load that was started ends with who started it, with all its processes', async () => {
  const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: REPOSITORY });
  expect({ status, stderr }).toEqual({ status: 143, stderr: '' });
  const pids = stdout.trim().split(' ');
  expect(pids).toHaveLength(2);
  await expect.poll(() => pids.filter(runs), { timeout: 10_000 }).toEqual([]);
});
