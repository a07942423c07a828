// What a program puts out before it is known whether it runs: held back, and shown or forgotten then. A program that the kernel refuses is started
// again in another form, and nobody wants to read the beginning twice.

import type { ScriptEvent } from '../model/script.ts';
import type { ScriptUi } from '../model/ui.ts';

export interface HeldUi {
  readonly ui: ScriptUi;
  /** From here on all is shown at once; what was held first. */
  release(): void;
}

/** Messages are not held: they are about the run. */
export function heldUi(shown: ScriptUi): HeldUi {
  let held: ScriptEvent[] | null = [];
  const ui: ScriptUi = {
    isLive: shown.isLive,
    progress: (state) => {
      shown.progress(state);
    },
    message: (level, text) => {
      shown.message(level, text);
    },
    choose: (choice) => {
      shown.choose(choice);
    },
    summary: (summary) => {
      shown.summary(summary);
    },
    tree: (tree) => {
      shown.tree(tree);
    },
    problem: (error) => {
      shown.problem(error);
    },
    program: (text) => {
      shown.program(text);
    },
    begin: (facts) => {
      shown.begin(facts);
    },
    script: (event) => {
      if (held === null) shown.script(event);
      else held.push(event);
    },
    loaded: (objects) => {
      shown.loaded(objects);
    },
    end: (result, exitCode) => {
      shown.end(result, exitCode);
    },
  };
  return {
    ui,
    release: () => {
      const events = held ?? [];
      held = null;
      for (const event of events) shown.script(event);
    },
  };
}
