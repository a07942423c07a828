// What a running program says → standard output. In a pipe: texts as they come and each snapshot as text. On a terminal: the newest
// snapshots in place at the bottom, drawn anew once a second, and the program's texts scroll by above them; at the end the maps stay
// as text. What the target named is escaped on a terminal. No timer runs while there is nothing to draw.

import type { MapSnapshot, ScriptEvent } from '../../model/script.ts';
import { displayWidth } from '../../outputs/display-width.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { type MapLook, PIPE_LOOK } from '../../outputs/script/map-text.ts';
import type { FactsOfMaps } from '../../model/script-result.ts';
import { mapsText } from '../../outputs/script/script-text.ts';
import { valueText } from '../../outputs/script/value-text.ts';
import { scriptBlock } from './script-block.ts';
import type { Output, Streams } from './streams.ts';

/** Numbers that change faster cannot be read. */
const REDRAW_MS = 1000;
/** After text has scrolled by the tables come back sooner, but not with every line of a program that writes thousands. */
const RETURN_MS = 100;
/** Of each map at the end: more would push the first ones off the screen. A file (`-o`) and a pipe get all. */
const MAX_END_ENTRIES = 50;
/** A program that prints dots and no end of line; then it gets one. */
const MAX_HELD_CHARACTERS = 2000;
/** Where a terminal does not tell its size. */
const [DEFAULT_COLUMNS, DEFAULT_ROWS] = [80, 24];

const [CLEAR_LINE_END, CLEAR_BELOW] = ['\u001b[K', '\u001b[J'];

export interface ScriptView {
  /** Texts, values and maps; other events are for who started the program. */
  event(event: ScriptEvent): void;
  /** Takes the tables away, so that other text can be written on the terminal; they come back. */
  clear(): void;
  /** The end: nothing is drawn after it, on a terminal the last snapshots stay as text. */
  close(): void;
}

/** `stdout` gets it all; `facts`: what is known of the maps. */
export function createScriptView(facts: FactsOfMaps, { stdout, env }: Pick<Streams, 'stdout' | 'env'>): ScriptView {
  const isTerminal = stdout.isTTY === true;
  return isTerminal && env['TERM'] !== 'dumb' ? new LiveView(facts, stdout) : plainView(facts, stdout, isTerminal);
}

function plainView(facts: FactsOfMaps, stdout: Output, isTerminal: boolean): ScriptView {
  return {
    event(event) {
      const text = textOf(event);
      if (text !== '') stdout.write(isTerminal ? shownText(text) : text);
      if (event.kind !== 'map') return;
      const lines = mapsText([event.map], facts, PIPE_LOOK);
      stdout.write(linesText(lines.length > 1 ? [...lines, ''] : lines));
    },
    clear: () => undefined,
    close: () => undefined,
  };
}

class LiveView implements ScriptView {
  readonly #facts: FactsOfMaps;
  readonly #stdout: Output;
  readonly #maps = new Map<string, MapSnapshot>();
  /** Lines that stand on the terminal below all text; the cursor is behind the last one. */
  #drawn: readonly string[] = [];
  #drawnAtMs = -Infinity;
  #drawnWidth = 0;
  #timer: NodeJS.Timeout | null = null;
  /** The beginning of a line, held back until its end comes: the maps stand where it would go on. */
  #held = '';
  /** Before the first map all text is on the terminal at once, the beginning of a line, too. */
  #isMidLine = false;
  #isClosed = false;

  constructor(facts: FactsOfMaps, stdout: Output) {
    this.#facts = facts;
    this.#stdout = stdout;
  }

