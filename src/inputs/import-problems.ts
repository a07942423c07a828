// What a reader could not take → the lines of `facts.problems`: one per kind of problem, with how often and where first.

import type { Profile } from '../model/profile.ts';

/** What profile-builder.ts calls stacks and names beyond its bounds. */
const FULL = /^\[unresolved: too many (?:stacks|names)\]$/;

export class ImportProblems {
  readonly #found = new Map<string, { count: number; readonly first: string }>();

  /** `what` is one of a reader's few texts, in the plural (`lines that are no folded stack`); `where` is only asked for the first. */
  add(what: string, where: () => string, count = 1): void {
    const known = this.#found.get(what);
    if (known !== undefined) known.count += count;
    else if (count > 0) this.#found.set(what, { count, first: where() });
  }

  /** How often anything was wrong. */
  get count(): number {
    return [...this.#found.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** One line each; what the profile itself had no room for is among them. */
  texts(profile: Profile): readonly string[] {
    const texts = [...this.#found].map(
      ([what, { count, first }]) => `${what}: ${String(count)}${first === '' ? '' : `, the first is ${first}`}`,
    );
    const { frames, stacks, samples } = profile;
    const isFull = frames.frames.map(({ name, kind }) => kind === 'marker' && FULL.test(name));
    if (!isFull.includes(true)) return texts;
    const cut = samples.stack.reduce(
      (sum, stack, i) => sum + (isFull[stacks.frame[stack] ?? -1] === true ? (samples.weight[i] ?? 0) : 0),
      0,
    );
    return [...texts, `more stacks or names than a profile can hold: ${String(cut)} ${profile.weightUnit} are counted together`];
  }
}
