// An architecture by its name.

import type { ArchitectureName } from '../../model/architecture.ts';
import { AARCH64 } from './aarch64.ts';
import type { Architecture } from './architecture.ts';
import { X86_64 } from './x86-64.ts';

export const ARCHITECTURES: Readonly<Record<ArchitectureName, Architecture>> = { 'x86-64': X86_64, aarch64: AARCH64 };
