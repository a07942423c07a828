import { expect, test } from 'vitest';
import { renderEfault } from '../../../../src/cli/terminal/efault-table.ts';
import { createTheme } from '../../../../src/cli/terminal/theme.ts';
import { type EfaultResult, READ_OUTCOMES, type ReadOutcome, type ReadRow } from '../../../../src/model/efault-result.ts';
import { asPid } from '../../../../src/model/units.ts';

const PLAIN = createTheme({}, {});

function row(changes: Partial<ReadRow> & { readonly counts: Partial<Record<ReadOutcome, number>> }): ReadRow {
  const { counts, ...rest } = changes;
  const none = Object.fromEntries(READ_OUTCOMES.map((outcome) => [outcome, 0])) as Record<ReadOutcome, number>;
  const outcomes = { ...none, ...counts };
  const failed = outcomes.failed + outcomes['failed-in-next-page'] + outcomes['failed-though-there'];
  const reads = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return { probe: 'tracepoint:syscalls:sys_enter_openat', name: 'filename', what: 'text', reads, failed, empty: outcomes.empty, outcomes, causes: [], ...rest }; // prettier-ignore
}

function result(rows: readonly ReadRow[]): EfaultResult {
  return { version: 1, rows, durationMs: 1, end: 'duration', kernel: '6', bpftraceVersion: '', isNumaBalancing: false, untold: 0, untoldAdvice: 0, lostEvents: 0 }; // prettier-ignore
}

test('reads, causes with an example each, what they mean, and whether the page tables agreed', () => {
  const example = {
    pid: asPid(42),
    comm: 'e\u001b[31mvil',
    address: '7f00',
    state: 'none',
    mapping: '/lib/\u001b[2Jlibc.so.6',
    permissions: 'r--p',
  } as const;
  const rows = [
    row({
      counts: { read: 1000, empty: 30, failed: 6, 'failed-in-next-page': 1, 'failed-though-there': 1, 'read-though-missing': 2 },
      causes: [
        { cause: 'fork-child', count: 4, again: { asked: 4, read: 3 }, example },
        { cause: 'process-ended', count: 1, again: { asked: 0, read: 0 }, example: { ...example, mapping: '', permissions: '' } },
      ],
    }),
    row({ counts: {}, name: 'unmet' }),
    row({
      counts: { read: 5 },
      probe: 'uprobe:/usr/lib/x86_64-linux-gnu/a-rather-long-name-of-a-library.so.6:a_function',
      name: 'arg0',
    }),
  ];
  expect(renderEfault(result(rows), 80, PLAIN).join('\n')).toMatchInlineSnapshot(`
    "READ                                                   READS  FAILED    %  EMPTY
    openat filename                                        1,040       8  0.8     30
    uprobe:/usr/lib/x…e-of-a-library.so.6:a_function arg0      5       0  0.0      0

    READ             WHY IT FAILED  READS     %  READ LATER
    openat filename  fork child         4  50.0      3 of 4
      e\\e[31mvil (42) at 7f00 in r--p \\e[2Jlibc.so.6
    openat filename  process ended      1  12.5           -
      e\\e[31mvil (42) at 7f00
    openat filename  not told           3  37.5

    fork child: the process was forked and has no page-table entry of its own yet,
    though its parent has: fork() leaves out those of files and shared memory
      read at the exit of the system call instead of its entry, or the kernel’s own
      copy: by then it was faulted in; vfork and posix_spawn children share their
      parent’s tables

    process ended: the process ended before it could be asked
      longer runs, or a parent that waits

    The page tables, walked at each read, said the same of 1,042 of 1,045 reads. 2
    were read and their page was gone then, 1 failed and it was there then: it came
    or went between the two."
  `);
});

test('no failure', () => {
  expect(renderEfault(result([row({ counts: { read: 5 } })]), 80, PLAIN)).toContain('Every read succeeded.');
});

test('no read', () => {
  expect(renderEfault(result([row({ counts: {} })]), 80, PLAIN)).toEqual(['None of these probes was met: nothing was read.']);
});
