// The program that reads pages of a process in its own context (templates/page-reads.bt), and what it prints → what the reads said.

import type { BpftraceProgram } from '../../model/program.ts';
import type { Dialect } from '../../model/dialect.ts';
import type { ReadCheck } from '../../model/residency.ts';
import type { KernelAddress, Pid } from '../../model/units.ts';
import { renderTemplate } from '../template.ts';
import { readTemplate } from '../templates.ts';
import { type PagingShape, maskOf } from './paging.ts';

/** Of one program: each is two statements of its beginning. */
export const MOST_READ_PAGES = 128;

export interface PageReadsProgram {
  readonly pid: Pid;
  readonly base: KernelAddress;
  readonly paging: PagingShape;
  readonly addresses: readonly number[];
  readonly timeMs: number;
}

export function pageReadsProgram(values: PageReadsProgram, dialect: Dialect): BpftraceProgram {
  const { paging, addresses } = values;
  const text = renderTemplate(readTemplate('page-reads.bt'), {
    page: addresses.slice(0, MOST_READ_PAGES).flatMap((address, index) => [index, address]),
    pages: Math.min(addresses.length, MOST_READ_PAGES),
    pid: values.pid,
    base: maskOf(values.base),
    frameMask: maskOf(paging.frameMask),
    fiveLevels: paging.levels === 5,
    topShift: paging.topShift,
    timeMs: values.timeMs,
  });
  return { text, environment: {}, unsafe: false, arguments: dialect.quietArguments };
}

const VERDICT = /^V \d{1,9} ([01]) ([01]) ([01]) ([01])$/;

export function parsePageReads(lines: readonly string[]): ReadCheck {
  const check = { read: 0, readable: 0, unreadable: 0, silent: 0, contradicted: 0 };
  for (const line of lines) {
    const [, isThere, holds, got, differs] = VERDICT.exec(line) ?? [];
    if (isThere === undefined) continue;
    check.read += 1;
    if (isThere === '0') check[got === '0' ? 'unreadable' : 'contradicted'] += 1;
    else if (holds === '0') check[got === '0' ? 'silent' : 'contradicted'] += 1;
    // What was read and differs by now was written in between: it was read all the same.
    else check[got === '1' || differs === '0' ? 'readable' : 'contradicted'] += 1;
  }
  return check;
}
