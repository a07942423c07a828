// Events of a running program → its result so far, bounded however long it runs and whatever it prints.

import type { MapSnapshot, ScriptEvent } from '../../model/script.ts';
import type { RunOfScript, ScriptResult } from '../../model/script-result.ts';
import { valueText } from './value-text.ts';

/** More than anybody reads, of a program that prints without end. */
const MAX_TEXT_CHARACTERS = 1 << 20;
/** A helper error may come with every event. */
const MAX_MESSAGES = 1000;

export interface ResultCollector {
  add(event: ScriptEvent): void;
  /** So far; the collector goes on. */
  result(run: RunOfScript): ScriptResult;
}

export function createResultCollector(maxTextCharacters = MAX_TEXT_CHARACTERS): ResultCollector {
  const maps = new Map<string, MapSnapshot>();
  const text = new NewestText(maxTextCharacters);
  const messages: string[] = [];
  let lostEvents = 0;
  let probes = 0;
  return {
    add(event) {
      switch (event.kind) {
        case 'ready':
          probes = event.probes;
          return;
        case 'text':
          text.add(event.text);
          return;
        case 'map':
          maps.set(event.map.name, event.map); // a name that is known keeps its place
          return;
        case 'value':
          text.add(`${valueText(event.value)}\n`);
          return;
        case 'lost':
          lostEvents += event.count;
          return;
        case 'message':
          if (messages.length < MAX_MESSAGES) messages.push(event.text);
          return;
        case 'failed':
        case 'stopped':
          return; // of how it ended the caller knows more
        default:
          return event satisfies never;
      }
    },
    result: (run) => ({ ...run, ...text.kept(), maps: [...maps.values()], messages: [...messages], lostEvents, probes }),
  };
}

/** The last characters of a stream. */
class NewestText {
  readonly #most: number;
  #text = '';
  #dropped = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(text: string): void {
    this.#text += text;
    // Cut seldom: each cut copies.
    if (this.#text.length > 2 * this.#most) this.#cut();
  }

  kept(): Pick<ScriptResult, 'text' | 'omittedCharacters'> {
    if (this.#text.length > this.#most) this.#cut();
    return { text: this.#text, omittedCharacters: this.#dropped };
  }

  /** At a line's beginning where there is one: half a line, or half a surrogate pair, would mislead. */
  #cut(): void {
    let from = this.#text.length - this.#most;
    const newline = this.#text.indexOf('\n', from - 1);
    if (newline >= 0 && newline + 1 < this.#text.length) from = newline + 1;
    else if (/[\udc00-\udfff]/.test(this.#text.charAt(from))) from += 1;
    this.#dropped += from;
    this.#text = this.#text.slice(from);
  }
}
