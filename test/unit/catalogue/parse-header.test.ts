// The header of a script: what it becomes, and one clear fault for each way to get it wrong.

import { describe, expect, test } from 'vitest';
import { parseScriptHeader } from '../../../src/catalogue/parse-header.ts';

const GOOD = `// Files opened, by thread.
//
// Counts opens:
// by thread.
//
// And more.
//
// Group: files
// Parameters:
//   count    uint      7    Only so many.
//   min      duration  1ms  Only calls that took
//                           as long.
//   name     text      ""   Only this name.
//   library  path      -    Where it is.
// Process: confined. Only its own opens, whatever
//   they are.
// Output:
//   @opens[comm, tid]  opens  Opens.
// Probes:
//   tracepoint:a:b, c
//   uprobe:d
// Needs: bpftrace 0.17, kernel 5.6, btf, program bash, strings 100
// Cost: 1 µs per open,
//   measured on a toaster
// Example:
//   $ sudo jtrace run opens
//
//     indented
//   It means this.

BEGIN { } // Cost: of no header
`;

test('all of it', () => {
  expect(parseScriptHeader(GOOD, 'a.bt')).toEqual({
    purpose: 'Files opened, by thread.',
    description: ['Counts opens: by thread.', 'And more.'],
    group: 'files',
    parameters: [
      { name: 'count', type: 'uint', shownDefault: '7', help: 'Only so many.' },
      { name: 'min', type: 'duration', shownDefault: '1ms', help: 'Only calls that took as long.' },
      { name: 'name', type: 'text', shownDefault: '', help: 'Only this name.' },
      { name: 'library', type: 'path', shownDefault: null, help: 'Where it is.' },
    ],
    process: { kind: 'confined', help: 'Only its own opens, whatever they are.' },
    outputs: [{ field: '@opens[comm, tid]', unit: 'opens', help: 'Opens.' }],
    probes: ['tracepoint:a:b, c', 'uprobe:d'],
    needs: { bpftrace: [0, 17], kernel: [5, 6], features: ['btf'], programs: ['bash'], stringBytes: 100 },
    cost: '1 µs per open, measured on a toaster',
    example: ['$ sudo jtrace run opens', '', '  indented', 'It means this.'],
  });
});

test('no parameters, and a cost that is not known', () => {
  const text = GOOD.replace(/Parameters:\n[^]*?\/\/ Process/, 'Parameters: none\n// Process').replace(
    /Cost:[^]*toaster/,
    'Cost: unmeasured',
  );
  expect(parseScriptHeader(text, 'a.bt')).toMatchObject({ parameters: [], cost: null });
});

describe('faults', () => {
  test.each([
    ['no header', /^[^]*$/, 'BEGIN { }', 'a.bt:1: the first line is no `// purpose`'],
    ['no sentence', 'by thread.\n//\n// Counts', 'by thread\n//\n// Counts', 'a.bt:1: the purpose is no sentence'],
    ['no description', /\/\/ Counts[^]*more\.\n/, '', 'a.bt:2: no description'],
    ['a placeholder', 'Only so many', 'Only {{count:uint}}', 'a.bt:10: a header holds no {{placeholder}}'],
    ['a section missing', /\/\/ Probes:\n.*\n.*\n/, '', 'no section Probes:'],
    ['a section twice', '// Probes:', '// Output:', 'a.bt:19: section Output: comes twice or out of order'],
    ['an unknown section', '// Probes:', '// Prose:', "a.bt:19: 'Prose:' is no section"],
    ['an empty section', /(Probes:\n).*\n.*\n/, '$1', 'a.bt:19: section Probes: is empty'],
    ['an unknown group', 'Group: files', 'Group: toasters', "a.bt:8: no group 'toasters'"],
    ['an unknown type', 'uint      7', 'number    7', "a.bt:10: parameter count: no type 'number'"],
    ['a type of the prototype', 'uint      7', 'toString  7', "parameter count: no type 'toString'"],
    ['a name that cannot be typed', '//   min ', '//   Min ', "a.bt:11: 'Min' is no name of a parameter"],
    ['a name of a flag of jtrace run', '//   min ', '//   pid ', 'a.bt:11: parameter pid: jtrace run has a flag of this name'],
    [
      'a process that is none',
      'confined. Only',
      'perhaps. Only',
      'a.bt:15: Process: begins with no confined., needed., refused.',
    ],
    ['a process without its sentence', /confined\. [^]*?are\./, 'confined', 'a.bt:15: Process: begins with no'],
    ['a parameter twice', '//   min ', '//   count ', 'a.bt:11: parameter count stands here twice'],
    ['a row with a cell too few', '  7    Only', ' 7 Only', 'a.bt:10: 3 cells, not 4'],
    ['a row that goes on from nothing', '//   count  ', '//     count  ', 'a.bt:10: a row begins after two blanks'],
    ['a need that is none', 'btf, ', 'toast, ', "a.bt:22: 'toast' is nothing that can be needed"],
    ['no version', 'bpftrace 0.17, ', '', 'a.bt:22: Needs: names no bpftrace X.Y and kernel X.Y'],
    ['an empty cost', /Cost:[^]*toaster/, 'Cost:', 'a.bt:23: section Cost: is empty'],
  ])('%s', (_name, what, by, message) => {
    const text = GOOD.replace(what, by);
    expect(text).not.toBe(GOOD);
    expect(() => parseScriptHeader(text, 'a.bt')).toThrow(message);
  });
});
