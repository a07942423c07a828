import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_PROBES } from '../../../../src/model/efault-probes.ts';
import type { EfaultProbe, ReadAddress } from '../../../../src/model/efault-request.ts';
import { asKernelAddress, asPid } from '../../../../src/model/units.ts';
import { dialectFor } from '../../../../src/program/dialects.ts';
import { efaultProgram, type EfaultValues } from '../../../../src/program/pages/efault.ts';

const VALUES: EfaultValues = {
  probes: DEFAULT_PROBES.filter(({ probe }) => /openat$|execve$/.test(probe)),
  pid: asPid(4321),
  isCommand: false,
  base: asKernelAddress(0xffff_8880_0000_0000n),
  paging: { levels: 4, topShift: 39, frameMask: 0x0000_ffff_ffff_f000n, userEnd: 2 ** 47 },
  mark: 'jtmark',
  dialect: dialectFor({ major: 0, minor: 17, patch: 0 }),
};

function reading(probe: string, address: ReadAddress): readonly EfaultProbe[] {
  return [{ probe, reads: [{ name: 'x', what: 'text', address, afterExec: null }] }];
}

test.each([
  ['efault', VALUES],
  [
    'efault-command-la57',
    {
      ...VALUES,
      isCommand: true,
      probes: [
        ...reading('uprobe:/bin/bash:readline', { kind: 'argument', index: 0 }),
        ...reading('tracepoint:sched:sched_switch', { kind: 'memory', field: 'arg_start' }),
      ],
      paging: { levels: 5, topShift: 48, frameMask: 0x000f_ffff_ffff_f000n, userEnd: 2 ** 47 },
    },
  ],
] as const satisfies readonly (readonly [string, EfaultValues])[])('golden: %s', (name, values) => {
  const { text } = efaultProgram(values);
  const path = new URL(`../goldens/${name}.bt`, import.meta.url);
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
});

describe('the settings', () => {
  test('of 0.17: longer texts', () => {
    expect(efaultProgram(VALUES).environment).toEqual({ BPFTRACE_PERF_RB_PAGES: '512', BPFTRACE_STRLEN: '128' });
  });
  test('of later versions: as they are', () => {
    const later = efaultProgram({ ...VALUES, dialect: dialectFor({ major: 0, minor: 27, patch: 1 }) });
    expect(later.environment).toEqual({ BPFTRACE_PERF_RB_PAGES: '512' });
    expect(later.text).toBe(efaultProgram(VALUES).text);
  });
});

test.each([
  ['a probe that ends', reading('tracepoint:a:b { system("x") }', { kind: 'field', name: 'x' }), 'probe is no probe'],
  ['a field that is code', reading('tracepoint:a:b', { kind: 'field', name: 'x; exit()' }), 'name is no field'],
  ['an argument that is no number', reading('uprobe:/a:b', { kind: 'argument', index: -1 }), 'index is no uint'],
])('nothing is pasted in: %s', (_name, probes, message) => {
  expect(() => efaultProgram({ ...VALUES, probes })).toThrow(message);
});
