import { expect, test } from 'vitest';
import type { Profile } from '../../../src/model/profile.ts';
import type { RenderOptions } from '../../../src/outputs/format.ts';
import { SVG_FORMAT } from '../../../src/outputs/svg.ts';
import { parseXml, type XmlElement } from '../../support/parse-xml.ts';
import { bytesOf, frame, hostileProfile, profileOf, recording } from '../../support/recordings.ts';
import { drawProfile } from '../profile/draw-profile.ts';

interface Box {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const draw = (profile: Profile, options: Partial<RenderOptions> = {}): XmlElement =>
  parseXml(bytesOf(SVG_FORMAT, recording(profile), options).toString());
const boxesOf = (root: XmlElement): Box[] =>
  root.children
    .filter(({ name }) => name === 'g')
    .map(({ children }) => {
      const of = (name: string): XmlElement | undefined => children.find((child) => child.name === name);
      const { x, y, width } = of('rect')?.attributes ?? {};
      return { title: of('title')?.text ?? '', x: Number(x), y: Number(y), width: Number(width) };
    });

test('boxes as wide as their share, callers below, in alphabetical order', () => {
  const boxes = boxesOf(draw(drawProfile([{ stack: 'b < main', weight: 3 }, { stack: 'k/kernel < a < main' }])));
  expect(boxes.map(({ title, x, width }) => [title, Math.round(x), Math.round(width)])).toEqual([
    ['main (4 samples, 100.00 %, C2)', 10, 1180],
    ['a (1 samples, 25.00 %, C2)', 10, 295],
    ['b (3 samples, 75.00 %, C2)', 305, 885],
    ['k_[k] (1 samples, 25.00 %, kernel)', 10, 295],
  ]);
  expect(boxes[0]?.y).toBeGreaterThan(boxes[1]?.y ?? 0);
});

test('hostile names are text: well-formed, no script, nothing from elsewhere', () => {
  const elements: string[] = [];
  const walk = ({ name, attributes, children }: XmlElement): void => {
    elements.push(name);
    expect(Object.keys(attributes).filter((key) => /^on|href|style/i.test(key))).toEqual([]);
    children.forEach(walk);
  };
  walk(draw(hostileProfile(), { byThread: true }));
  expect([...new Set(elements)].sort()).toEqual(['g', 'rect', 'svg', 'text', 'title']);
});

test('what is too narrow to see is left out: 10^5 frames are a picture of some kilobytes', () => {
  const stacks = Array.from({ length: 100_000 }, (_, i) => [frame(`leaf${i}`), frame(i % 2 === 0 ? 'main' : `other${i % 100}`)]);
  const bytes = bytesOf(SVG_FORMAT, recording(profileOf(stacks)));
  expect(bytes.length).toBeLessThan(200_000);
  expect(boxesOf(parseXml(bytes.toString())).length).toBeGreaterThan(10);
});

test('deep stacks end at a row that viewers still show; no samples say so', () => {
  const deep = profileOf([Array.from({ length: 10_000 }, (_, i) => frame(`f${i % 7}`))]);
  expect(Number(draw(deep).attributes['height'])).toBeLessThan(33_000);
  const empty = draw(drawProfile([]));
  expect(boxesOf(empty)).toEqual([]);
  expect(empty.children.some(({ text }) => text === 'no samples')).toBe(true);
});
