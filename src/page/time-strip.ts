// Samples over time as a strip of bars; a part of it can be brushed with a pointer, or chosen with two sliders.

import type { PageData } from '../outputs/page-data.ts';
import { button, element, svgElement } from './dom.ts';
import { clockText, momentText } from './numbers.ts';
import { timeBins } from './time-bins.ts';
import type { Filter } from './weights.ts';

const HEIGHT = 40;
/** A shorter brush is a click: it shows all again. */
const LEAST_BRUSH_PX = 3;

export class TimeStrip {
  readonly element: HTMLElement;
  readonly #data: PageData;
  readonly #time: NonNullable<PageData['time']>;
  readonly #onChange: (range: Filter['range']) => void;
  readonly #bars = svgElement('path', { class: 'bars' });
  readonly #brush = svgElement('rect', { class: 'brush', y: 0, height: HEIGHT });
  readonly #svg: SVGSVGElement;
  readonly #text = element('output', { class: 'muted' });
  readonly #whole = button('Whole time', {}, () => this.clear());
  readonly #from: HTMLInputElement;
  readonly #to: HTMLInputElement;

  constructor(data: PageData, time: NonNullable<PageData['time']>, onChange: (range: Filter['range']) => void) {
    this.#data = data;
    this.#time = time;
    this.#onChange = onChange;
    this.#svg = svgElement(
      'svg',
      {
        class: 'strip',
        viewBox: `0 0 ${String(time.slices)} ${String(HEIGHT)}`,
        preserveAspectRatio: 'none',
        'aria-hidden': 'true',
      },
      this.#bars,
      this.#brush,
    );
    const slider = (label: string, value: number): HTMLInputElement => {
      const input = element('input', { type: 'range', min: 0, max: time.slices, step: 1, value, 'aria-label': label });
      input.addEventListener('input', () => this.#choose(Number(this.#from.value), Number(this.#to.value)));
      return input;
    };
    this.#from = slider('From', 0);
    this.#to = slider('To', time.slices);
    this.element = element(
      'section',
      { class: 'time', 'aria-label': 'Samples over time' },
      this.#svg,
      element('div', { class: 'sliders' }, this.#from, this.#to),
      element('div', { class: 'row' }, this.#text, this.#whole),
    );
    this.#listen();
    this.showThreads(null);
    this.#show(0, time.slices);
  }

  /** All of the time again. */
  clear(): void {
    this.#choose(0, this.#time.slices);
  }

  /** Bars of these threads. */
  showThreads(threads: Uint8Array | null): void {
    const { slices } = this.#time;
    const bins = timeBins(this.#data.rows, slices, threads);
    const most = Math.max(1, ...bins);
    const width = slices / bins.length;
    this.#bars.setAttribute(
      'd',
      [...bins].map((weight, bin) => {
        const height = (weight / most) * HEIGHT;
        return `M${(bin * width).toFixed(1)} ${String(HEIGHT)}v${(-height).toFixed(1)}h${(width * 0.85).toFixed(1)}v${height.toFixed(1)}z`;
      }).join(''), // prettier-ignore
    );
  }

  #listen(): void {
    let startPx: number | null = null;
    const slice = (px: number): number => {
      const { left, width } = this.#svg.getBoundingClientRect();
      return Math.round((Math.min(1, Math.max(0, (px - left) / width)) || 0) * this.#time.slices);
    };
    this.#svg.addEventListener('pointerdown', (event) => {
      startPx = event.clientX;
      this.#svg.setPointerCapture(event.pointerId);
    });
    this.#svg.addEventListener('pointermove', (event) => {
      if (startPx !== null) this.#show(slice(Math.min(startPx, event.clientX)), slice(Math.max(startPx, event.clientX)));
    });
    this.#svg.addEventListener('pointerup', (event) => {
      if (startPx === null) return;
      const isClick = Math.abs(event.clientX - startPx) < LEAST_BRUSH_PX;
      const [from, to] = [Math.min(startPx, event.clientX), Math.max(startPx, event.clientX)];
      startPx = null;
      if (isClick) this.clear();
      else this.#choose(slice(from), slice(to));
    });
  }

  #choose(a: number, b: number): void {
    const { slices } = this.#time;
    const from = Math.min(a, b, slices - 1);
    const to = Math.max(a, b, from + 1);
    this.#show(from, to);
    this.#onChange(from === 0 && to === slices ? null : { from, to });
  }

  #show(from: number, to: number): void {
    const { sliceMs, slices, startedAtMs } = this.#time;
    for (const [slider, slice] of [[this.#from, from], [this.#to, to]] as const) {
      slider.value = String(slice);
      slider.setAttribute('aria-valuetext', momentText(slice * sliceMs, sliceMs));
    } // prettier-ignore
    this.#brush.setAttribute('x', String(from));
    this.#brush.setAttribute('width', String(to - from));
    const isWhole = from === 0 && to === slices;
    this.#brush.classList.toggle('whole', isWhole);
    this.#whole.hidden = isWhole;
    const [first, last] = [from * sliceMs, to * sliceMs];
    const clock = startedAtMs === null ? '' : ` (${clockText(startedAtMs + first)} – ${clockText(startedAtMs + last)} UTC)`;
    this.#text.textContent = `${momentText(first, sliceMs)} – ${momentText(last, sliceMs)}${clock}`;
  }
}
