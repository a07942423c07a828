// The operator's COMMAND: stopped before its first instruction, resumed as the same process, with the shell's idea of what exists.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { callerEnvironment, findCaller } from '../../../src/child/caller.ts';
import { launchStopped } from '../../../src/child/command.ts';
import { describeOnHost } from '../../support/require-host.ts';

const NOBODY = { SUDO_UID: '65534', SUDO_GID: '65534', SUDO_USER: 'nobody' };

describeOnHost('a command', ['root'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-command-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, 'out');
  const said = (): string => readFileSync(out, 'utf8').trim();

  test('does nothing until it is resumed, keeps its pid, hands on its status', async () => {
    writeFileSync(out, '');
    const command = await launchStopped(['sh', '-c', `echo $$ "$1" > ${out}; exit 7`, 'sh', 'a b;c'], {
      asUser: null,
      stdout: 'stdout',
    });
    await sleep(300);
    expect(said()).toBe('');
    await command.resume();
    expect(await command.wait()).toEqual({ code: 7, signal: null });
    expect(said()).toBe(`${String(command.pid)} a b;c`);
  });

  test('resumed at once, again and again: never left standing', async () => {
    for (let time = 0; time < 30; time++) {
      const command = await launchStopped(['true'], { asUser: null, stdout: 'stdout' });
      await command.resume();
      expect(await command.wait()).toEqual({ code: 0, signal: null });
    }
  });

  test('ended by a signal, running or still stopped', async () => {
    const running = await launchStopped(['sh', '-c', 'kill -9 $$'], { asUser: null, stdout: 'stdout' });
    await running.resume();
    expect(await running.wait()).toEqual({ code: null, signal: 'SIGKILL' });
    const stopped = await launchStopped(['sleep', '60'], { asUser: null, stdout: 'stdout' });
    stopped.kill('SIGTERM');
    expect(await stopped.wait()).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test.each([
    ['no-such-command-of-jtrace', 'command not found: "no-such-command-of-jtrace"'],
    ['./no such\nfile', 'command not found: "./no such\\nfile"'],
    ['/etc/passwd', 'command is not executable: "/etc/passwd"'],
    ['/etc', 'command is not executable: "/etc"'],
  ])('%j is a usage error', async (name, message) => {
    await expect(launchStopped([name], { asUser: null, stdout: 'stdout' })).rejects.toMatchObject({ kind: 'usage', message });
  });

  test('under sudo: the caller, his groups and his home; what only root may run is not executable', async () => {
    const caller = await findCaller(NOBODY, 0);
    if (caller === null) throw new Error('no caller');
    expect(caller).toMatchObject({ uid: 65534, gid: 65534, name: 'nobody' });
    const open = mkdtempSync(join(tmpdir(), 'jtrace-command-open-'));
    const file = join(open, 'out');
    writeFileSync(file, '');
    chmodSync(open, 0o755);
    chmodSync(file, 0o666);
    const command = await launchStopped(['sh', '-c', `echo $(id -u) $(id -G) $HOME $USER > ${file}`], {
      asUser: caller,
      stdout: 'stdout',
    });
    await command.resume();
    await command.wait();
    expect(readFileSync(file, 'utf8').trim()).toBe(`65534 65534 ${caller.home} nobody`);
    const private_ = join(open, 'private');
    writeFileSync(private_, '#!/bin/sh\n', { mode: 0o700 });
    await expect(launchStopped([private_], { asUser: caller, stdout: 'stdout' })).rejects.toMatchObject({ kind: 'usage' });
    rmSync(open, { recursive: true });
  });

  test('who is the caller', async () => {
    expect(await findCaller({}, 0)).toBeNull();
    expect(await findCaller(NOBODY, 1000)).toBeNull();
    expect(await findCaller({ SUDO_UID: '0', SUDO_GID: '0' }, 0)).toBeNull();
    expect(await findCaller({ SUDO_UID: '1;id', SUDO_GID: '1' }, 0)).toBeNull();
    await expect(findCaller({ SUDO_UID: '3999999999', SUDO_GID: '1' }, 0)).rejects.toMatchObject({ kind: 'environment' });
  });

  test('the environment of the caller has nothing of sudo', () => {
    const caller = { uid: 7, gid: 7, name: 'ann', home: '/home/ann', shell: '/bin/zsh' };
    expect(callerEnvironment(caller, { SUDO_UID: '7', SUDO_COMMAND: 'x', PATH: '/bin', HOME: '/root' })).toEqual({
      PATH: '/bin', HOME: '/home/ann', USER: 'ann', LOGNAME: 'ann', SHELL: '/bin/zsh',
    }); // prettier-ignore
  });
});
