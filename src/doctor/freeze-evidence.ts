// The code of the two functions of freeze-verdict.ts → the instructions that its verdict rests on.

import type { KernelSymbols } from '../model/target.ts';
import type { KernelAddress } from '../model/units.ts';
import { callText, type FieldUse, fieldUse, functionAt } from './instruction-text.ts';
import { calledAddress, type KernelCode, type KernelFunction, type PlacedInstruction, takeApart } from './kernel-function.ts';

export interface FreezeCode {
  readonly copyFromUserNofault: KernelCode;
  readonly checkObjectSize: KernelCode;
  readonly symbols: KernelSymbols;
}

/** An instruction as people read it. */
export interface EvidenceLine {
  readonly address: KernelAddress;
  readonly bytes: Uint8Array;
  /** As objdump writes it, with the name of what it calls. */
  readonly text: string;
}

export interface FreezeEvidence {
  readonly copyExtent: KernelFunction['extent'];
  readonly checkExtent: KernelFunction['extent'];
  /** In copy_from_user_nofault(): the first half of the fix. null: not there, as all below. */
  readonly callsNmiUaccessOkay: EvidenceLine | null;
  /** In copy_from_user_nofault(): the first step of the defect. */
  readonly callsCheckObjectSize: EvidenceLine | null;
  /** In copy_from_user_nofault(): `addl $1,OFF(%reg)`, pagefault_disable(). All that look so: which is the one, the next says. */
  readonly countsPagefaultDisabled: readonly EvidenceLine[];
  /** In __check_object_size(): the second step of the defect. */
  readonly callsFindVmapArea: EvidenceLine | null;
  /** In __check_object_size(): one of these OFF is read, the second half of the fix. */
  readonly readsPagefaultDisabled: EvidenceLine | null;
}

export function gatherEvidence({ copyFromUserNofault, checkObjectSize, symbols }: FreezeCode): FreezeEvidence {
  const copy = takeApart('copy_from_user_nofault', copyFromUserNofault, symbols);
  const check = takeApart('__check_object_size', checkObjectSize, symbols);
  const call = ({ instructions }: KernelFunction, name: string): EvidenceLine | null => {
    const found = instructions.find((placed) => nameOfCalled(placed, symbols) === name);
    return found === undefined ? null : lineOf(found, callText(found, symbols) ?? '');
  };
  const counted = uses(copy).filter(({ use }) => use.countsUp);
  const offsets = new Set(counted.map(({ use }) => use.offset));
  // The compiler may lay find_vmap_area's branch out before or after the test: anywhere in the function is the fix.
  const test = uses(check).find(({ use }) => use.reads && offsets.has(use.offset));
  return {
    copyExtent: copy.extent,
    checkExtent: check.extent,
    callsNmiUaccessOkay: call(copy, 'nmi_uaccess_okay'),
    callsCheckObjectSize: call(copy, '__check_object_size'),
    countsPagefaultDisabled: counted.map(({ placed, use }) => lineOf(placed, use.text)),
    callsFindVmapArea: call(check, 'find_vmap_area'),
    readsPagefaultDisabled: test === undefined ? null : lineOf(test.placed, test.use.text),
  };
}

/** Only the very start of a function counts. */
function nameOfCalled(placed: PlacedInstruction, symbols: KernelSymbols): string | null {
  const target = calledAddress(placed);
  return target === null ? null : functionAt(target, symbols);
}

function uses({ instructions }: KernelFunction): readonly { readonly placed: PlacedInstruction; readonly use: FieldUse }[] {
  return instructions.flatMap((placed) => {
    const use = fieldUse(placed);
    return use === null ? [] : [{ placed, use }];
  });
}

const lineOf = ({ address, bytes }: PlacedInstruction, text: string): EvidenceLine => ({ address, bytes, text });
