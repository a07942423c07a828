// A profile in which code of no file has no names → a word about what gives it some: another runtime's JIT compiler made it, and only that
// runtime knows them (src/target/perf-map).

import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { countSamples, sampleCounts } from '../model/sample-counts.ts';
import type { Ui } from '../model/ui.ts';
import { rootNodes } from '../profile/root-nodes.ts';

/** As src/unwind/native names it. */
const UNNAMED = '[anonymous]';
/** Of a whole machine jtrace is a part, and its own code is nobody's concern. */
const JTRACE = 'jtrace';
/** Less is a trampoline here and there, and hides nothing. */
const TOLD_SHARE = 0.05;

/** Tells nothing where less than one sample in twenty has such a frame. */
export function tellUnnamedCode(profile: Profile, ui: Ui): void {
  const share = unnamedSamples(profile) / Math.max(1, countSamples(profile));
  if (share < TOLD_SHARE) return;
  ui.message(
    'note',
    `${String(Math.round(100 * share))} % of the samples have code in them that nothing names, ${UNNAMED}: a runtime made it. Start Node with ` +
      '--perf-basic-prof --interpreted-frames-native-stack, .NET with DOTNET_PerfMapEnabled=1 (docs/command-line.md).',
  );
}

function unnamedSamples(profile: Profile): number {
  const { stacks, samples } = profile;
  const roots = rootNodes(stacks);
  const counts = sampleCounts(profile);
  const frameOf = (node: number): Frame | undefined => profile.frames.frames[stacks.frame[node] ?? -1];
  // Parents stand before their children.
  const has = new Uint8Array(stacks.prefix.length);
  for (let node = 0; node < has.length; node += 1) {
    const frame = frameOf(node);
    const isUnnamed = frame?.kind === 'native' && frame.name === UNNAMED && frameOf(roots[node] ?? -1)?.name !== JTRACE;
    has[node] = isUnnamed ? 1 : (has[stacks.prefix[node] ?? -1] ?? 0);
  }
  return samples.stack.reduce((sum, node, sample) => sum + (has[node] === 1 ? (counts[sample] ?? 0) : 0), 0);
}
