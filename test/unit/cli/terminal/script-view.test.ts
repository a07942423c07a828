// A running program on a terminal: what stands on the screen, by a terminal that understands just the codes the view writes.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import fc from 'fast-check';
import { fairShares, scriptBlock } from '../../../../src/cli/terminal/script-block.ts';
import { createScriptView } from '../../../../src/cli/terminal/script-view.ts';
import type { MapSnapshot, ScriptEvent } from '../../../../src/model/script.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { mapOf, number, powers, scalar, scriptResult } from '../../../support/script-results.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal without an end at the top: lines, and where the cursor is. */
class Screen {
  readonly isTTY = true;
  columns = 80;
  rows = 24;
  writes = 0;
  isGone = false;
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;

  write = (text: string): void => {
    if (this.isGone) throw Object.assign(new Error('write EIO'), { code: 'EIO' });
    this.writes += 1;
    for (const [piece, up] of text.matchAll(/\u001b\[(\d+)A|\u001b\[K|\u001b\[J|\r|\n|[^\u001b\r\n]+/g)) {
      if (up !== undefined) this.#row = Math.max(0, this.#row - Number(up));
      else if (piece === '\r') this.#column = 0;
      else if (piece === '\n') {
        [this.#row, this.#column] = [this.#row + 1, 0];
        this.#put(this.#line);
      } else if (piece === '\u001b[K' || piece === '\u001b[J') {
        this.#put(this.#line.slice(0, this.#column));
        if (piece === '\u001b[J') this.#lines.length = this.#row + 1;
      } else {
        this.#put(this.#line.slice(0, this.#column).padEnd(this.#column) + piece + this.#line.slice(this.#column + piece.length));
        this.#column += piece.length;
      }
    }
  };

  get #line(): string {
    return this.#lines[this.#row] ?? '';
  }
  #put(line: string): void {
    while (this.#lines.length <= this.#row) this.#lines.push('');
    this.#lines[this.#row] = line;
  }
  get text(): string {
    return this.#lines.join('\n');
  }
}

const mapEvent = (map: MapSnapshot): ScriptEvent => ({ kind: 'map', map });
const textEvent = (text: string): ScriptEvent => ({ kind: 'text', text });
const counts = (a: number, b: number): ScriptEvent => mapEvent(mapOf('@n', { a: number(a), b: number(b) }));

function start(env: NodeJS.ProcessEnv = {}) {
  const screen = new Screen();
  return { screen, view: createScriptView(new Map(), { stdout: screen, env }) };
}

test('tables are drawn in place, once a second, the largest first, and stay at the end', () => {
  const { screen, view } = start();
  view.event(counts(1, 2));
  expect(screen.text).toBe('@n[b]: 2\n@n[a]: 1');
  view.event(counts(30, 4));
  expect(screen.text).toBe('@n[b]: 2\n@n[a]: 1'); // too soon
  vi.advanceTimersByTime(1000);
  expect(screen.text).toBe('@n[a]: 30\n@n[b]:  4');
  view.event(mapEvent(mapOf('@n', { a: number(31) })));
  view.close();
  expect(screen.text).toBe('@n[a]: 31\n');
  view.event(counts(1, 2));
  vi.advanceTimersByTime(5000);
  expect(screen.text).toBe('@n[a]: 31\n');
});

test('at the end a long map has its largest entries on a terminal, and all of them in a pipe', () => {
  const long = mapEvent(mapOf('@n', Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${String(i)}`, number(i)]))));
  const { screen, view } = start();
  view.event(long);
  expect(screen.text.split('\n').length).toBe(23);
  view.close();
  const lines = screen.text.split('\n');
  expect([lines[0], lines[49], lines[50], lines.length]).toEqual(['@n[k59]: 59', '@n[k10]: 10', '… 10 more', 52]);
  let written = '';
  createScriptView(new Map(), { stdout: { write: (text) => (written += text) }, env: {} }).event(long);
  expect(written.trimEnd().split('\n').length).toBe(60);
});

test('texts scroll by above; the beginning of a line waits for its end; nothing of the target’s is obeyed', () => {
  const { screen, view } = start();
  view.event(textEvent('Tracing...\nno end'));
  expect(screen.text).toBe('Tracing...\nno end');
  view.event(counts(1, 2));
  expect(screen.text).toBe('Tracing...\nno end\n@n[b]: 2\n@n[a]: 1');
  view.event(textEvent('one\tx\u001b[2J\ntw'));
  expect(screen.text).toBe('Tracing...\nno end\none\tx\\e[2J\n');
  vi.advanceTimersByTime(100);
  expect(screen.text).toBe('Tracing...\nno end\none\tx\\e[2J\n@n[b]: 2\n@n[a]: 1');
  view.event({ kind: 'value', value: number(7) });
  vi.advanceTimersByTime(100);
  expect(screen.text).toBe('Tracing...\nno end\none\tx\\e[2J\ntw7\n@n[b]: 2\n@n[a]: 1');
  view.event(textEvent('last'));
  view.close();
  expect(screen.text).toBe('Tracing...\nno end\none\tx\\e[2J\ntw7\nlast\n@n[b]: 2\n@n[a]: 1\n');
});

test('a program that writes without pause does not have its tables drawn for every line', () => {
  const { screen, view } = start();
  view.event(counts(1, 2));
  const before = screen.writes;
  for (let line = 0; line < 1000; line += 1) view.event(textEvent(`line ${String(line)}\n`));
  expect(screen.writes - before).toBe(1001); // the lines, and the tables taken away once
  for (let dot = 0; dot < 5000; dot += 1) view.event(textEvent('.'));
  expect(screen.text).toContain('.'.repeat(2000));
});

test('others can write: the tables give way and come back', () => {
  const { screen, view } = start();
  view.clear();
  view.event(counts(1, 2));
  view.clear();
  screen.write('jtrace: note\n');
  vi.advanceTimersByTime(100);
  expect(screen.text).toBe('jtrace: note\n@n[b]: 2\n@n[a]: 1');
});

test('a terminal that became narrower has wrapped what was drawn: all of it is taken away', () => {
  const { screen, view } = start();
  const long = `key ${'x'.repeat(50)}`;
  view.event(textEvent('above\n'));
  view.event(mapEvent(mapOf('@n', { [long]: number(1) })));
  expect(screen.text).toBe(`above\n@n[${long}]: 1`);
  screen.columns = 30;
  const written: string[] = [];
  screen.write = (text) => void written.push(text);
  view.event(mapEvent(mapOf('@n', { [long]: number(2) })));
  vi.advanceTimersByTime(1000);
  expect(written.join('')).toBe('\r\u001b[2A\u001b[K\n\u001b[J\u001b[1A@n[key x…xxxxxxxxxxxxxxxx]: 2\u001b[K\u001b[J'); // 61 columns were three rows of 30
});

test('a terminal that is gone ends nothing', () => {
  const { screen, view } = start();
  view.event(counts(1, 2));
  screen.isGone = true;
  view.event(counts(3, 4));
  vi.advanceTimersByTime(2000);
  view.event(textEvent('x\n'));
  view.clear();
  view.close();
  expect(screen.writes).toBe(1);
});

test('no terminal: text and snapshots as they come, none of the codes, texts not escaped; a dumb one: escaped', () => {
  for (const [isTTY, env, shown] of [[false, {}, '\u001b[2J'], [true, { TERM: 'dumb' }, '\\e[2J']] as const) {
    let written = '';
    const view = createScriptView(new Map(), { stdout: { isTTY, write: (text) => (written += text) }, env });
    view.event(textEvent('a\u001b[2J'));
    view.event(counts(1, 2));
    view.event(mapEvent(scalar('@x', number(5))));
    view.event({ kind: 'lost', count: 5 });
    view.clear();
    view.close();
    vi.advanceTimersByTime(5000);
    expect(written).toBe(`a${shown}@n[b]: 2\n@n[a]: 1\n\n@x: 5\n`);
  }
}); // prettier-ignore

test('the block fits any terminal', () => {
  const { maps, mapFacts } = scriptResult();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 60 }),
      fc.subarray([...maps]),
      (columns, lines, some) => {
        const block = scriptBlock(some, mapFacts, { columns, lines });
        expect(block.length).toBeLessThanOrEqual(lines);
        for (const line of block) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
        if (some.length > 0 && lines > 1) expect(block.length).toBeGreaterThan(0);
      },
    ),
  );
});

test('maps share the height; each shows its largest and says how many more there are', () => {
  const entries = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${String(i)}`, number(i)]));
  const maps = [mapOf('@many', entries), scalar('@x', number(1)), scalar('@us', powers(1n, [1, 2, 3]))];
  expect(scriptBlock(maps, new Map(), { columns: 40, lines: 12 })).toEqual([
    '@many[k99]: 99',
    '@many[k98]: 98',
    '@many[k97]: 97',
    '@many[k96]: 96',
    '… 96 more',
    '',
    '@x: 1',
    '',
    '@us:',
    '[1]    1 |@@@@@@@@@                    |',
    '[2, 4) 2 |@@@@@@@@@@@@@@@@@@@          |',
    '[4, 8) 3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|',
  ]);
  const high = [scalar('@us', powers(1n, [1, 2, 3, 4]))];
  expect(scriptBlock(high, new Map(), { columns: 14, lines: 4 })).toEqual(['@us:', '[1]     1', '[2, 4)  2', '…']);
  expect(fairShares([100, 1, 4], 10)).toEqual([5, 1, 4]);
  expect(fairShares([5, 5], 3)).toEqual([1, 2]);
  const many = Array.from({ length: 20 }, (_, i) => scalar(`@m${String(i)}`, number(i)));
  expect(scriptBlock(many, new Map(), { columns: 40, lines: 10 }).at(-1)).toBe('… 17 more maps');
});
