// What a person can do by a button, a key or both: one list, from which the toolbar and the list of keys are made.

export interface Command {
  /** As the browser names it; null: there is a button only. */
  readonly key: string | null;
  /** For the list of keys. */
  readonly does: string;
  readonly button: {
    readonly label: string;
    readonly title: string;
    /** The button stays pressed while this is so; null: it never does. */
    readonly isOn: (() => boolean) | null;
  } | null;
  readonly run: () => void;
}

/** What the commands of the page do. */
export interface Deeds {
  readonly focusSearch: () => void;
  readonly escape: () => void;
  readonly sandwichPicked: () => void;
  readonly reset: () => void;
  readonly invert: () => void;
  readonly isInverted: () => boolean;
  readonly flip: () => void;
  readonly isFlipped: () => boolean;
  readonly swapSides: () => void;
  readonly isOfBefore: () => boolean;
  readonly copyFolded: () => void;
  readonly switchTheme: () => void;
  readonly showKeys: () => void;
}

/** `sides`: names of two profiles compared; null: the page shows one. In the order of the toolbar. */
export function commandsOf(deeds: Deeds, sides: { readonly before: string; readonly after: string } | null): readonly Command[] {
  const withButton = (
    key: string | null, label: string, title: string, does: string, run: () => void, isOn: (() => boolean) | null = null,
  ): Command => ({ key, does, button: { label, title: key === null ? title : `${title} (${key.toUpperCase()})`, isOn }, run }); // prettier-ignore
  const only = (key: string, does: string, run: () => void): Command => ({ key, does, button: null, run });
  return [
    only('/', 'search (Ctrl-F, too)', deeds.focusSearch),
    only('Escape', 'clear the search, leave callers and callees, zoom out', deeds.escape),
    only('s', 'callers and callees of the picked frame', deeds.sandwichPicked),
    withButton('r', 'Reset', 'All samples, no zoom, no search', 'all samples, no zoom, no search', deeds.reset),
    withButton('i', 'Invert', 'Inverted call tree: first the method that ran, then who called it', 'inverted call tree: what ran first, then its callers', deeds.invert, deeds.isInverted),
    withButton('f', 'Flip', 'Upside down: the graph grows upwards', 'upside down: the graph grows upwards', deeds.flip, deeds.isFlipped),
    ...(sides === null ? [] : [withButton('d', 'Widths of before', `Widths of ${sides.before}, not of ${sides.after}`, 'the other direction of the comparison', deeds.swapSides, deeds.isOfBefore)]),
    withButton(null, 'Copy folded', 'The stacks shown, one per line', '', deeds.copyFolded),
    withButton('t', 'Theme', 'Dark or light', 'dark or light', deeds.switchTheme),
    withButton('?', 'Keys', 'What can be typed', 'this list', deeds.showKeys),
  ]; // prettier-ignore
}
