// Reads to try and where page tables lie → the program that tries them and walks the tables beside each (templates/efault*.bt). Reads are
// numbered in the order of the probes.

import type { EfaultProbe, EfaultRead } from '../../model/efault-request.ts';
import type { Dialect } from '../../model/dialect.ts';
import type { BpftraceProgram } from '../../model/program.ts';
import type { KernelAddress, Pid } from '../../model/units.ts';
import { TemplatePart } from '../escape.ts';
import { renderFollow } from '../jstack.ts';
import { renderPart, renderTemplate } from '../template.ts';
import { readTemplate } from '../templates.ts';
import { maskOf, type PagingShape } from './paging.ts';

export interface EfaultValues {
  readonly probes: readonly EfaultProbe[];
  readonly pid: Pid;
  /** The process is a COMMAND's, which begins with its first exec: what the shell before it reads is not the command's. */
  readonly isCommand: boolean;
  readonly base: KernelAddress;
  readonly paging: PagingShape;
  /** Begins every line that the reader is to take: nobody else can know it. A word. */
  readonly mark: string;
  readonly dialect: Dialect;
}

/** Failing reads told one by one in a second, each with its line of some 150 bytes: what comes after them is counted. */
export const MOST_TOLD = 2000;
/** A collector that gives its heap back does so in pieces; what comes after them is counted, too. */
export const MOST_ADVICE = 4000;
/** As much of a text as 0.17 holds beside all else on 512 bytes of stack; later versions read 1 KiB by themselves. */
const STRING_BYTES = 128;
/** Of 4 KiB: a second's lines, on one CPU. */
const BUFFER_PAGES = 512;
/** Accessed and dirty left out. */
const TELLING_BITS = 0xffff_ffff_ffff_ff9fn;
/** Calls that may end in another program, with other memory. */
const EXECUTING = /^tracepoint:syscalls:sys_enter_execve(?:at)?$/;
const SYSCALL_ENTRY = /^tracepoint:syscalls:sys_enter_(\w{1,80})$/;

export function efaultProgram(values: EfaultValues): BpftraceProgram {
  const { probes, mark, isCommand, pid } = values;
  const shared = { mark, who: renderPart(readTemplate('efault-who.bt'), { pid, isCommand, isExec: false }) };
  const numbered = numberReads(probes);
  const text = renderTemplate(readTemplate('efault.bt'), {
    ...shared,
    isCommand,
    whoExecs: renderPart(readTemplate('efault-who.bt'), { pid, isCommand, isExec: true }),
    mostAdvice: MOST_ADVICE,
    follow: new TemplatePart(renderFollow(pid)),
    probes: numbered.map((reads) => probePart(reads, shared, values)),
    executed: numbered
      .flat()
      .filter(({ probe }) => EXECUTING.test(probe))
      .map((read) => againPart(read, 'exec', values)),
  });
  const { dialect } = values;
  return {
    text,
    environment: {
      BPFTRACE_PERF_RB_PAGES: String(BUFFER_PAGES),
      ...(dialect.stringVariable === null ? {} : { [dialect.stringVariable]: String(STRING_BYTES) }),
    },
    unsafe: false,
    arguments: dialect.quietArguments,
  };
}

interface NumberedRead extends EfaultRead {
  readonly index: number;
  readonly probe: string;
}

function numberReads(probes: readonly EfaultProbe[]): readonly (readonly NumberedRead[])[] {
  let index = 0;
  return probes.map(({ probe, reads }) => reads.map((read) => ({ ...read, probe, index: index++ })));
}

function probePart(
  reads: readonly NumberedRead[],
  shared: { readonly mark: string; readonly who: TemplatePart },
  values: EfaultValues,
): TemplatePart {
  const probe = reads[0]?.probe ?? '';
  const exit = exitOf(probe);
  return renderPart(readTemplate('efault-probe.bt'), {
    probe,
    who: shared.who,
    reads: reads.map((read) => readPart(read, exit !== null, values)),
    hasExit: exit !== null,
    ...(exit === null ? {} : { exit, again: reads.map((read) => againPart(read, 'exit', values)) }),
  });
}

/** Where the call ends whose beginning is this probe. */
function exitOf(probe: string): string | null {
  const [, call] = SYSCALL_ENTRY.exec(probe) ?? [];
  return call === undefined ? null : `tracepoint:syscalls:sys_exit_${call}`;
}

type Tables = Pick<EfaultValues, 'base' | 'paging'>;

/** What is `at` in the page tables at `table`, `into` a variable. */
function walkPart({ base, paging }: Tables, table: string, at: string, into: string): TemplatePart {
  return renderPart(readTemplate('efault-walk.bt'), {
    table,
    at,
    into,
    base: maskOf(base),
    frameMask: maskOf(paging.frameMask),
    topShift: paging.topShift,
    fiveLevels: paging.levels === 5,
    telling: maskOf(TELLING_BITS),
  });
}

function readPart(read: NumberedRead, isReadAgain: boolean, values: EfaultValues): TemplatePart {
  const { mark } = values;
  return renderPart(readTemplate('efault-read.bt'), {
    mark,
    index: read.index,
    address: addressPart(read),
    isPointer: read.what === 'pointer',
    isText: read.what === 'text',
    isReadAgain,
    isAfterPointer: read.address.kind === 'pointer-before',
    mostTold: MOST_TOLD,
    walk: walkPart(values, 'pgd', 'at', 'bits'),
    walkParent: walkPart(values, 'up', 'at', 'above'),
  });
}

function addressPart({ address }: EfaultRead): TemplatePart {
  const template = readTemplate('efault-address.bt');
  const kinds = { isField: false, isArgument: false, isMemory: false, isPointer: false };
  switch (address.kind) {
    case 'field':
      return renderPart(template, { ...kinds, isField: true, name: address.name });
    case 'argument':
      return renderPart(template, { ...kinds, isArgument: true, index: address.index });
    case 'memory':
      return renderPart(template, { ...kinds, isMemory: true, name: address.field });
    case 'pointer-before':
      return renderPart(template, { ...kinds, isPointer: true });
    default:
      return address satisfies never;
  }
}

function againPart(read: NumberedRead, where: 'exit' | 'exec', values: EfaultValues): TemplatePart {
  const after = where === 'exec' ? read.afterExec : null;
  return renderPart(readTemplate('efault-again.bt'), {
    mark: values.mark,
    index: read.index,
    where,
    isGone: where === 'exec' && after === null,
    isPointer: read.what === 'pointer',
    isText: read.what === 'text' && after === null,
    isWalked: after === null,
    walk: walkPart(values, 'pgd', 'at', 'bits'),
    isFileName: after === 'file-name',
    isFirstArgument: after === 'first-argument',
  });
}
