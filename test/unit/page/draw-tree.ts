// Page trees drawn as text: folded lines → the page's model, its tree and weights.

import type { Frame, FrameKind } from '../../../src/model/frame.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { asPid, asTid } from '../../../src/model/units.ts';
import { pageDataOf } from '../../../src/outputs/page-data-of.ts';
import { type Model, modelOf, nodeName } from '../../../src/page/model.ts';
import { pathTo, type Tree } from '../../../src/page/tree.ts';
import { createProfileBuilder } from '../../../src/profile/profile-builder.ts';

export interface DrawnSample {
  /** `oldest;…;leaf`; `name/kind` sets a frame's kind, c2 otherwise. */
  readonly stack: string;
  readonly weight?: number;
  readonly tid?: number;
  readonly timeMs?: number;
  readonly line?: number;
  readonly isApproximate?: boolean;
}

export function drawRecording(samples: readonly DrawnSample[]): Recording {
  const builder = createProfileBuilder('samples');
  for (const { stack, weight = 1, tid = 1, timeMs = 0, line = 0, isApproximate = false } of samples) {
    const frames = stack.split(';').map((text): Frame => {
      const [, name = text, kind = 'c2'] = /^(.*)\/(interpreted|c1|inlined|native|vm|kernel|marker)$/.exec(text) ?? [];
      const marker = kind === 'marker' ? 'unfinished' : null;
      return { kind: kind as FrameKind, name, signature: '', bci: 0, line, library: '', lineApproximate: false, marker };
    });
    builder.add(
      { pid: asPid(1), tid: asTid(tid), timeNs: timeMs * 1e6, pc: 0, weight },
      {
        frames: frames.reverse(),
        outcome: isApproximate ? { kind: 'approximate', reasons: ['reread-page'] } : { kind: 'complete' },
        hasJava: true,
      },
    );
    builder.nameThread(asPid(1), asTid(tid), `thread-${String(tid)}`);
  }
  return {
    profile: builder.build(),
    facts: { source: 'jtrace', title: 'Drawn', startedAtMs: null, startNs: 0, hasTimes: true, run: null, problems: [] },
  };
}

export function drawModel(samples: readonly DrawnSample[]): Model {
  return modelOf(pageDataOf(drawRecording(samples), { byThread: false, lines: false, native: true }));
}

/** The node of `oldest;…;leaf`. */
export function nodeAt(model: Model, tree: Tree, stack: string): number {
  for (let node = 0; node < tree.frame.length; node += 1) if (stackOf(model, tree, node) === stack) return node;
  throw new Error(`no node ${stack}`);
}

export function stackOf(model: Model, tree: Tree, node: number): string {
  return pathTo(tree, node).map((at) => nodeName(model, tree, at)).join(';'); // prettier-ignore
}

/** `stack total` of every node with weight, node 0 left out. */
export function drawWeights(model: Model, tree: Tree, total: Float64Array): string[] {
  return [...total].flatMap((weight, node) =>
    node > 0 && weight > 0 ? [`${stackOf(model, tree, node)} ${String(weight)}`] : [],
  );
}
