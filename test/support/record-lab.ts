// A run of a lab as it is kept for learners without root (templates/labs/recorded): what its steps showed and what was measured, without what is this
// machine's alone.

import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../src/app/labs/lab-records.ts';
import { labText } from '../../src/app/labs/lab-texts.ts';
import type { RecordedRun, Shown } from '../../src/app/labs/recorded-runs.ts';
import { runLab } from '../../src/app/labs/run-lab.ts';
import { findLab } from '../../src/labs/labs.ts';
import { EXIT } from '../../src/model/errors.ts';
import type { LabUi } from '../../src/model/lab-ui.ts';
import { REPOSITORY } from './repository.ts';

const LANGUAGE = 'en';
/** A lab shows few lines; one that shows more is cut, and says so. */
const MOST_LINES = 60;
const MOST_LINE_CHARS = 400;

/** Throws when it cannot run here, or one of its checks does not pass. */
export async function recordLab(id: string, bpftracePath: string | null): Promise<RecordedRun> {
  const lab = findLab(id);
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-records-'));
  const { ui, shown } = keepingUi();
  try {
    const records = { path: folder, owner: null };
    const request = { lab, language: LANGUAGE, isAuto: true, isRecorded: false, records, bpftracePath, environment: process.env };
    const code = await runLab(request, ui, new AbortController().signal);
    const record = readRecord(records, lab.id);
    const failed = (record?.checks ?? []).filter(({ outcome }) => outcome.kind === 'failed');
    if (code !== EXIT.ok || record === null || failed.length > 0)
      throw new Error(`${id}: not recorded, checks did not pass: ${JSON.stringify(failed)}`);
    const steps = labText(lab.id, LANGUAGE).steps.map(({ key, title }) => [key, (shown.get(title) ?? []).map(bounded)]);
    return neutral({
      machine: record.machine,
      measurements: record.measurements,
      steps: Object.fromEntries(steps) as RecordedRun['steps'],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A UI that keeps what the steps of a lab show, by the titles under which they do. */
function keepingUi(): { readonly ui: LabUi; readonly shown: ReadonlyMap<string, readonly Shown[]> } {
  const shown = new Map<string, Shown[]>();
  let current: Shown[] = [];
  const keep = (one: Shown): void => void current.push(one);
  const nothing = (): void => undefined;
  return {
    shown,
    ui: {
      heading: (text) => void shown.set(text, (current = [])),
      text: nothing,
      program: (text) => keep({ kind: 'program', text }),
      command: (argv) => keep({ kind: 'command', argv }),
      output: (lines) => keep({ kind: 'output', lines: [...lines] }),
      measured: (lines) => keep({ kind: 'measured', lines }),
      ask: () => Promise.reject(new Error('nothing is asked with --auto')),
      answers: nothing,
      checks: nothing,
      sources: nothing,
      list: nothing,
      exercise: nothing,
      note: (text) => console.error(text),
    },
  };
}

function bounded(one: Shown): Shown {
  if (one.kind === 'program' || one.kind === 'command') return one;
  const more = one.lines.length - MOST_LINES;
  const lines = one.lines.slice(0, MOST_LINES).map((line) => line.slice(0, MOST_LINE_CHARS));
  return { kind: one.kind, lines: more > 0 ? [...lines, `… ${String(more)} more lines`] : lines };
}

/** What differs from machine to machine and teaches nothing: the lab's folder, where jtrace lies, the name that somebody gave to their build of the kernel. */
function neutral(run: RecordedRun): RecordedRun {
  const [plain = release()] = /^\d+\.\d+\.\d+(?:-\d+)?(?:[+-]\w*)?-amd64|^\d+\.\d+\.\d+/u.exec(release()) ?? [];
  const replacements: readonly (readonly [RegExp | string, string])[] = [
    [/\/(?:var\/)?tmp\/jtrace-lab-[A-Za-z0-9]+/gu, '/var/tmp/jtrace-lab'],
    [/[^\s"']*\/jtrace-guest-program-\w+(?:\/jtrace)?/gu, '/usr/lib/jtrace'],
    [REPOSITORY, '/usr/lib/jtrace'],
    [`${homedir()}/`, '~/'],
    [release(), plain],
  ];
  const text = replacements.reduce((all, [from, to]) => all.replaceAll(from, () => to), JSON.stringify(run));
  return JSON.parse(text) as RecordedRun;
}
