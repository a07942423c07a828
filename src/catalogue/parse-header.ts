// The text of a .bt file → its header. The header is the run of `//` lines at the beginning:
//
//   // Purpose in one line.
//   //
//   // Paragraphs.
//   //
//   // Group: files
//   // Parameters:                        (or `Parameters: none`)
//   //   min   duration  1ms   What it does.  (name, type, default, help, two blanks between; `-`: no default; `""`: the empty text;
//   //                                     lines that are indented further go on)
//   // Process: confined. What counts then.   (with -p; or `needed.`, `refused.` with the reason)
//   // Output:                            (field, unit, help)
//   // Probes:                            (one a line)
//   // Needs: bpftrace 0.17, kernel 4.17, btf, program bash, strings 200
//   // Cost: 0.9 µs per open              (or `unmeasured`)
//   // Example:
//   //   $ sudo jtrace run …
//
// Sections in this order, each once. A fault throws one HeaderFault with file and line.

import { isParameterType } from './parameter-types.ts';
import {
  PROCESS_KINDS,
  RESERVED_NAMES,
  SCRIPT_FEATURES,
  SCRIPT_GROUPS,
  type ScriptHeader,
  type ScriptNeeds,
  type ScriptOutput,
  type ScriptParameter,
  type ScriptProcess,
} from './script-header.ts';

/** A header that is not as it must be: the author's mistake, a bug where the script is ours. */
export class HeaderFault extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.name = 'HeaderFault';
  }
}

const SECTIONS = ['Group', 'Parameters', 'Process', 'Output', 'Probes', 'Needs', 'Cost', 'Example'] as const;
type Section = (typeof SECTIONS)[number];

interface Line {
  readonly number: number;
  readonly text: string;
}

/** What stands behind a section's name, and the lines below it. */
interface Block {
  readonly at: number;
  readonly inline: string;
  readonly lines: readonly Line[];
}

/** `file`: how faults name it. */
export function parseScriptHeader(text: string, file: string): ScriptHeader {
  const fault: Fault = (line, message) => new HeaderFault(file, line, message);
  const lines = commentLines(text);
  const braces = lines.find((line) => line.text.includes('{{'));
  if (braces !== undefined) throw fault(braces.number, 'a header holds no {{placeholder}}');
  const [first] = lines;
  if (first === undefined || first.text === '') throw fault(1, 'the first line is no `// purpose`');
  if (!first.text.endsWith('.')) throw fault(1, 'the purpose is no sentence: it ends in no full stop');
  const { prose, blocks } = split(lines.slice(1), fault);
  const block = (section: Section): Block => {
    const found = blocks.get(section);
    if (found === undefined) throw fault(lines.length, `no section ${section}:`);
    return found;
  };
  const description = paragraphs(prose);
  if (description.length === 0) throw fault(2, 'no description below the purpose');
  const cost = inlineOf('Cost', block('Cost'), fault);
  return {
    purpose: first.text,
    description,
    group: groupOf(block('Group'), fault),
    parameters: parameterRows(block('Parameters'), fault),
    process: processOf(block('Process'), fault),
    outputs: rowsOf(block('Output'), 3, fault).map(outputOf),
    probes: filled('Probes', block('Probes'), fault).map((line) => line.text.trim()),
    needs: needsOf(block('Needs'), fault),
    cost: cost === 'unmeasured' ? null : cost,
    example: exampleOf(filled('Example', block('Example'), fault)),
  };
}

type Fault = (line: number, message: string) => HeaderFault;

/** Lines of the header without `// `. */
function commentLines(text: string): readonly Line[] {
  const all = text.split('\n');
  const end = all.findIndex((line) => !line.startsWith('//'));
  return all
    .slice(0, end < 0 ? all.length : end)
    .map((line, index) => ({ number: index + 1, text: line.replace(/^\/\/ ?/, '').trimEnd() }));
}

function split(lines: readonly Line[], fault: Fault): { prose: readonly Line[]; blocks: ReadonlyMap<Section, Block> } {
  const prose: Line[] = [];
  const blocks = new Map<Section, Block & { lines: Line[] }>();
  let current: Line[] = prose;
  let next = 0;
  for (const line of lines) {
    const [, name, inline = ''] = /^([A-Z][a-z]+):(?: (.*))?$/.exec(line.text) ?? [];
    const known = SECTIONS.findIndex((section) => section === name);
    const section = SECTIONS[known];
    if (section === undefined) {
      // In the middle of the prose a word with a colon is prose.
      if (blocks.size > 0 && line.text !== '' && !line.text.startsWith('  '))
        throw fault(line.number, `'${line.text.slice(0, 40)}' is no section, and not indented by two`);
      current.push(line);
      continue;
    }
    if (known < next) throw fault(line.number, `section ${section}: comes twice or out of order (${SECTIONS.join(', ')})`);
    next = known + 1;
    current = [];
    blocks.set(section, { at: line.number, inline: inline.trim(), lines: current });
  }
  return { prose, blocks };
}

function paragraphs(lines: readonly Line[]): readonly string[] {
  const text = lines.map((line) => line.text).join('\n').trim(); // prettier-ignore
  return text === '' ? [] : text.split(/\n{2,}/).map((part) => part.replace(/\s*\n\s*/g, ' '));
}

