// A graph higher than its place on the screen, which scrolls: at its root when it is drawn, and where the picked box can be seen.

/** Part of the place above and below the picked box: what calls it and what it calls are seen, too. */
const MARGIN_SHARE = 0.3;

/** The root's end of the graph: its top, or of one that grows upwards its bottom. */
export function scrollToRoot(place: HTMLElement, isIcicle: boolean): void {
  place.scrollTop = isIcicle ? 0 : place.scrollHeight;
}

/** Scrolls no further than it must. */
export function scrollToCursor(place: HTMLElement): void {
  const box = place.querySelector('g.frame[data-cursor]');
  if (box === null) return;
  const [boxAt, placeAt] = [box.getBoundingClientRect(), place.getBoundingClientRect()];
  const margin = MARGIN_SHARE * placeAt.height;
  const above = placeAt.top + margin - boxAt.top;
  const below = boxAt.bottom - (placeAt.bottom - margin);
  if (above > 0) place.scrollTop -= above;
  else if (below > 0) place.scrollTop += below;
}
