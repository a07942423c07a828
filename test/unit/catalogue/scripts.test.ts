// Every script of the catalogue: its header is whole and says what its program does; the docs page is what the headers say.
// JTRACE_BLESS=1 writes the page anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CatalogueScript, readCatalogue, scriptNames } from '../../../src/catalogue/catalogue.ts';
import { fillScript, placeholdersOf } from '../../../src/catalogue/load-script.ts';
import { parameterType } from '../../../src/catalogue/parameter-types.ts';
import {
  PROCESS_WORDS,
  RESERVED_NAMES,
  SCRIPT_GROUPS,
  type ScriptHeader,
  shownNeeds,
} from '../../../src/catalogue/script-header.ts';
import { RUN_FLAGS } from '../../../src/cli/flags/run-flags.ts';
import { COMMANDS } from '../../../src/cli/main.ts';
import { PROBE } from '../../support/script-probes.ts';
import { REPOSITORY } from '../../support/repository.ts';

const PAGE = join(REPOSITORY, 'docs/scripts.md');
const [BEGIN, END] = ['<!-- generated from bt-scripts: begin -->\n', '<!-- generated from bt-scripts: end -->\n'];
/** Examples stand as they are, on terminals, too. */
const EXAMPLE_COLUMNS = 78;

/** Beside the longest name and what a script needs, on 80 columns. */
const PURPOSE_CHARS = 46;

const SCRIPTS = readCatalogue();

test('there are some, each once, and none is called as a command', () => {
  const names = SCRIPTS.map(({ name }) => name);
  expect(names.length).toBe(scriptNames().length);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(COMMANDS.map((command) => command.name)).not.toContain(name);
  }
});

test('names that no parameter can have are the flags of jtrace run', () => {
  expect([...RESERVED_NAMES]).toEqual([...Object.keys(RUN_FLAGS), 'help', 'version'].sort());
});

