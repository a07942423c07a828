// `jtrace residency --efault`: arguments → the request, with its defaults; and any text at all as --probe → a read or an operator's error.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RESIDENCY_COMMAND } from '../../../src/cli/commands/residency.ts';
import { efaultRequest } from '../../../src/cli/commands/residency-efault.ts';
import { EFAULT_FLAGS } from '../../../src/cli/flags/efault-flags.ts';
import { parseRead } from '../../../src/cli/flags/parse-read.ts';
import { flagValues, parseArguments } from '../../../src/cli/parse-arguments.ts';
import { DEFAULT_PROBES } from '../../../src/model/efault-probes.ts';
import type { EfaultRequest } from '../../../src/model/efault-request.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { isProbe } from '../../../src/program/escape.ts';
import { anyText } from '../../support/any-text.ts';

async function request(...argv: string[]): Promise<EfaultRequest> {
  const parsed = await parseArguments(['residency', '--efault', ...argv], [RESIDENCY_COMMAND], 'jtrace 0');
  if (parsed.kind !== 'run') throw new Error(`printed ${parsed.text}`);
  return efaultRequest(parsed.args, flagValues(EFAULT_FLAGS, parsed.args));
}

describe('the request', () => {
  test('a process', async () => {
    expect(await request('4711')).toEqual({
      target: { kind: 'pid', pid: 4711 },
      probes: DEFAULT_PROBES,
      durationMs: null,
      json: false,
      printProgram: false,
      acceptFreezeRisk: false,
      bpftracePath: null,
      verbosity: 'normal',
    });
    expect((await request('postgres', '-d', '500ms')).target).toEqual({ kind: 'name', name: 'postgres' });
  });

  test('a command', async () => {
    expect((await request('--', 'ls', '-d', '/')).target).toEqual({ kind: 'command', argv: ['ls', '-d', '/'], asRoot: false });
  });

  test('probes of its own, instead of the usual ones', async () => {
    const { probes } = await request(
      '1',
      '--probe',
      'uprobe:/bin/bash:readline=arg0',
      '--probe',
      'tracepoint:sched:sched_switch=env_start',
    );
    expect(probes.map(({ probe }) => probe)).toEqual(['uprobe:/bin/bash:readline', 'tracepoint:sched:sched_switch']);
  });

  test.each([
    [[], '--efault looks at one process and its children, and none was given'],
    [['1', '--', 'ls'], 'both a process and a COMMAND were given'],
    [['--'], 'no COMMAND stands after --'],
    [['1', '--as-root'], '--as-root says how to run a COMMAND, and there is none'],
    [['1', '-q', '-v'], '-q/--quiet and -v/--verbose contradict each other'],
  ])('%j', async (argv, message) => {
    await expect(request(...argv)).rejects.toMatchObject({ kind: 'usage', message });
  });
});

describe('PROBE=ARGUMENT', () => {
  test.each([
    ['tracepoint:syscalls:sys_enter_unlink=args.pathname', 'pathname', { kind: 'field', name: 'pathname' }],
    ['tracepoint:syscalls:sys_enter_unlink=args->pathname', 'pathname', { kind: 'field', name: 'pathname' }],
    ['kfunc:vfs_read=args.buf', 'buf', { kind: 'field', name: 'buf' }],
    ['kprobe:do_sys_openat2=arg1', 'arg1', { kind: 'argument', index: 1 }],
    ['usdt:/usr/bin/x:a:b=arg9', 'arg9', { kind: 'argument', index: 9 }],
    ['uprobe:/usr/lib/libfoo.so.1:_ZN3fooE+4=arg0', 'arg0', { kind: 'argument', index: 0 }],
    ['profile:hz:99=arg_start', 'arg_start', { kind: 'memory', field: 'arg_start' }],
    ['uprobe:libc:puts=env_start', 'env_start', { kind: 'memory', field: 'env_start' }],
  ] as const)('%s', (text, name, address) => {
    expect(parseRead(text)).toEqual({
      probe: text.slice(0, text.lastIndexOf('=')),
      reads: [{ name, what: 'text', address, afterExec: null }],
    });
  });

  test('the name of an execve has a copy in the kernel', () => {
    const [read] = parseRead('tracepoint:syscalls:sys_enter_execve=args.filename').reads;
    expect(read?.afterExec).toBe('file-name');
  });

  test.each([
    ['openat', "'openat' does not say what to read: PROBE=ARGUMENT is wanted"],
    ['openat=args.filename', "'openat' is not one probe of bpftrace in its full name"],
    ['=args.filename', "'' is not one probe of bpftrace in its full name"],
    [
      'tracepoint:syscalls:sys_enter_*=args.filename',
      "'tracepoint:syscalls:sys_enter_*' is not one probe of bpftrace in its full name",
    ],
    ['tracepoint:a:b/*x*/=args.filename', "'tracepoint:a:b/*x*/' is not one probe of bpftrace in its full name"],
    ['uprobe://x:y=arg0', "'uprobe://x:y' is not one probe of bpftrace in its full name"],
    ['END=arg_start', "'END' is not one probe of bpftrace in its full name"],
    ['constructor:a=arg_start', "'constructor:a' is not one probe of bpftrace in its full name"],
    ['tracepoint:a:b=arg1', "'arg1' is nothing to read at a tracepoint"],
    ['uprobe:/a:b=args.x', "'args.x' is nothing to read at a uprobe"],
    ['uprobe:/a:b=arg10', "'arg10' is nothing to read at a uprobe"],
    ['tracepoint:a:b=args.x; exit()', "'args.x; exit()' is nothing to read at a tracepoint"],
    ['tracepoint:a:b=', "'' is nothing to read at a tracepoint"],
    ['profile:hz:99=retval', "'retval' is nothing to read at a profile"],
  ])('%s', (text, message) => {
    expect(() => parseRead(text)).toThrow(expect.objectContaining({ kind: 'usage', message }));
  });

  test('whatever is typed: an error, or a probe that the generator takes', () => {
    const near = fc.tuple(
      fc.constantFrom('tracepoint:', 'uprobe:/', 'kprobe:', 'x:'),
      anyText(),
      fc.constantFrom('=arg0', '=args.a', '=arg_start', ''),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText(),
          near.map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(isProbe(parseRead(text).probe)).toBe(true);
          } catch (error) {
            if (!(error instanceof OperatorError)) throw error;
          }
        },
      ),
    );
  });
});
