// Recording → a flame graph as one static SVG: what is written is what is seen, in any viewer, a browser, a document. No script and
// nothing from elsewhere. Frames in alphabetical order, the oldest at the bottom, coloured by kind; each has a title (the tooltip)
// with its share. Frames too narrow to see are left out, and so are rows beyond the most that viewers show (svg-layout.ts). Pure.

import type { FrameKind } from '../model/frame.ts';
import { unitName } from '../model/weight-text.ts';
import type { Recording } from '../model/recording.ts';
import { escapeForFolded } from './escape-folded.ts';
import { escapeXml } from './escape-xml.ts';
import { foldedFrame } from './folded.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { mergeStacks } from './merged-stacks.ts';
import { layOut, visibleBoxes } from './svg-layout.ts';

const WIDTH = 1200;
const MARGIN = 10;
const ROW_HEIGHT = 16;
/** Title above, legend below. */
const HEAD_HEIGHT = 40;
const FOOT_HEIGHT = 36;
/** Of the 11 pixel monospace font. */
const CHARACTER_WIDTH = 6.65;
const TEXT_PADDING = 3;
/** A name in the picture's head. */
const MAX_TITLE_CHARACTERS = 120;

/** Colour and meaning by kind: light enough for black text, told apart also where colours are not (by the title). */
const KINDS: Readonly<Record<FrameKind | 'thread', { readonly fill: string; readonly label: string }>> = {
  interpreted: { fill: '#f2e394', label: 'interpreted' },
  c1: { fill: '#a5d8dd', label: 'C1' },
  c2: { fill: '#8fd18f', label: 'C2' },
  inlined: { fill: '#c3e8b8', label: 'inlined' },
  'java-native': { fill: '#d7b5e8', label: 'native method' },
  stub: { fill: '#e3cdb4', label: 'VM stub' },
  native: { fill: '#f5b384', label: 'native' },
  vm: { fill: '#ef9a9a', label: 'VM' },
  kernel: { fill: '#e8a33d', label: 'kernel' },
  marker: { fill: '#cfcfcf', label: 'not known' },
  thread: { fill: '#e6e6e6', label: 'thread' },
};
/** Of the legend. */
const LABEL_CHARACTER_WIDTH = 6.2;

/** The picture in pieces. */
export function* svgPieces(recording: Recording, options: RenderOptions): Generator<string> {
  const stacks = mergeStacks(recording.profile, options, (frame) => foldedFrame(frame, options.lines));
  const layout = layOut(stacks);
  const scale = layout.all === 0 ? 0 : (WIDTH - 2 * MARGIN) / layout.all;
  const boxes = visibleBoxes(layout, scale, MARGIN);
  const rows = boxes.reduce((most, { row }) => Math.max(most, row + 1), 1);
  const height = HEAD_HEIGHT + rows * ROW_HEIGHT + FOOT_HEIGHT;
  const unit = escapeXml(escapeForFolded(unitName(recording.profile.weightUnit, recording.facts.run?.event ?? null)));
  const title = escapeXml(escapeForFolded(recording.facts.title).slice(0, MAX_TITLE_CHARACTERS));
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<svg xmlns="http://www.w3.org/2000/svg" width="${px(WIDTH)}" height="${px(height)}" viewBox="0 0 ${px(WIDTH)} ${px(height)}" font-family="monospace" font-size="11">\n`;
  yield `<title>${title === '' ? 'Flame graph' : `Flame graph of ${title}`}</title>\n`;
  yield `<rect width="100%" height="100%" fill="#ffffff"/>\n`;
  yield `<text x="${px(WIDTH / 2)}" y="18" text-anchor="middle" font-size="15">${title === '' ? 'Flame graph' : title}</text>\n`;
  yield `<text x="${px(WIDTH / 2)}" y="34" text-anchor="middle" fill="#555555">${layout.all === 0 ? 'no samples' : `${String(layout.all)} ${unit}`}</text>\n`;
  const seen = new Set<FrameKind | 'thread'>();
  for (const { node, x, width, row } of boxes) {
    const kind = stacks.kinds[stacks.text[node] ?? -1] ?? 'thread';
    seen.add(kind);
    const name = stacks.texts[stacks.text[node] ?? -1] ?? '';
    const total = layout.total[node] ?? 0;
    const y = HEAD_HEIGHT + (rows - row - 1) * ROW_HEIGHT;
    const share = `${String(total)} ${unit}, ${((100 * total) / layout.all).toFixed(2)} %, ${KINDS[kind].label}`;
    yield `<g><title>${escapeXml(name)} (${share})</title><rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(ROW_HEIGHT - 1)}" fill="${KINDS[kind].fill}" rx="1"/>${label(name, x, y, width)}</g>\n`;
  }
  yield* legend(seen, height);
  yield '</svg>\n';
}

function label(name: string, x: number, y: number, width: number): string {
  const room = Math.floor((width - 2 * TEXT_PADDING) / CHARACTER_WIDTH);
  if (room < 3) return '';
  const characters = Array.from(name.slice(0, 2 * room + 2));
  const shown = characters.length <= room ? characters.join('') : `${characters.slice(0, room - 2).join('')}..`;
  return `<text x="${px(x + TEXT_PADDING)}" y="${px(y + ROW_HEIGHT - 5)}">${escapeXml(shown)}</text>`;
}

function* legend(seen: ReadonlySet<FrameKind | 'thread'>, height: number): Generator<string> {
  let x = MARGIN;
  for (const [kind, { fill, label: text }] of Object.entries(KINDS)) {
    if (!seen.has(kind as FrameKind | 'thread')) continue; // the table's own keys
    yield `<rect x="${px(x)}" y="${px(height - 22)}" width="11" height="11" fill="${fill}"/><text x="${px(x + 15)}" y="${px(height - 12)}">${text}</text>\n`;
    x += 30 + text.length * LABEL_CHARACTER_WIDTH;
  }
}

/** A coordinate: hundredths of a pixel are enough, and the same everywhere. */
function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export const SVG_FORMAT: OutputFormat = {
  name: 'svg',
  endings: ['.svg'],
  does: 'a static flame graph: browsers, documents',
  render: (recording, options) => svgPieces(recording, options),
};
