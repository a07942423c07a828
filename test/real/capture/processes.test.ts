// Life of the followed: a command started stopped, its children, execs and ends, on every bpftrace at hand.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { launchStopped } from '../../../src/child/command.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { withCompiledAsync } from '../../support/machine-code.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { programFor, withCapture } from './captured.ts';

/** A shell that computes, and its child that computes and then becomes another program. */
const SCRIPT = `
i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done
sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; exec sleep 0.3' &
wait
exit 3`;

describeOnHost('processes that are followed', ['root', 'bpftrace', 'cc'], () => {
  test.each(bpftracesAtHand())('%s: forks, execs and ends; children are sampled', async (bpftrace) => {
    const command = await launchStopped(['/bin/sh', '-c', SCRIPT], { asUser: null, stdout: 'stdout' });
    await withCapture(bpftrace, await programFor(bpftrace, [command.pid], { followChildren: true }), async (captured) => {
      await captured.ready();
      await command.resume();
      expect(await command.wait()).toEqual({ code: 3, signal: null });
      await captured.until(
        'the end',
        () => captured.events.find((event) => event.kind === 'exit' && event.pid === command.pid) ?? null,
      );
      await sleep(500);
      await captured.capture.stop();
      const child = captured.events.flatMap((event) =>
        event.kind === 'fork' && event.parent === command.pid ? [event.child] : [],
      )[0];
      if (child === undefined) throw new Error(`no fork: ${captured.kinds().join(' ')}`);
      const story = captured.events.flatMap((event) => {
        const name = (pid: number): string => (pid === command.pid ? 'command' : pid === child ? 'child' : 'other');
        if (event.kind === 'exec' || event.kind === 'exit') return [`${name(event.pid)} ${event.kind}`];
        return event.kind === 'fork' ? [`${name(event.parent)} fork`] : [];
      });
      expect(story).toEqual(['command exec', 'command fork', 'child exec', 'child exec', 'child exit', 'command exit']);
      const sampled = new Set(captured.samples().map(({ pid }) => pid));
      expect(sampled).toEqual(new Set([command.pid, child]));
    });
  });

  test.each(bpftracesAtHand())('%s: children are not followed when that was not asked', async (bpftrace) => {
    const command = await launchStopped(['/bin/sh', '-c', SCRIPT], { asUser: null, stdout: 'stdout' });
    await withCapture(bpftrace, await programFor(bpftrace, [command.pid]), async (captured) => {
      await captured.ready();
      await command.resume();
      await command.wait();
      await captured.until('the end', () => captured.events.find(({ kind }) => kind === 'exit') ?? null);
      expect(captured.kinds()).not.toContain('fork');
      expect(new Set(captured.samples().map(({ pid }) => pid))).toEqual(new Set([command.pid]));
    });
  });

  test.each(bpftracesAtHand())('%s: a process whose first thread ends is not over', async (bpftrace) => {
    await withCompiledAsync('first-thread-ends.c', ['-O1', '-pthread'], async (path) => {
      const command = await launchStopped([path], { asUser: null, stdout: 'stdout' });
      await withCapture(bpftrace, await programFor(bpftrace, [command.pid]), async (captured) => {
        await captured.ready();
        const began = Date.now();
        await command.resume();
        await captured.until('the end', () => captured.events.find(({ kind }) => kind === 'exit') ?? null);
        expect(Date.now() - began).toBeGreaterThan(1000);
        await command.wait();
        await captured.capture.stop();
        expect(captured.kinds().filter((kind) => kind === 'exit')).toHaveLength(1);
        const others = captured.samples().filter(({ tid }) => Number(tid) !== Number(command.pid));
        expect(others.length).toBeGreaterThan(20);
      });
    });
  });
});
