// C++ names: real ones cut, spliced, doubled, and words of the grammar in any order.

import { demangle, demangleShort } from '../../../src/target/demangle/demangle.ts';
import { MAX_DEMANGLED_CHARS } from '../../../src/target/demangle/limits.ts';
import { makeTextMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';

const NAMES: readonly string[] = [
  '_ZN10JavaThread3runEv', '_Z1fiz.constprop.0.cold', '_Z3maxIiET_S0_S0_', '_ZNSsC1EPKcRKSaIcE', '_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE6appendEPKc',
  '_Z5retfpPA3_iRA2_A3_cM1SiMS4_FiiEPVKcz', '_Z6tretfpIiEPFviET_', '_ZNK1ScvT_IdEEv', '_ZZ3fooIiEvvENKUlvE_clEv', '_ZZL3sfniENKUlT_iE_clIiEEDaS_i',
  '_Z4callIR1SJiEEDTclcl7forwardIT_Efp_Espcl7forwardIT0_Efp0_EEEOS2_DpOS3_', '_Z2ttISt5tupleJicEEvOT_IJDpT0_EE', '_Z2avIXadL_Z4globEEEiv',
  '_Z3bigIdENSt9enable_ifIXgtstT_Li4EEiE4typeES1_', '_Z1fIiEN1QIXsr3std9is_signedIT_EE5valueEE4typeEv', '_Z3vecDv4_f', '_ZThn40_N13VM_HeapDumper4workEj',
  '_Z1f1APFvS_S_EPFvS1_S1_EPFvS3_S3_EPFvS5_S5_EPFvS7_S7_EPFvS9_S9_E', '_Z1fIJiiii_EEvDpOT_', '_ZcvT_IcvT_IcvT_IcvT_IcvT_',
]; // prettier-ignore
const LETTERS: readonly string[] = [
  ...Array.from('_ZNKSTILEXJDPRFMOAvicjtspaorlUW0123456789.'), 'S_', 'S0_', 'T_', 'T0_', 'St', 'Dp', 'DT', 'cv', 'cl', 'sr', 'fp', 'Ul', 'Ut', 'E_', 'IJ', 'L_Z', 'PFv', 'A9_', 'sZ', 'fl', 'nw', 'tw',
]; // prettier-ignore
const MAX_MUTATIONS = 6;

class DemangleSubject implements Subject {
  make(random: Random): FuzzCase {
    const base = random.pick(NAMES) ?? '';
    const count = mutationCount(random, MAX_MUTATIONS);
    return { base, mutations: Array.from({ length: count }, () => makeTextMutation(random, base.length, LETTERS)) };
  }

  run({ base, mutations }: FuzzCase): string {
    const name = mutateBytes(Buffer.from(base), mutations).toString();
    const [full, short] = [demangle(name), demangleShort(name)];
    for (const text of [full, short]) {
      // What stands behind a dot is added to what was printed.
      check(
        text.length <= Math.max(MAX_DEMANGLED_CHARS + 16 * name.length, name.length),
        () => `${String(text.length)} characters`,
      );
    }
    return full === name ? 'as it is' : 'demangled';
  }
}

export const DEMANGLE: FuzzTarget = {
  name: 'demangle',
  does: 'C++ names',
  weight: 120,
  limits: { steps: 30_000_000, blockBytes: 1 << 20, allocatedBytes: 32 << 20 },
  open: () => new DemangleSubject(),
};
