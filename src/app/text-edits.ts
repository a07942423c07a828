// Texts that a program asks for by jtrace's own words, as `str()`: names of Java classes (jklass, joop, jmonitor), and texts that have a length
// and no NUL behind them (jstr).

import type { Dialect } from '../model/dialect.ts';
import type { ScriptSource } from '../model/script.ts';
import type { Pid } from '../model/units.ts';
import { classNameEdit, classNameUses, type ClassOffsets } from '../script/class-names.ts';
import { countedTextEdits } from '../script/counted-text.ts';
import type { ScriptProgram } from '../script/program-structure.ts';
import { type Edit, outside } from '../script/rewrite.ts';
import { refusal } from './refuse-script.ts';

export interface TextSettings {
  /** The process that the program is confined to; null: none. */
  readonly pid: Pid | null;
  readonly dialect: Pick<Dialect, 'countsNul'>;
  /** Where the process, a JVM, keeps the names of classes; asked only for programs that use them; null: it does not tell, or there is none. */
  readonly classOffsets: () => ClassOffsets | null;
}

/** `stringBytes`: of a text at most. Throws OperatorErrors of kind usage. */
export function textEdits(source: ScriptSource, program: ScriptProgram, settings: TextSettings, stringBytes: number): Edit[] {
  const names = classNames(source, program, settings, stringBytes);
  return [...names, ...outside(names, countedTextEdits(program, settings.dialect.countsNul))];
}

function classNames(
  source: ScriptSource,
  program: ScriptProgram,
  { pid, classOffsets, dialect }: TextSettings,
  stringBytes: number,
): Edit[] {
  const uses = classNameUses(program);
  const offsets = uses.length === 0 ? null : classOffsets();
  return uses.map((use) => {
    const edit = offsets === null ? null : classNameEdit(use, offsets, stringBytes - 1, dialect.countsNul);
    if (edit !== null) return pid === null ? edit : { ...edit, text: edit.text.replaceAll(/\bcpid\b/gu, String(pid)) };
    const [why, hint] =
      pid === null
        ? ['needs to know the JVM, and none was given', 'say which: -p PID or -p NAME']
        : [
            'cannot be had of this process',
            'it is no JVM that has started, or one with generational ZGC, or its tables do not tell',
          ];
    throw refusal(source, use, `${use.name}() ${why}`, hint);
  });
}
