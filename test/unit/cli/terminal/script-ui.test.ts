// Where what a program says goes, and how it looks there: a terminal of 40 columns, one without colours, a pipe, a COMMAND beside it, JSON.

import { expect, test } from 'vitest';
import { createScriptUi } from '../../../../src/cli/terminal/script-ui.ts';
import type { LoadedObjects } from '../../../../src/model/loaded.ts';
import { OperatorError } from '../../../../src/model/errors.ts';
import type { RunRequest } from '../../../../src/model/run-request.ts';
import type { ScriptEvent } from '../../../../src/model/script.ts';
import { asPid } from '../../../../src/model/units.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { mapOf, number, scriptResult } from '../../../support/script-results.ts';

const REQUEST: RunRequest = {
  source: { name: '-e', text: '' }, needs: null, target: { kind: 'everyone' }, durationMs: null, unsafe: false, engine: 'auto', json: false,
  outputs: [], printProgram: false, showLoaded: false, bpftracePath: null, acceptFreezeRisk: false, verbosity: 'normal',
}; // prettier-ignore
const COMMAND: RunRequest['target'] = { kind: 'command', argv: ['java'], asRoot: false };
const COLUMNS = 40;
const LONG = 'x'.repeat(100);
const MAP: ScriptEvent = { kind: 'map', map: mapOf('@reads', { [LONG]: number(7), short: number(12) }) };
const LOADED: LoadedObjects = {
  programs: [{ id: 121981, type: 'tracepoint', name: 'tracepoint_syscalls_sys_enter', verifiedInstructions: 136, runs: 13280, runNs: 2841920, bytes: 4096 }],
  maps: [{ id: 9, type: 'percpu_hash', keyBytes: 8, valueBytes: 8, mostEntries: 4096, bytes: 8192 }],
}; // prettier-ignore
const CODES = /\u001b\[[\d;]*[A-Za-z]/gu;
const COLOURS = /\u001b\[[\d;]*m/u;

function started(more: Partial<RunRequest>, stream: { readonly isTTY?: boolean; readonly columns?: number }, env: NodeJS.ProcessEnv = {}) {
  const written = { stdout: '', stderr: '' };
  const streams = {
    stdout: { ...stream, write: (text: string) => (written.stdout += text) },
    stderr: { ...stream, write: (text: string) => (written.stderr += text) },
    env,
  };
  const ui = createScriptUi({ ...REQUEST, ...more }, streams);
  ui.begin(new Map());
  return { ui, written };
} // prettier-ignore

/** A run from its first map to its end. */
function whole(...given: Parameters<typeof started>): { readonly stdout: string; readonly stderr: string } {
  const { ui, written } = started(...given);
  ui.script(MAP);
  ui.script({ kind: 'stopped', exitCode: 0 });
  ui.loaded(LOADED);
  ui.problem(new OperatorError('incomplete', 'it broke off', 'what there is is kept'));
  ui.end(scriptResult(), 1);
  ui.close();
  return written;
}

const linesOf = (text: string): readonly string[] => text.replaceAll(CODES, '').split(/[\r\n]+/u);

test('on 40 columns no line of a map or a table is wider', () => {
  const { stdout, stderr } = whole({}, { isTTY: true, columns: COLUMNS });
  expect(stdout).toContain('@reads[x');
  for (const line of linesOf(stdout)) expect(displayWidth(line), line).toBeLessThan(COLUMNS);
  // Numbers are never cut: the name and the type beside them are.
  const tables = linesOf(stderr).filter((line) => !line.startsWith('jtrace:'));
  expect(tables.some((line) => line.includes('…'))).toBe(true);
  expect(stderr).toContain('121981');
  expect(stderr).toContain('13280');
});

test('colours are for terminals that want them', () => {
  expect(whole({}, { isTTY: true, columns: 80 }).stderr).toMatch(COLOURS);
  for (const [isTTY, env] of [[true, { NO_COLOR: '1' }], [true, { TERM: 'dumb' }], [false, {}]] as const) {
    const { stdout, stderr } = whole({}, { isTTY, columns: 80 }, env);
    expect(stdout + stderr).not.toMatch(COLOURS);
    expect(stderr).toContain('it broke off');
  }
}); // prettier-ignore

test('in a pipe nothing is cut, nothing moves, and lines are not drawn again', () => {
  const { ui, written } = started({}, {});
  expect(ui.isLive).toBe(false);
  ui.script(MAP);
  ui.message('note', 'said meanwhile');
  ui.script(MAP);
  ui.close();
  expect(written.stdout).not.toMatch(CODES);
  expect(written.stdout.split('\n').filter((line) => line === `@reads[${LONG}]:  7`)).toHaveLength(2);
  expect(written.stderr).toBe('jtrace: said meanwhile\n');
});

test('beside a COMMAND, and with -o -, standard output is not jtrace’s', () => {
  for (const more of [{ target: COMMAND }, { outputs: ['-'] }]) {
    const { stdout, stderr } = whole(more, {});
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^@reads\[short\]: +12$/mu);
  }
});

test('JSON is one object for each line, also with a COMMAND; on a terminal it is not drawn in place', () => {
  const { ui } = started({ json: true }, { isTTY: true, columns: COLUMNS });
  expect(ui.isLive).toBe(false);
  const { stdout } = whole({ json: true, target: COMMAND }, { isTTY: true, columns: COLUMNS });
  const types = stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { type: string }).type); // prettier-ignore
  expect(types).toEqual(['map', 'loaded', 'summary']);
});

test('several processes: a table and what to type, on standard error', () => {
  const { ui, written } = started({}, {});
  const process = { vm: 'none', pid: asPid(4711), program: '/usr/bin/cat', args: ['cat', LONG], threads: 1, cpu: { percent: 0, over: 'since-start' }, user: 'root', container: '', comm: 'cat', calledAs: 'cat', startTicks: 1 } as const; // prettier-ignore
  ui.choose({ kind: 'several', question: 'two are called cat', processes: [process, { ...process, pid: asPid(4712) }] }); // prettier-ignore
  expect(written.stdout).toBe('');
  expect(written.stderr).toContain('jtrace run -p PID');
  expect(written.stderr).toMatch(/^ *4712 +cat/mu);
});
