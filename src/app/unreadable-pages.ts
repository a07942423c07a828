// Pages of stacks that BPF could not read → why, looked at before anything of jtrace's touches them, by the same rules as `jtrace residency`;
// counted, and told at the end. A read that fails gives zeros, and so does a page of zeros: what is there by now is told with -v only.

import { CAUSE_TEXTS, type PageStateKind, type UnreadableCause } from '../model/page-state.ts';
import type { RawSample } from '../model/sample.ts';
import type { Mapping } from '../model/target.ts';
import type { Ui } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import { explainPage } from '../residency/explain-page.ts';
import { isBacked } from '../residency/mapping-residency.ts';
import { isNumaBalancing } from '../target/pages/numa-balancing.ts';
import { pagemapState } from '../target/pages/pagemap.ts';
import { readMappings } from '../target/pages/read-mappings.ts';

/** All looks of a run together: what is not looked at is counted. Of a process with 65,000 mappings one takes 100 ms. */
const MOST_MS = 1000;
const MAPPINGS_AGE_MS = 1000;
/** Processes whose mappings are remembered so long. */
const MOST_PROCESSES = 64;
const STATES = { present: 'readable', swapped: 'swapped', none: 'none', gone: 'none' } as const satisfies Record<
  ReturnType<typeof pagemapState>,
  PageStateKind
>;

export class UnreadablePages {
  readonly #causes = new Map<UnreadableCause, number>();
  #spentMs = 0;
  #unlooked = 0;
  readonly #mappings = new Map<Pid, { readonly atMs: number; readonly list: readonly Mapping[] | null }>();

  /** Before the sample's stack is walked: that may read its pages again, which brings them in. */
  see({ pid, stack }: Pick<RawSample, 'pid' | 'stack'>): void {
    for (const page of stack.unreadablePages) {
      if (this.#spentMs >= MOST_MS) {
        this.#unlooked += 1;
        continue;
      }
      const startMs = performance.now();
      const cause = this.#explain(pid, page);
      this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
      this.#spentMs += performance.now() - startMs;
    }
  }

  /** `BPF could not read 12 pages of the stacks: 10 swapped out, 2 never touched`; nothing where there were none. Once. */
  tell(ui: Pick<Ui, 'message'>): void {
    const told = [...this.#causes].filter(([cause]) => cause !== 'readable-again').sort(([, a], [, b]) => b - a);
    const pages = told.reduce((sum, [, count]) => sum + count, 0);
    if (pages > 0)
      ui.message(
        'note',
        `BPF could not read ${counted(pages)} of the stacks: ` +
          `${told.map(([cause, count]) => `${String(count)} ${CAUSE_TEXTS[cause].title}`).join(', ')} (docs/residency.md)`,
      );
    const readable = this.#causes.get('readable-again') ?? 0;
    // Zeros are no news, but where NUMA balancing is on it may have been a hint.
    if (readable > 0 && isNumaBalancing())
      ui.message(
        'note',
        `${counted(readable)} of the stacks came as zeros and can be read now: NUMA hinting (kernel.numa_balancing is on), or zeros`,
      );
    else if (readable > 0)
      ui.message('detail', `${counted(readable)} of the stacks came as zeros and can be read now: zeros, or touched since`);
    if (this.#unlooked > 0)
      ui.message('note', `${counted(this.#unlooked)} of the stacks came as zeros and were not looked at: there were too many`);
    this.#causes.clear();
    this.#unlooked = 0;
  }

  #explain(pid: Pid, address: number): UnreadableCause {
    const state = pagemapState(pid, address);
    const list = state === 'gone' ? null : this.#mappingsOf(pid);
    const mapping = list?.find(({ start, end }) => address >= start && address < end);
    const isForbidden = mapping?.permissions.startsWith('---') === true;
    return explainPage({
      address,
      state: isForbidden ? 'protected' : STATES[state],
      mapping:
        list === null
          ? undefined
          : mapping === undefined
            ? null
            : { permissions: mapping.permissions, isBacked: isBacked({ mapping }) },
      isForkChild: false,
      parentState: null,
      wasGivenBack: false,
      cache: 'unknown',
      isNumaBalancing: false,
    });
  }

  #mappingsOf(pid: Pid): readonly Mapping[] | null {
    const nowMs = performance.now();
    const known = this.#mappings.get(pid);
    if (known !== undefined && nowMs - known.atMs < MAPPINGS_AGE_MS) return known.list;
    if (this.#mappings.size >= MOST_PROCESSES) this.#mappings.clear();
    const list = readMappings(pid);
    this.#mappings.set(pid, { atMs: nowMs, list });
    return list;
  }
}

function counted(pages: number): string {
  return pages === 1 ? '1 page' : `${String(pages)} pages`;
}
