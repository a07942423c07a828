// Two recordings and their difference → the data of a page: the tree of the difference with a row for each node and side. No times and
// no threads, which two runs do not share, and no lines.

import type { DiffProfile } from '../model/diff-profile.ts';
import type { Profile } from '../model/profile.ts';
import type { Recording } from '../model/recording.ts';
import { asPid, asTid } from '../model/units.ts';
import type { Comparison } from './diff-format.ts';
import { escapeForTerminal } from './escape-terminal.ts';
import type { PageData, RowQuality } from './page-data.ts';
import { pageAdvice, pageFacts } from './page-facts.ts';
import { pageReasons } from './page-reasons.ts';
import { PAGE_KINDS, PageTree } from './page-tree.ts';

/** All that the difference has is shown. */
const OPTIONS = { byThread: false, lines: false, native: true };

export function differentialPageDataOf({ before, after, diff }: Comparison): PageData {
  const profile = asProfile(diff);
  const tree = new PageTree(OPTIONS);
  const leaves = tree.add(profile);
  const { nodes, place } = tree.finish();
  const names = [before, after].map(({ facts }) => escapeForTerminal(facts.title));
  const label = (which: string, recording: Recording): PageData['facts'] =>
    pageFacts(recording).map((fact) => ({ ...fact, label: `${fact.label} (${which})` }));
  return {
    version: 1,
    title: `${names[0] ?? ''} → ${names[1] ?? ''}`,
    subtitle: '',
    unit: diff.weightUnit,
    texts: tree.frames.texts,
    kinds: PAGE_KINDS,
    frames: tree.frames.columns,
    nodes,
    rows: rowsOf(diff, profile.samples.stack, leaves, place),
    threads: [],
    time: null,
    differential: { before: names[0] ?? '', after: names[1] ?? '' },
    facts: [...notes(diff), ...label('before', before), ...label('after', after)],
    reasons: pageReasons([before, after].flatMap(({ facts, profile: one }) => (facts.run === null ? [] : [one]))),
    advice: [...pageAdvice(before), ...pageAdvice(after)].filter((line, at, all) => all.indexOf(line) === at),
  };
}

function notes({ problems }: DiffProfile): PageData['facts'] {
  const rows = problems.map((problem) => ({ text: escapeForTerminal(problem), count: null, sub: false }));
  return rows.length === 0 ? [] : [{ label: 'Note', rows }];
}

/** The difference as the tree takes profiles: one sample for each node that has weight, of both sides together. */
function asProfile({ frames, stacks, selfA, selfB, weightUnit }: DiffProfile): Profile {
  const stack = selfA.flatMap((a, node) => (a > 0 || (selfB[node] ?? 0) > 0 ? [node] : []));
  const zeros = stack.map(() => 0);
  const weight = stack.map((node) => (selfA[node] ?? 0) + (selfB[node] ?? 0));
  return {
    frames,
    stacks,
    samples: { stack, weight, timeNs: zeros, pc: zeros, thread: zeros, outcome: zeros },
    threads: [{ pid: asPid(0), tid: asTid(0), name: '' }],
    outcomes: [{ kind: 'complete' }],
    weightUnit,
  };
}

/** By node, A before B; both in their own weights: each side is a whole of its own on the page. */
function rowsOf(diff: DiffProfile, stack: readonly number[], leaves: Int32Array, place: Int32Array): PageData['rows'] {
  const factorA = diff.rawTotalA / diff.total;
  const rows = stack
    .flatMap((node, sample) => {
      const at = place[leaves[sample] ?? 0] ?? 0;
      // Weights are whole numbers; scaled to and fro they miss it by a rounding error.
      return [
        { node: at, side: 0 as const, weight: Math.round((diff.selfA[node] ?? 0) * factorA) },
        { node: at, side: 1 as const, weight: diff.selfB[node] ?? 0 },
      ];
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => a.node - b.node || a.side - b.side);
  const zeros = rows.map(() => 0);
  return {
    slice: zeros,
    thread: zeros,
    quality: rows.map((): RowQuality => 0),
    node: rows.map(({ node }) => node),
    side: rows.map(({ side }) => side),
    weight: rows.map(({ weight }) => weight),
  };
}
