// The table of VM flags (hotspot/share/runtime/flags/jvmFlag.hpp; globals.hpp with class Flag in 8).

import type { Shape, TableReader } from './table-reader.ts';

export interface FlagsLayout {
  readonly table: number;
  readonly count: number;
  readonly entrySizeBytes: number;
  readonly name: number;
  readonly address: number;
}

const ofClass = (type: string): Shape<FlagsLayout>['read'] => {
  return (look) => ({
    table: look.global(type, 'flags'),
    count: look.global(type, 'numFlags'),
    entrySizeBytes: look.size(type),
    name: look.field(type, '_name'),
    address: look.field(type, '_addr'),
  });
};

const FLAGS = {
  jvmFlag: { jdks: '10 and later', read: ofClass('JVMFlag') },
  flag: { jdks: '8, 9', read: ofClass('Flag') },
} as const satisfies Record<string, Shape<FlagsLayout>>;

/** null: the VM hides its flags. */
export function flagsLayout(look: TableReader): FlagsLayout | null {
  return look.optional(() => look.firstOf<FlagsLayout>(FLAGS));
}