function inlineOf(section: Section, block: Block, fault: Fault): string {
  // Long ones go on below.
  const text = [block.inline, ...block.lines.map((line) => line.text.trim())].filter((part) => part !== '').join(' ');
  if (text === '') throw fault(block.at, `section ${section}: is empty`);
  return text;
}

function filled(section: Section, block: Block, fault: Fault): readonly Line[] {
  if (block.inline !== '') throw fault(block.at, `section ${section}: begins on the next line`);
  const first = block.lines.findIndex((line) => line.text !== '');
  const last = block.lines.findLastIndex((line) => line.text !== '');
  if (first < 0) throw fault(block.at, `section ${section}: is empty`);
  return block.lines.slice(first, last + 1);
}

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

/** Cells with two blanks or more between them; what is indented by more than two goes on in the last one. */
function rowsOf(block: Block, count: number, fault: Fault): readonly Row[] {
  if (block.inline === 'none' && block.lines.every((line) => line.text === '')) return [];
  const rows: { number: number; cells: string[] }[] = [];
  for (const line of filledRows(block, fault)) {
    const row = rows.at(-1);
    if (line.text.startsWith('   ')) {
      if (row === undefined) throw fault(line.number, 'a row begins after two blanks');
      row.cells.push(`${row.cells.pop() ?? ''} ${line.text.trim()}`);
      continue;
    }
    const words = line.text.trim().split(/ {2,}/);
    if (words.length !== count)
      throw fault(
        line.number,
        `${words.length} cells, not ${count}: '${line.text.trim().slice(0, 60)}' (two blanks between cells)`,
      );
    rows.push({ number: line.number, cells: words });
  }
  return rows;
}

function filledRows(block: Block, fault: Fault): readonly Line[] {
  const lines = block.lines.filter((line) => line.text !== '');
  if (block.inline !== '' || lines.length === 0) throw fault(block.at, 'rows begin on the next line (or `none` on this one)');
  return lines;
}

function groupOf(block: Block, fault: Fault): ScriptHeader['group'] {
  const group = SCRIPT_GROUPS.find((known) => known === block.inline);
  if (group === undefined) throw fault(block.at, `no group '${block.inline}': there are ${SCRIPT_GROUPS.join(', ')}`);
  return group;
}

function parameterRows(block: Block, fault: Fault): readonly ScriptParameter[] {
  const names = new Set<string>();
  return rowsOf(block, 4, fault).map(({ number, cells: [name = '', type = '', preset = '', help = ''] }) => {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw fault(number, `'${name}' is no name of a parameter: lower-case-words`);
    if (RESERVED_NAMES.some((reserved) => reserved === name))
      throw fault(number, `parameter ${name}: jtrace run has a flag of this name`);
    if (names.has(name)) throw fault(number, `parameter ${name} stands here twice`);
    if (!isParameterType(type)) throw fault(number, `parameter ${name}: no type '${type}'`);
    names.add(name);
    return { name, type, shownDefault: preset === '-' ? null : preset === '""' ? '' : preset, help };
  });
}

function processOf(block: Block, fault: Fault): ScriptProcess {
  const [, word = '', help = ''] = /^([a-z]+)\. (.+\.)$/.exec(inlineOf('Process', block, fault)) ?? [];
  const kind = PROCESS_KINDS.find((known) => known === word);
  if (kind === undefined) throw fault(block.at, `Process: begins with no ${PROCESS_KINDS.join('., ')}., or no sentence follows`);
  return { kind, help };
}

function outputOf({ cells: [field = '', unit = '', help = ''] }: Row): ScriptOutput {
  return { field, unit, help };
}

function needsOf(block: Block, fault: Fault): ScriptNeeds {
  const words = inlineOf('Needs', block, fault).split(/, */);
  const versions = new Map<string, readonly [number, number]>();
  const features: ScriptNeeds['features'][number][] = [];
  const programs: string[] = [];
  let stringBytes: number | null = null;
  for (const word of words) {
    const [, program, major, minor] = /^(bpftrace|kernel) (\d+)\.(\d+)$/.exec(word) ?? [];
    const feature = SCRIPT_FEATURES.find((known) => known === word);
    const [, needed] = /^program ([a-z0-9_.+-]+)$/.exec(word) ?? [];
    const [, bytes] = /^strings (\d{2,3})$/.exec(word) ?? [];
    if (program !== undefined) versions.set(program, [Number(major), Number(minor)]);
    else if (feature !== undefined) features.push(feature);
    else if (needed !== undefined) programs.push(needed);
    else if (bytes !== undefined && Number(bytes) <= 200) stringBytes = Number(bytes);
    else throw fault(block.at, `'${word}' is nothing that can be needed: bpftrace X.Y, kernel X.Y, ${SCRIPT_FEATURES.join(', ')}, program NAME, strings N up to 200`); // prettier-ignore
  }
  const [bpftrace, kernel] = [versions.get('bpftrace'), versions.get('kernel')];
  if (bpftrace === undefined || kernel === undefined) throw fault(block.at, 'Needs: names no bpftrace X.Y and kernel X.Y');
  return { bpftrace, kernel, features, programs, stringBytes };
}

/** Two blanks of every line are the section's. */
function exampleOf(lines: readonly Line[]): readonly string[] {
  return lines.map((line) => line.text.slice(2));
}
