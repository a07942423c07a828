// The call tree → lines that fit the terminal: shares, then calls below their callers. A caller with one call keeps its column:
// only where ways part does the tree go to the right, so that stacks of a hundred frames stay readable.

import type { CallTree, CallTreeNode, OmittedCalls } from '../../model/call-tree.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { cutMiddle, displayWidth, pad } from '../../outputs/display-width.ts';
import { formatPercent } from './format-number.ts';
import type { Theme } from './theme.ts';

const PERCENT_COLUMNS = 7;
const HEAD = 'TOTAL %   SELF %  CALLS';
/** Shares and the blanks behind them. */
const NUMBERS_COLUMNS = 18;
/** Guides of more forks are cut at their beginning: names need the room, at least half of it. */
const MAX_GUIDE_COLUMNS = 30;
/** Names are cut to the terminal, so escaping may keep more than usual. */
const MAX_NAME_CHARS = 1000;

/** Head and lines; one line that says so when there is nothing. */
export function renderTree(tree: CallTree, maxColumns: number, theme: Theme): readonly string[] {
  if (tree.roots.length === 0 && tree.omitted === null) return ['no samples: no calls'];
  const lines: string[] = [theme.heading(HEAD)];
  const maxGuide = Math.min(MAX_GUIDE_COLUMNS, Math.floor((maxColumns - NUMBERS_COLUMNS) / 2));
  const line = (total: string, self: string, guide: string, name: string, look: (text: string) => string): void => {
    const shownGuide = displayWidth(guide) > maxGuide ? `…${guide.slice(1 - maxGuide)}` : guide;
    const room = maxColumns - NUMBERS_COLUMNS - displayWidth(shownGuide);
    const numbers = `${pad(total, PERCENT_COLUMNS, 'right')}  ${pad(self, PERCENT_COLUMNS, 'right')}  `;
    lines.push(`${numbers}${theme.hint(shownGuide)}${look(cutMiddle(name, room))}`);
  };
  /** `first` stands before the call itself, `next` before all that is below it. */
  const draw = (node: CallTreeNode, first: string, next: string): void => {
    const name = escapeForTerminal(node.name, MAX_NAME_CHARS);
    line(formatPercent(node.totalPercent), formatPercent(node.selfPercent), first, name, theme.frame[node.kind]);
    drawBelow(node, next);
  };
  const drawBelow = ({ children, omitted }: Pick<CallTreeNode, 'children' | 'omitted'>, guide: string): void => {
    const isFork = children.length + (omitted === null ? 0 : 1) > 1;
    children.forEach((child, i) => {
      const isLast = i === children.length - 1 && omitted === null;
      if (isFork) draw(child, `${guide}${isLast ? '└ ' : '├ '}`, `${guide}${isLast ? '  ' : '│ '}`);
      else draw(child, guide, guide);
    });
    if (omitted !== null)
      line(formatPercent(omitted.percent), '', `${guide}${isFork ? '└ ' : ''}`, omittedText(omitted), theme.hint);
  };
  drawBelow({ children: tree.roots, omitted: tree.omitted }, '');
  return lines;
}

function omittedText({ count, reason }: OmittedCalls): string {
  const calls = `${String(count)} ${reason === 'deep' ? '' : 'smaller '}call${count === 1 ? '' : 's'}`;
  return reason === 'deep' ? `… ${calls} below, too deep to show` : `… ${calls}`;
}
