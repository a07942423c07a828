// What binutils' readelf makes of a file's call frame information: an oracle that shares nothing with ours.

import { spawnSync } from 'node:child_process';
import type { UnwindRule } from '../../src/model/unwind-rule.ts';

/** Columns of `readelf --debug-dump=frames-interp`, by DWARF number. */
const REGISTERS = [
  'rax',
  'rdx',
  'rcx',
  'rbx',
  'rsi',
  'rdi',
  'rbp',
  'rsp',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
  'ra',
];
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** One row: from `address` on, `cells` by column, the CFA first. */
export interface FrameRow {
  readonly address: number;
  readonly cells: string;
}

/** All rows of a file's .eh_frame (or .debug_frame) that readelf prints. Columns that are unspecified everywhere are left out by it. */
export function readelfRows(path: string): FrameRow[] {
  // Its exit status also tells of a missing link to separate debug information: what is printed counts.
  const { stdout: text } = spawnSync('readelf', ['--debug-dump=frames-interp', path], {
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows: FrameRow[] = [];
  let columns: readonly string[] = [];
  let isFunction = false;
  // A register is printed as `r5 (rdi)`.
  for (const line of text.replaceAll(/\br\d+ \((\w+)\)/g, '$1').split('\n')) {
    if (line.includes(' FDE ')) isFunction = true;
    else if (line.includes(' CIE ')) isFunction = false;
    else if (line.startsWith('   LOC ')) columns = line.trim().split(/ +/).slice(1);
    else if (isFunction && /^[0-9a-f]{16} /.test(line)) {
      const [address = '', ...cells] = line.trim().split(/ +/);
      rows.push({ address: Number.parseInt(address, 16), cells: named(columns, cells) });
    }
  }
  return rows;
}

/** `rsp+8 rbx:c-16 ra:c-8`: what says nothing (`u`) is left out, but for the return address. */
function named(columns: readonly string[], cells: readonly string[]): string {
  return columns
    .map((column, i) => (column === 'CFA' ? cells[i] : `${column}:${cells[i] ?? ''}`))
    .filter((cell) => cell !== undefined && (!cell.endsWith(':u') || cell === 'ra:u'))
    .filter((cell) => REGISTERS.includes(cell?.split(':')[0] ?? '') || !cell?.includes(':'))
    .join(' ');
}

/** A rule of ours, written the same way. */
export function ruleText(rule: UnwindRule | null): string {
  if (rule === null) return '-';
  const { cfa } = rule;
  const texts = [cfa.kind === 'computed' ? 'exp' : `${REGISTERS[cfa.register] ?? '?'}${signed(cfa.offset)}`];
  const own = [...rule.registers, { register: REGISTERS.length - 1, rule: rule.returnAddress }];
  for (const { register, rule: of } of own) {
    const name = REGISTERS[register] ?? '?';
    if (of.kind === 'saved') texts.push(`${name}:c${signed(of.offset)}`);
    else if (of.kind === 'offset') texts.push(`${name}:v${signed(of.offset)}`);
    else if (of.kind === 'register') texts.push(`${name}:${REGISTERS[of.register] ?? '?'}`);
    else if (of.kind === 'saved-at') texts.push(`${name}:exp`);
    else if (of.kind === 'computed') texts.push(`${name}:vexp`);
    else if (of.kind === 'same') texts.push(`${name}:s`);
    else if (name === 'ra') texts.push('ra:u');
  }
  return texts.join(' ');
}

const signed = (offset: number): string => (offset < 0 ? String(offset) : `+${String(offset)}`);
