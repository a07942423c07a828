// Which outputs a request asks for, each with how its bytes are made.

import type { Recording } from '../model/recording.ts';
import type { RenderOptions } from '../outputs/format.ts';
import { outputFormatOf } from '../outputs/formats.ts';
import type { Output } from './output-files.ts';
import { RENDER_RESOURCES } from './render-resources.ts';

/** `build` is asked for the recording when an output is written. */
export function recordingOutputs(paths: readonly string[], options: RenderOptions, build: () => Recording): readonly Output[] {
  return paths.map((path) => {
    const format = outputFormatOf(path);
    if (format === null) throw new Error(`${path}: outputs are checked before anything runs`);
    return { path, format: format.name, render: () => format.render(build(), options, RENDER_RESOURCES) };
  });
}
