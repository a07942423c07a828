// Which outputs a request asks for, each with how its text is made: the table that a new format adds its row to.

import { foldedLines } from '../outputs/folded.ts';
import { type OutputFormat, outputFormatOf } from '../model/output-format.ts';
import type { Profile } from '../model/profile.ts';
import type { ProfileRequest } from '../model/request.ts';
import type { Output } from './output-files.ts';

const RENDERERS: Readonly<Record<OutputFormat, (profile: Profile, request: ProfileRequest) => Iterable<string>>> = {
  folded: function* (profile, { byThread, lines, native }) {
    for (const line of foldedLines(profile, { byThread, lines, native })) yield `${line}\n`;
  },
};

/** `build` is asked for the profile when an output is written. */
export function profileOutputs(request: ProfileRequest, build: () => Profile): readonly Output[] {
  return request.outputs.map((path) => {
    const format = outputFormatOf(path) ?? 'folded';
    return { path, format, render: () => RENDERERS[format](build(), request) };
  });
}
