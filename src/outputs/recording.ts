// Recording → `.jtrace`: nothing is left out, whatever the options say; they are asked again when it is read.

import { encodeRecording } from '../recording/encode.ts';
import type { OutputFormat } from './format.ts';

export const RECORDING_FORMAT: OutputFormat = {
  name: 'jtrace',
  endings: ['.jtrace'],
  does: 'the whole recording, for jtrace report and merge',
  render: ({ profile, facts }) => encodeRecording(profile, facts),
};
