// Pages of stacks that BPF could not read → why, looked at before anything of jtrace's touches them, by the same rules as `jtrace residency`;
// counted, and told at the end. A read that fails gives zeros, and so does a page of zeros: what is there by now is told with -v only.

import { CAUSE_TEXTS, type PageStateKind, type UnreadableCause } from '../model/page-state.ts';
import type { RawSample } from '../model/sample.ts';
import type { Mapping } from '../model/target.ts';
import type { Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { explainPage } from '../residency/explain-page.ts';
import { isBacked, isMemory } from '../residency/mapping-residency.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { pagemapState } from '../target/pages/pagemap.ts';
import { readMappings } from '../target/pages/read-mappings.ts';

/** Looks cost some 20 us each, maps of a large JVM some milliseconds: what is not looked at is counted. */
const MOST_LOOKS = 5000;
const MAPPINGS_AGE_MS = 1000;
const STATES = { present: 'readable', swapped: 'swapped', none: 'none', gone: 'none' } as const satisfies Record<
  ReturnType<typeof pagemapState>,
  PageStateKind
>;

export class UnreadablePages {
  readonly #causes = new Map<UnreadableCause, number>();
  #looks = 0;
  #unlooked = 0;
  #mappings: { readonly pid: Pid; readonly atMs: number; readonly list: readonly Mapping[] | null } | null = null;

  /** Before the sample's stack is walked: that may read its pages again, which brings them in. */
  see({ pid, stack }: Pick<RawSample, 'pid' | 'stack'>): void {
    for (const page of stack.unreadablePages) {
      if (this.#looks >= MOST_LOOKS) {
        this.#unlooked += 1;
        continue;
      }
      this.#looks += 1;
      const cause = this.#explain(pid, page);
      this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
    }
  }

  /** `BPF could not read 12 pages of the stacks: 10 swapped out, 2 never touched`; nothing where there were none. Once. */
  tell(ui: Pick<Ui, 'message'>): void {
    const told = [...this.#causes].filter(([cause]) => cause !== 'readable-again').sort(([, a], [, b]) => b - a);
    const pages = told.reduce((sum, [, count]) => sum + count, 0);
    const more = this.#unlooked > 0 ? `; of ${String(this.#unlooked)} more it was not asked` : '';
    if (pages > 0)
      ui.message(
        'note',
        `BPF could not read ${String(pages)} ${pages === 1 ? 'page' : 'pages'} of the stacks: ` +
          `${told.map(([cause, count]) => `${String(count)} ${CAUSE_TEXTS[cause].title}`).join(', ')}${more} (docs/residency.md)`,
      );
    const readable = this.#causes.get('readable-again') ?? 0;
    if (readable > 0)
      ui.message('detail', `${String(readable)} pages of the stacks came as zeros and are there now: zeros, or touched since`);
    this.#causes.clear();
  }

  #explain(pid: Pid, address: number): UnreadableCause {
    const state = pagemapState(pid, address);
    const list = state === 'gone' ? null : this.#mappingsOf(pid);
    const mapping = list?.find(({ start, end }) => address >= start && address < end);
    return explainPage({
      address,
      state: STATES[state],
      mapping:
        list === null
          ? undefined
          : mapping === undefined
            ? null
            : { permissions: mapping.permissions, isBacked: isBacked({ mapping }), isMemory: isMemory(mapping) },
      isForkChild: false,
      parentState: null,
      wasGivenBack: false,
      cache: 'unknown',
      isNumaBalancing: isNumaBalancing(),
    });
  }

  #mappingsOf(pid: Pid): readonly Mapping[] | null {
    const nowMs = performance.now();
    const known = this.#mappings;
    if (known?.pid === pid && nowMs - known.atMs < MAPPINGS_AGE_MS) return known.list;
    const list = readMappings(pid);
    this.#mappings = { pid, atMs: nowMs, list };
    return list;
  }
}
