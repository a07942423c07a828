// What an instruction makes of a state, remembered: (CIE, state, instruction) → state, all as numbers. A table of fixed size in which a newer
// step takes the place of an older one: a hostile file makes it useless, never large or slow.

/** libjvm's and libc's instructions lead along some thousand steps. */
const PLACES = 1 << 13;

export class StateSteps {
  /** CIE and state of a step, 16 bits each. */
  readonly #from = new Int32Array(PLACES);
  readonly #instructions = new Int32Array(PLACES);
  readonly #to = new Uint16Array(PLACES);

  /** The number of the state that comes of it; 0, which is no state's: not known. */
  get(cie: number, state: number, instruction: number): number {
    const from = (cie << 16) | state;
    const place = placeOf(from, instruction);
    return this.#from[place] === from && this.#instructions[place] === instruction ? (this.#to[place] ?? 0) : 0;
  }

  set(cie: number, state: number, instruction: number, to: number): void {
    const from = (cie << 16) | state;
    const place = placeOf(from, instruction);
    this.#from[place] = from;
    this.#instructions[place] = instruction;
    this.#to[place] = to;
  }
}

function placeOf(from: number, instruction: number): number {
  const mixed = Math.imul(from, 0x9e37_79b1) ^ Math.imul(instruction, 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15)) & (PLACES - 1);
}
