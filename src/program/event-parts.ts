// An event's own part of the capture program → its pieces, each for one place in templates/stack-sample.bt: `filter` before the budget
// counts it, `taken` once it is sampled, `tick` the same for CPU ticks that are samples of it, too, `anchored` where its JavaThread is known; and in
// templates/stack-bytes.bt: `beside` with probes of its own, `end` with what END does.

import type { EventShape } from '../model/events.ts';
import type { EventCapture } from '../model/program.ts';
import { LABEL_KINDS, type LabelKind } from '../model/sample-labels.ts';
import { TemplatePart } from './escape.ts';
import { renderPart, type TemplateValues } from './template.ts';
import { readTemplate } from './templates.ts';

const PIECES = ['filter', 'taken', 'tick', 'anchored', 'beside', 'end'] as const;
type Piece = (typeof PIECES)[number];

/** Names of the target that a part prints: the placeholder, and which label it is. */
const PRINTED_NAMES = {
  className: 'class',
  compiledClass: 'compiled-class',
  compiledMethod: 'compiled-method',
} as const satisfies Readonly<Record<string, LabelKind>>;

const NS_PER_SECOND = 1e9;

export interface EventPartValues extends Pick<EventCapture, 'leastNs' | 'partValues'> {
  /** Of CPU ticks. */
  readonly rateHz: number;
  readonly aarch64: boolean;
  readonly kernelStackBytes?: number;
}

/** Empty pieces where there is nothing to say. */
export function eventParts(
  part: EventShape['part'],
  { leastNs, rateHz, aarch64, kernelStackBytes = 0, partValues = {} }: EventPartValues,
): Readonly<Record<`${Piece}Part`, TemplatePart>> {
  const template = part === null ? '' : readTemplate(part);
  const pieces = PIECES.filter((piece) => template.includes(`#if ${piece}\n`));
  // There for all parts; each uses some.
  const everywhere = { leastNs, tickNs: Math.round(NS_PER_SECOND / rateHz), aarch64, kernelStackBytes, ...printedNames() };
  const used = Object.entries(everywhere).filter(
    ([name]) => template.includes(`{{${name}:`) || template.includes(`#if ${name}\n`),
  );
  const of = (wanted: Piece): TemplatePart => {
    if (!pieces.includes(wanted)) return new TemplatePart('');
    const values: TemplateValues = Object.fromEntries(pieces.map((piece) => [piece, piece === wanted]));
    return renderPart(template, { ...values, ...Object.fromEntries(used), ...partValues });
  };
  return {
    filterPart: of('filter'),
    takenPart: of('taken'),
    tickPart: of('tick'),
    anchoredPart: of('anchored'),
    besidePart: of('beside'),
    endPart: of('end'),
  };
}

function printedNames(): Readonly<Record<string, TemplatePart>> {
  const printing = readTemplate('event-name.bt');
  return Object.fromEntries(
    Object.entries(PRINTED_NAMES).map(([name, kind]) => [name, renderPart(printing, { kind: LABEL_KINDS.indexOf(kind) })]),
  );
}
