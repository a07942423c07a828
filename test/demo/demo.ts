// `npm run demo` once the npm packages are there: installs bpftrace and a JDK where they are missing, builds jtrace, starts a sample program
// (shop/), and lets jtrace itself profile it: ten hottest methods, and flame.html. Leaves nothing running, however it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseDuration } from '../../src/cli/flags/parse-quantity.ts';
import { EXIT, OperatorError } from '../../src/model/errors.ts';
import { javaHome } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';
import { aptInstall } from '../tools/setup/apt.ts';
import { lookAtMachine, needsBuild } from './machine.ts';
import { planDemo, refusal } from './plan.ts';
import { openShop, ShopError } from './shop-process.ts';

const DEFAULT_DURATION = '10s';
const PAGE = 'flame.html';
/** Of what apt-get says when it fails: the reason stands at the end. */
const APT_LINES = 12;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Starts a program in the clone as its owner; its exit status. From start.mjs, which is no TypeScript. */
type RunInClone = (program: string, ...args: string[]) => number;

/** Everything; gives the exit code: 0, jtrace's own, 2 usage, 3 something is missing here, 128+n after a signal. */
export async function demo(args: readonly string[], runInClone: RunInClone): Promise<number> {
  const [duration = DEFAULT_DURATION, ...rest] = args;
  if (rest.length > 0 || !isDuration(duration))
    return refuse(EXIT.usage, ['npm run demo [-- DURATION], e.g. npm run demo -- 30s']);
  const lacking = await installMissing();
  if (lacking !== null) return refuse(EXIT.environment, lacking);
  if (needsBuild()) {
    say('jtrace is not built, or older than its sources: npm run build');
    if (runInClone('npm', 'run', '--silent', 'build') !== 0) return refuse(EXIT.incomplete, ['npm run build failed']);
  }
  try {
    return await profileShop(duration);
  } catch (error) {
    if (!(error instanceof ShopError)) throw error;
    return refuse(EXIT.incomplete, [`the sample program did not start: ${error.message}`]);
  }
}

/** Installs what is missing where that may be; else what to tell, null when all is there. */
async function installMissing(): Promise<readonly string[] | null> {
  const plan = planDemo(await lookAtMachine());
  if (plan.kind === 'run') return null;
  if (plan.kind === 'refuse') return plan.lines;
  say(`${plan.packages.join(' and ')} ${plan.packages.length === 1 ? 'is' : 'are'} missing: ${plan.command}`);
  const said = aptInstall(plan.packages, { shown: false });
  const machine = await lookAtMachine();
  if (planDemo(machine).kind === 'run') return null;
  process.stderr.write(`${said.trim().split('\n').slice(-APT_LINES).join('\n')}\n`);
  return refusal(machine, 'apt-get could not install it (see above). When it can:').lines;
}

async function profileShop(duration: string): Promise<number> {
  // Listened to before there is anything that could be left behind.
  const received: (typeof SIGNALS)[number][] = [];
  let jtrace: ChildProcess | null = null;
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    received.push(signal);
    // To jtrace it means "stop and report". Ctrl-C reaches it by itself, and this one after it changes nothing.
    jtrace?.kill('SIGTERM');
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const shop = await openShop(javaHome() ?? '');
  const killShop = (): void => shop.kill();
  process.once('exit', killShop);
  try {
    if (received.length === 0) {
      jtrace = startJtrace(shop.pid, duration);
      await once(jtrace, 'exit');
    }
    const [signal] = received;
    return signal === undefined ? tellEnd(jtrace?.exitCode ?? null) : 128 + constants.signals[signal];
  } finally {
    await shop.close();
    process.off('exit', killShop);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

/** Its progress, tables and errors go to our own streams. */
function startJtrace(pid: number, duration: string): ChildProcess {
  const args = ['profile', String(pid), '-d', duration, '--top', '10', '--threads', '-o', PAGE];
  say(`a small shop (test/demo/shop/Shop.java says what to see in it) runs as process ${pid}; now, as you would type it:`);
  console.log(`\n$ bin/jtrace ${args.join(' ')}`);
  return spawn(join(REPOSITORY, 'bin/jtrace'), args, {
    env: { ...process.env, JTRACE_NODE: process.execPath },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** `code` is jtrace's; null: a signal ended it. Gives our own. */
function tellEnd(code: number | null): number {
  if (code !== EXIT.ok) return refuse(code ?? EXIT.incomplete, [`jtrace ended with ${code ?? 'a signal'}`]);
  console.log('');
  say(`the flame graph is ${resolve(PAGE)}: one file, for any browser`);
  return code;
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

function say(line: string): void {
  console.log(`demo: ${line}`);
}

function refuse(status: number, lines: readonly string[]): number {
  for (const [i, line] of lines.entries()) console.error(i === 0 ? `npm run demo: ${line}` : line);
  return status;
}
