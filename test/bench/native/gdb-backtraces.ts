// The text of gdb's `thread apply all bt` → stacks, as pt-pmp folds them: one of each thread, by function. Frames that gdb infers from debug
// information (inlined functions) are left out, as in the other tools: a frame without an address was entered by no call of its own
// (gdb prints no address where it stands at a line's beginning, which above the leaf is so only for the caller of what was inlined).

import { StackTally, type ToolFrame, type ToolStacks } from './tool-stacks.ts';

const THREAD = /^Thread \d+ \(/;
const FRAME = /^#(\d+)\s+(0x[0-9a-f]+ in )?(.*)$/;
/** Behind a function of a library without debug information. */
const LIBRARY = / from (\/.*)$/;

/** `program`: the name of the file that is profiled. */
export function stacksOfGdb(text: string, program: string): ToolStacks {
  const tally = new StackTally(program);
  let frames: ToolFrame[] = [];
  const end = (): void => {
    if (frames.length > 0) tally.add(frames);
    frames = [];
  };
  for (const line of text.split('\n')) {
    if (THREAD.test(line)) end();
    const [all, number, address, rest = ''] = FRAME.exec(line) ?? [];
    if (all === undefined) continue;
    // What was inlined into this one.
    if (number !== '0' && address === undefined) frames.pop();
    frames.push({ name: functionOf(rest), library: LIBRARY.exec(rest)?.[1] ?? '' });
  }
  end();
  return tally.result();
}

/** `f<int>(char*) (this=0x1) at x.c:3` → `f<int>(char*)`: the arguments' values are the last brackets that stand behind a blank. */
function functionOf(text: string): string {
  const at = text.search(/ \((?:[\w.]+=|\)|\.\.\.)/);
  return at < 0 ? text : text.slice(0, at);
}
