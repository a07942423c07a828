// The flags of `jtrace doctor`.

import type { FlagTable } from './flag.ts';
import { PROFILE_FLAGS } from './profile-flags.ts';

export const DOCTOR_FLAGS = {
  json: {
    kind: 'switch', group: 'Output',
    help: 'Print the findings as JSON (docs/doctor.md).',
  },
  evidence: {
    kind: 'switch', group: 'Output',
    help: 'Also show the instructions of the kernel that the verdict on the freeze of 5.19 to 6.2 rests on.',
  },
  bpftrace: PROFILE_FLAGS.bpftrace,
} as const satisfies FlagTable; // prettier-ignore