  event(event: ScriptEvent): void {
    if (this.#isClosed) return;
    const text = textOf(event);
    if (text !== '') this.#text(shownText(text));
    if (event.kind !== 'map') return;
    if (this.#isMidLine) this.#write('\n');
    this.#isMidLine = false;
    this.#maps.set(event.map.name, event.map);
    const waitMs = this.#drawnAtMs + REDRAW_MS - performance.now();
    if (waitMs <= 0) this.#draw();
    else this.#timer ??= this.#drawIn(waitMs);
  }

  clear(): void {
    if (this.#isClosed || this.#drawn.length === 0) return;
    this.#write(this.#wiped());
    this.#drawn = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = this.#drawIn(RETURN_MS);
  }

  close(): void {
    if (this.#isClosed) return;
    const wiped = this.#wiped();
    const rest = this.#held === '' ? '' : `${this.#held}\n`;
    const look: MapLook = { columns: this.#columns, isWhole: false, maxEntries: MAX_END_ENTRIES };
    const lines = mapsText([...this.#maps.values()], this.#facts, look);
    this.#stop();
    if (lines.length > 0) this.#write(`${wiped}${rest}${linesText(lines)}`);
  }

  /** Some terminals say 0. */
  get #width(): number {
    return this.#stdout.columns || DEFAULT_COLUMNS;
  }
  get #height(): number {
    return this.#stdout.rows || DEFAULT_ROWS;
  }
  /** A full line would wrap on some. */
  get #columns(): number {
    return Math.max(1, this.#width - 1);
  }

  #text(text: string): void {
    if (this.#maps.size === 0) {
      this.#isMidLine = !text.endsWith('\n');
      this.#write(text);
      return;
    }
    this.#held += text;
    if (this.#held.length > MAX_HELD_CHARACTERS && !this.#held.includes('\n')) this.#held += '\n';
    const end = this.#held.lastIndexOf('\n') + 1;
    if (end === 0) return;
    this.clear();
    this.#write(this.#held.slice(0, end));
    this.#held = this.#held.slice(end);
  }

  #drawIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#draw(), ms).unref();
  }

  #draw(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isClosed || this.#maps.size === 0) return;
    const size = { columns: this.#columns, lines: this.#height - 1 };
    const block = scriptBlock([...this.#maps.values()], this.#facts, size);
    // Lines that a narrower terminal has wrapped must be gone, not written over: a wider one would join them.
    const start = this.#width === this.#drawnWidth ? this.#home() : this.#wiped();
    this.#write(`${start}${block.map((line) => line + CLEAR_LINE_END).join('\n')}${CLEAR_BELOW}`);
    this.#drawn = block;
    this.#drawnAtMs = performance.now();
    this.#drawnWidth = this.#width;
  }

  /** To the beginning of what is drawn. */
  #home(): string {
    const rows = this.#drawnRows();
    return rows > 1 ? `\r${up(rows - 1)}` : '\r';
  }

  /** The same, and all of it gone. The first line apart: clearing from the top of its screen, tmux keeps what was there as history. */
  #wiped(): string {
    return this.#drawnRows() > 1 ? `${this.#home()}${CLEAR_LINE_END}\n${CLEAR_BELOW}${up(1)}` : `\r${CLEAR_BELOW}`;
  }

  /** Rows that the drawn lines take: a terminal that became narrower has wrapped them since. */
  #drawnRows(): number {
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / this.#width)), 0);
    return Math.min(rows, this.#height);
  }

  /** A terminal that is gone gets nothing more: the run goes on, for its files. */
  #write(text: string): void {
    try {
      this.#stdout.write(text);
    } catch {
      this.#stop();
    }
  }

  #stop(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function up(rows: number): string {
  return `\u001b[${String(rows)}A`;
}

/** What an event writes as text; '': nothing. */
function textOf(event: ScriptEvent): string {
  if (event.kind === 'text') return event.text;
  return event.kind === 'value' ? `${valueText(event.value)}\n` : '';
}

/** Lines and tabs are the program's; all else may be the target's. */
function shownText(text: string): string {
  return text.replace(/[^\n\t]+/g, (part) => escapeForTerminal(part, Infinity));
}

function linesText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