describe.each(SCRIPTS)('$name', (script) => {
  const { header, name } = script;
  const program = script.text.replace(/^\/\/.*$/gm, '').replace(/\/\*[^]*?\*\//g, '');

  test('uses the parameters that it declares, and no others', () => {
    const used = placeholdersOf(script);
    for (const { text, parameter } of used) expect(parameter, `{{${text}}}`).not.toBeNull();
    for (const parameter of header.parameters) expect(used.map((each) => each.parameter?.name)).toContain(parameter.name);
  });

  test('its defaults are values of their types, and fill it', () => {
    for (const { parameter, suffix } of placeholdersOf(script)) {
      if (parameter === null || parameter.shownDefault === null) continue;
      expect(parameterType(parameter.type).parse(parameter.shownDefault, suffix).kind).toBe('value');
    }
    const required = header.parameters.flatMap((parameter) =>
      parameter.shownDefault === null ? [[parameter.name, EXAMPLE_VALUES[parameter.type]] as const] : [],
    );
    expect(fillScript(script, new Map(required)).source.text).not.toContain('{{');
  });

  test('names the probes it has, and no others', () => {
    const has = new Set(
      [...program.replaceAll('{{function:symbol}}', 'FUNCTION').matchAll(PROBE)].map(([probe]) => lastPart(probe)),
    );
    const says = new Set(header.probes.join(', ').split(/, */).map(lastPart)); // prettier-ignore
    expect([...says].sort()).toEqual([...has].sort());
  });

  test('names the maps it leaves, and no others', () => {
    const cleared = [...program.matchAll(/\bclear\((@\w*)\)/g)].map(([, map]) => map);
    const left = new Set((program.match(/@\w*/g) ?? []).filter((map) => !cleared.includes(map)));
    const says = header.outputs.flatMap(({ field }) => field.match(/^@\w*/) ?? []);
    expect([...says].sort()).toEqual([...left].sort());
    expect(header.outputs.some(({ field }) => field.startsWith('line'))).toBe(/\b(printf|join|time|cat)\(/.test(program));
  });

  test('says what it has of a process, as its probes have it', () => {
    if (/libjvm:/.test(program)) expect(header.process.kind).toBe('needed');
    // What runs in another process than the one that is meant.
    if (/tracepoint:(sched:sched_(switch|wak)|block:|sock:inet|tcp:|oom:)/.test(program))
      expect(header.process.kind).toBe('refused');
  });

  test('leaves the JVM alive: no return probe of libjvm', () => {
    expect(program).not.toMatch(/uretprobe:libjvm/);
  });

  test('asks for no more text than there is room for beside a stack', () => {
    if (/\bjstack\b/.test(program)) expect(header.needs.stringBytes).toBeNull();
  });

  test('has a purpose that the list need not cut', () => {
    expect(header.purpose.length).toBeLessThanOrEqual(PURPOSE_CHARS);
  });

  test('says what it costs, as measured', () => {
    // No machine that measures has kernel probes: guests are emulated.
    if (header.needs.features.includes('kprobes')) expect(header.cost).toBeNull();
    else expect(header.cost, `npx tsx test/bench/script-costs.ts ${name}`).toMatch(/\d+(\.\d+)? (ns|µs|ms) per /);
  });

  test('has an example that begins with what is typed', () => {
    expect(header.example[0]).toMatch(new RegExp(`^\\$ sudo jtrace run ${name}\\b`));
    for (const line of header.example) expect(line.length, line).toBeLessThanOrEqual(EXAMPLE_COLUMNS);
    expect(header.example.at(-1), 'what it means').toMatch(/\.$/);
  });
});

test('docs/scripts.md is what the headers say', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [generated, after] = rest.split(END);
  const groups = SCRIPT_GROUPS.filter((group) => SCRIPTS.some(({ header }) => header.group === group));
  const expected = [contents(), ...groups.map(groupSection)].join('\n');
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(PAGE, `${before ?? ''}${BEGIN}${expected}${END}${after ?? ''}`);
  else expect(generated, `${PAGE} (JTRACE_BLESS=1 writes it anew)`).toBe(expected);
});

/** Of required parameters, by type. */
const EXAMPLE_VALUES: Readonly<Record<ScriptHeader['parameters'][number]['type'], string>> = {
  uint: '1', text: 'x', duration: '1s', size: '1k', path: '/bin/true', symbol: 'f',
}; // prettier-ignore

function lastPart(probe: string): string {
  return probe.trim().replace(/^.*:/, '');
}

function contents(): string {
  const rows = SCRIPTS.map(({ name, header }) => `| [${name}](#${name}) | ${header.group} | ${header.purpose} |`);
  return ['| script | group | purpose |', '|---|---|---|', ...rows, ''].join('\n');
}

function groupSection(group: string): string {
  return SCRIPTS.filter(({ header }) => header.group === group).map(scriptSection).join('\n'); // prettier-ignore
}

function scriptSection({ name, header }: CatalogueScript): string {
  const parameters = header.parameters.map(
    ({ name: parameter, type, shownDefault, help }) =>
      `| \`--${parameter}\` | ${type} | ${shownDefault === null ? 'must be given' : shownDefault === '' ? '' : `\`${shownDefault}\``} | ${help} |`,
  );
  return [
    `## ${name}`,
    '',
    header.purpose,
    '',
    ...header.description.flatMap((paragraph) => [paragraph, '']),
    ...(parameters.length === 0
      ? []
      : ['| parameter | type | without it | what it does |', '|---|---|---|---|', ...parameters, '']),
    `With \`-p PROCESS\`: ${PROCESS_WORDS[header.process.kind]} ${header.process.help}`,
    '',
    '| output | unit | what it is |',
    '|---|---|---|',
    ...header.outputs.map(({ field, unit, help }) => `| \`${field.replaceAll('|', '\\|')}\` | ${unit} | ${help} |`),
    '',
    `Probes: ${header.probes.map((probe) => `\`${probe}\``).join('; ')}. Needs ${shownNeeds(header.needs)}. Cost: ${header.cost ?? 'not measured'}.`,
    '',
    '```',
    ...header.example,
    '```',
    '',
  ].join('\n');
}
