// All targets, in the order of tables.

import type { FuzzTarget } from '../target.ts';
import { ATTACH } from './attach.ts';
import { CAPTURE } from './capture.ts';
import { CFI } from './cfi.ts';
import { DEMANGLE } from './demangle.ts';
import { ELF } from './elf.ts';
import { FOLDED, JTRACE, PERF_SCRIPT, PPROF } from './files.ts';
import { OUTPUTS } from './outputs.ts';
import { PERF_MAP } from './perf-map.ts';
import { PROC } from './proc.ts';
import { READS } from './reads.ts';
import { WALK } from './walk.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [WALK, ATTACH, READS, ELF,CFI, DEMANGLE, PERF_MAP,PROC, CAPTURE, JTRACE, FOLDED, PPROF, PERF_SCRIPT, OUTPUTS]; // prettier-ignore
