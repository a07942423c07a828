// What a watch over pages may be written as, by the ending of the file.

import type { PageWatch } from '../../model/page-range.ts';
import { heatMapPage } from './heat-map-page.ts';
import { watchJson } from './watch-json.ts';

export interface WatchFormat {
  readonly name: string;
  readonly ending: string;
  /** In pieces. */
  readonly render: (watch: PageWatch) => Iterable<string>;
}

const WATCH_FORMATS: readonly WatchFormat[] = [
  { name: 'heat map', ending: '.html', render: heatMapPage },
  { name: 'json', ending: '.json', render: watchJson },
];

export const WATCH_ENDINGS: readonly string[] = WATCH_FORMATS.map(({ ending }) => ending);

/** null: no format has this ending; `-` is JSON. */
export function watchFormatOf(path: string): WatchFormat | null {
  return (
    WATCH_FORMATS.find(({ ending }) => (path === '-' || path.startsWith('/dev/') ? ending === '.json' : path.endsWith(ending))) ??
    null
  );
}
