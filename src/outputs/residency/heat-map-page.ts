// A watch over pages → one HTML file without any script: the heat map, address by time, what its colours mean, and what happened when. The
// policy in the page lets nothing be loaded or run. Names are the target's: escaped.

import { createHash } from 'node:crypto';
import { CHANGE_TEXTS, type PageWatch, type PageWatchEvent, type ShownState } from '../../model/page-range.ts';
import { hex, PAGE_BYTES } from '../../model/units.ts';
import { escapeForTerminal } from '../escape-terminal.ts';
import { escapeXml } from '../escape-xml.ts';
import { type HeatMap, heatMap, type HeatRect } from './heat-map.ts';
import { STATE_LOOKS } from './state-looks.ts';

/** Of the picture, in its own units: pages across, time down. */
const LEFT = 70;
const TOP = 26;
const WIDTH = 1024;
const HEIGHT = 560;
const TIME_TICKS = 10;
const ADDRESS_TICKS = 4;
/** Of what happened; a browser shows as many rows without trouble. */
const MOST_ROWS = 2000;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:1200px;padding:0 1rem}
h1{font-size:1.3rem;margin:0 0 .2rem}p{margin:.2rem 0 .8rem}svg{width:100%;height:auto;background:#fff;color:#111;border:1px solid #999}
ul.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;padding:0;margin:.6rem 0 1.2rem}ul.legend svg{width:1em;height:1em;vertical-align:-.12em;margin-right:.4em}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top}td.n{text-align:right}th{border-bottom:1px solid #999}code{font-size:.92em}`;

/** The file in pieces. */
export function* heatMapPage(watch: PageWatch): Generator<string> {
  const map = heatMap(watch);
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  const title = text(`Pages of ${watch.label} (${String(watch.pid)})`);
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n';
  yield `<meta name="generator" content="jtrace">\n<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main id="page" aria-busy="false">\n`;
  yield `<h1>${title}</h1>\n<p>${factsLine(watch, map)}</p>\n`;
  yield* picture(watch, map);
  yield '<ul class="legend" aria-label="Colours">\n';
  for (const state of map.rects.keys()) yield legendItem(state);
  yield '</ul>\n';
  yield* eventTable(watch.events);
  yield '</main>\n</body>\n</html>\n';
}

function factsLine(watch: PageWatch, map: HeatMap): string {
  const pages = (watch.end - watch.start) / PAGE_BYTES;
  const parts = [
    `<code>${hex(watch.start)}</code> to <code>${hex(watch.end)}</code>, ${count(pages)} pages of 4 KiB`,
    `${count(watch.looked)} looks in ${(watch.durationMs / 1000).toFixed(1)} s, one each ${String(watch.intervalMs)} ms`,
  ];
  if (map.pagesPerColumn > 1) parts.push(`a column is ${String(map.pagesPerColumn)} pages and shows what most of them are`);
  if (watch.broken > 0)
    parts.push(`${count(watch.broken)} ${watch.broken === 1 ? 'look' : 'looks'} did not arrive whole (left out)`);
  if (watch.unkept > 0) parts.push(`${count(watch.unkept)} later looks were not kept: they were too many`);
  return `${parts.join('; ')}.`;
}

function* picture(watch: PageWatch, map: HeatMap): Generator<string> {
  const label = `Heat map: ${count((watch.end - watch.start) / PAGE_BYTES)} pages across, ${(watch.durationMs / 1000).toFixed(1)} seconds down; the table below says what happened when`;
  yield `<svg viewBox="0 0 ${String(LEFT + WIDTH + 10)} ${String(TOP + HEIGHT + 10)}" role="img" aria-label="${label}" font-size="11" font-family="monospace" fill="currentColor" shape-rendering="crispEdges">\n`;
  for (let tick = 0; tick <= ADDRESS_TICKS; tick++) {
    const x = LEFT + (WIDTH * tick) / ADDRESS_TICKS;
    const anchor = tick === 0 ? 'start' : tick === ADDRESS_TICKS ? 'end' : 'middle';
    const address = watch.start + Math.floor(((watch.end - watch.start) * tick) / ADDRESS_TICKS);
    yield `<text x="${String(x)}" y="16" text-anchor="${anchor}">${hex(address)}</text>\n`;
  }
  for (let tick = 0; tick <= TIME_TICKS; tick++) {
    const y = TOP + (HEIGHT * tick) / TIME_TICKS;
    yield `<text x="${String(LEFT - 8)}" y="${(y + 4).toFixed(1)}" text-anchor="end">${((watch.durationMs * tick) / TIME_TICKS / 1000).toFixed(2)} s</text>\n`;
  }
  for (const [state, rects] of map.rects)
    yield `<path fill="${STATE_LOOKS[state].colour}" d="${pathOf(rects, WIDTH / map.columns)}"><title>${STATE_LOOKS[state].word}</title></path>\n`;
  yield `<rect x="${String(LEFT)}" y="${String(TOP)}" width="${String(WIDTH)}" height="${String(HEIGHT)}" fill="none" stroke="#666"/>\n</svg>\n`;
}

function pathOf(rects: readonly HeatRect[], scale: number): string {
  return rects
    .map(({ x, y, width, height }) => {
      const top = TOP + (y * HEIGHT) / 1000;
      const high = Math.min((height * HEIGHT) / 1000, TOP + HEIGHT - top);
      return `M${px(LEFT + x * scale)} ${px(top)}h${px(width * scale)}v${px(high)}h-${px(width * scale)}z`;
    })
    .join('');
}

function legendItem(state: ShownState): string {
  const { colour, word, glyph } = STATE_LOOKS[state];
  return `<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" fill="${colour}"/></svg>${word} <code>${glyph === ' ' ? '&#160;' : glyph}</code></li>\n`;
}

function* eventTable(events: readonly PageWatchEvent[]): Generator<string> {
  const rows = events.flatMap(eventRows);
  if (rows.length === 0) {
    yield '<p>Nothing happened to these pages.</p>\n';
    return;
  }
  yield '<table>\n<thead><tr><th>Time</th><th>Pages</th><th>From</th><th>What happened</th></tr></thead>\n<tbody>\n';
  yield* rows.slice(0, MOST_ROWS);
  yield '</tbody>\n</table>\n';
  if (rows.length > MOST_ROWS) yield `<p>… and ${count(rows.length - MOST_ROWS)} more: -o x.json has all.</p>\n`;
}

function eventRows(event: PageWatchEvent): readonly string[] {
  const time = `${(event.timeMs / 1000).toFixed(3)} s`;
  if (event.kind === 'begin') return [];
  if (event.kind === 'fork')
    return [`<tr><td class="n">${time}</td><td></td><td></td><td>fork: process ${String(event.child)} began</td></tr>\n`];
  return event.changes.map(
    ({ kind, start, end }) =>
      `<tr><td class="n">${time}</td><td class="n">${count((end - start) / PAGE_BYTES)}</td><td><code>${hex(start)}</code></td><td>${escapeXml(CHANGE_TEXTS[kind])}</td></tr>\n`,
  );
}

function text(hostile: string): string {
  return escapeXml(escapeForTerminal(hostile, 120));
}

function px(value: number): string {
  return String(Number(value.toFixed(2)));
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
