// The programs of events of the VM, whole and without what a stripped libjvm, or one without performance counters, has not.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { EventCapture } from '../../../src/model/program.ts';
import { asPid } from '../../../src/model/units.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { renderStackBytes } from '../../../src/program/stack-bytes.ts';

const NO_CLASSES = { classes: false, handles: false, monitorClasses: false, blockers: false, narrowOops: false, wholeClasses: false, narrowClasses: false, compactClasses: false }; // prettier-ignore
const CLASSES = { ...NO_CLASSES, classes: true, handles: true, monitorClasses: true, monitorObjectAt: 8, blockers: true, threadObjectAt: 648, blockerAt: 76, narrowOops: true, oopShift: 3, oopBase: 0, nameAt: 24, textAt: 6, lengthAt: 4 }; // prettier-ignore
const OPERATIONS = { operationEnd: ['usdt:/l:hotspot:vmops__end'], collection: ['usdt:/l:hotspot:gc__begin'], safepointBegin: ['usdt:/l:hs_private:safepoint__begin'], safepointEnd: ['usdt:/l:hs_private:safepoint__end'] }; // prettier-ignore
const PARKS = { parkBegin: ['usdt:/l:hotspot:thread__park__begin'] };

type Part = Pick<EventCapture, 'part' | 'partValues'>;
const EVENTS: Readonly<Record<string, Part>> = {
  lock: { part: 'event-lock.bt', partValues: { monitors: true, parks: true, monitorBegin: ['uprobe:/l:EnterI'], ...PARKS, ...CLASSES, narrowClasses: true, classAt: 8, classShift: 0, classBase: 4096 } }, // prettier-ignore
  'lock-compact': { part: 'event-lock.bt', partValues: { monitors: false, parks: true, ...PARKS, ...CLASSES, compactClasses: true, classFrom: 10, classShift: 10, classBase: 4096 } }, // prettier-ignore
  'lock-no-classes': { part: 'event-lock.bt', partValues: { monitors: false, parks: true, ...PARKS, ...NO_CLASSES } },
  operation: { part: 'event-operation.bt', partValues: { ...OPERATIONS, causes: true, causeAt: 1024, lastCauseAt: 2048 } },
  'operation-no-causes': { part: 'event-operation.bt', partValues: { ...OPERATIONS, causes: false } },
  compile: { part: 'event-compile.bt', partValues: { compileBegin: ['usdt:/l:hotspot:method__compile__begin'], tiers: true, compileTask: ['uprobe:/l:invoke'], levelAt: 40 } }, // prettier-ignore
  'compile-no-tiers': { part: 'event-compile.bt', partValues: { compileBegin: ['usdt:/l:hotspot:method__compile__begin'], tiers: false } }, // prettier-ignore
};

test('an operation whose asker or begin is written over is told', () => {
  const event: EventCapture = { unit: 'nanoseconds', mode: 'user', hasKernelStack: false, leastNs: 0, probes: ['usdt:/l:a:b'], part: 'event-operation.bt', ...EVENTS['operation'] }; // prettier-ignore
  const { text } = renderStackBytes(
    { pids: [asPid(4321)], followChildren: false, rateHz: 99, event, stackBytes: 65_536, kernelStack: true, budget: null, jvms: [], stopAtSample: false }, // prettier-ignore
    dialectFor({ major: 0, minor: 17, patch: 0 }),
    { feederPid: 1234, cpus: 2 },
  );
  const before = (written: string, told: string): boolean => text.includes(told) && text.indexOf(told) < text.indexOf(written);
  expect(before('@operation_key[$name] = $key', 'if (@operation_key[$name] != (uint64)0) { printf("L ')).toBe(true);
  expect(before('@operation_begun[(uint64)pid] = (uint64)nsecs', 'if (@operation_begun[(uint64)pid] != (uint64)0) { printf("L ')).toBe(true); // prettier-ignore
});

test('threads that wait for locks have room, and leave nothing behind', () => {
  const event: EventCapture = { unit: 'nanoseconds', mode: 'user', hasKernelStack: false, leastNs: 1000, probes: ['usdt:/l:a:b'], part: 'event-lock.bt', ...EVENTS['lock'] }; // prettier-ignore
  const dialect = dialectFor({ major: 0, minor: 23, patch: 0 });
  const { text, environment } = renderStackBytes(
    { pids: [asPid(4321)], followChildren: false, rateHz: 99, event, stackBytes: 65_536, kernelStack: true, budget: null, jvms: [], stopAtSample: false }, // prettier-ignore
    dialect,
    { feederPid: 1234, cpus: 2 },
  );
  expect(Number(environment[dialect.mapSizeVariable])).toBeGreaterThan(4096);
  // Each map that a thread stands in is left by it at the end of its wait.
  const noted = new Set([...text.matchAll(/^ *(@lock_\w+)\[\(uint64\)tid\] =/gmu)].map(([, map = '']) => map));
  expect([...noted].sort()).toEqual(['@lock_begun', '@lock_on']);
  for (const map of noted) expect(text).toContain(`delete(${map}[(uint64)tid]);`);
});

test.each(Object.entries(EVENTS))('%s', (name, part) => {
  const event: EventCapture = { unit: 'nanoseconds', mode: 'user', hasKernelStack: false, leastNs: 1000, probes: ['usdt:/l:a:b'], ...part }; // prettier-ignore
  const { text, weighs } = renderStackBytes(
    { pids: [asPid(4321)], followChildren: false, rateHz: 99, event, stackBytes: 65_536, kernelStack: true, budget: null, jvms: [], stopAtSample: false }, // prettier-ignore
    dialectFor({ major: 0, minor: 17, patch: 0 }),
    { feederPid: 1234, cpus: 2 },
  );
  expect(weighs).toBe(part.part === 'event-operation.bt' ? 'spans' : 'sizes');
  // What is the event's own: from its probes on, without what is every program's.
  const own = text.split('\n').filter((line) => /lock_|operation_|safepoint_|compile_|\$(?:object|class|symbol|bytes|piece|text|on|begun|waited|took|name|asker|key)\b|^(?:usdt|uprobe)/u.test(line)); // prettier-ignore
  const path = new URL(`goldens/vm-event-${name}.bt`, import.meta.url);
  const shown = `${own.join('\n')}\n`;
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(path, shown);
  else expect(shown, `${path.pathname} (JTRACE_BLESS=1 accepts)`).toBe(readFileSync(path, 'utf8'));
});
