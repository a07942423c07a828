// Mangled Rust names, from rustc 1.95; short as frames are named. The compiler's and c++filt's (binutils 2.40) agree but for constants' types.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demangleShort } from '../../../../src/target/demangle/demangle.ts';
import { MAX_DEMANGLED_CHARS, MAX_MANGLED_CHARS } from '../../../../src/target/demangle/limits.ts';

describe('v0', () => {
  test.each([
    ['_RNvCs7hvDXDct2qD_4busy4main', 'busy::main'],
    ['_RNCINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuE0Cs7hvDXDct2qD_4busy', 'std::rt::lang_start::<()>::{closure#0}'],
    ['_RNvXCs7hvDXDct2qD_4busyINtB2_7SquaresNCNvB2_4mains_0ENtB2_4Work4workB2_', '<busy::Squares<busy::main::{closure#1}> as busy::Work>::work'],
    ['_RINvMNtCsgEmfK2I1SDS_4core3stre18trim_start_matchesReECsgY6Mt91CT9J_14rustc_demangle', '<str>::trim_start_matches::<&str>'],
    ['_RINvMNtCsgEmfK2I1SDS_4core5sliceSh11copy_withinINtNtNtB5_3ops5range14RangeInclusivejEECsfEOYDRpO4Ta_11miniz_oxide',
      '<[u8]>::copy_within::<core::ops::range::RangeInclusive<usize>>'],
    ['_RINvNtCsgEmfK2I1SDS_4core6escape14escape_unicodeKja_ECsgY6Mt91CT9J_14rustc_demangle', 'core::escape::escape_unicode::<10>'],
    ['_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc5boxed3BoxDG0_INtNtNtB4_3ops8function2FnTRL1_INtNtCsjrHSEGnQ3l9_3std5panic13PanicHookInfoL0_EEEp6OutputuNtNtB4_6marker4SyncNtB2N_4SendEL_EEB1T_',
      "core::ptr::drop_in_place::<alloc::boxed::Box<dyn core::ops::function::Fn<(&std::panic::PanicHookInfo<'_>,), Output = ()> + core::marker::Sync + core::marker::Send>>"],
    ['_RNvC1a1b.llvm.123', 'a::b'],
    ['_RNvC1au3abc', 'a::punycode{abc}'],
  ])('%s', (mangled, name) => {
    expect(demangleShort(mangled)).toBe(name);
  }); // prettier-ignore

  test('what is none, or leads nowhere, stays as it is', () => {
    for (const name of ['_R', '_RB_', '_RNvB0_1a', '_RNvC9a1b', '_RNvC1a', `_R${'I'.repeat(10_000)}C1a`])
      expect(demangleShort(name)).toBe(name);
  });

  test('references to references of a few bytes do not become gigabytes', () => {
    const doubling = `_RIC1a${'TB_B_E'.repeat(40)}E`;
    expect(demangleShort(doubling).length).toBeLessThan(MAX_DEMANGLED_CHARS);
    // Each tuple holds the one before it twice.
    let [name, last] = ['_RIC1aTmmE', 4];
    const base62 = (value: number): string => (value === 0 ? '_' : `${(value - 1).toString(36)}_`);
    for (let i = 0; i < 12; i += 1) {
      const next = name.length - 2;
      name += `TB${base62(last)}B${base62(last)}E`;
      last = next;
    }
    expect(demangleShort(`${name}E`).length).toBeLessThanOrEqual(MAX_DEMANGLED_CHARS);
  });

  test('dots that no suffix has do not make a name slow: 100 of them took half a minute', () => {
    const name = `_R${'.'.repeat(MAX_MANGLED_CHARS - 3)}-`;
    for (let i = 0; i < 100; i += 1) expect(demangleShort(name)).toBe(name);
  });

  test('any bytes end', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[CNMXYIBLKATSRQPOFDGEabs0-9_puvn]{0,200}$/),
        (rest) => demangleShort(`_R${rest}`).length > 0,
      ),
    );
  });
});

describe('the older ones', () => {
  test.each([
    ['_ZN4busy4main17h0123456789abcdefE', 'busy::main'],
    ['_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE', 'std::rt::lang_start::{{closure}}'],
    ['_ZN53_$LT$busy..Squares$LT$T$GT$$u20$as$u20$busy..Work$GT$4work17h0123456789abcdefE', '<busy::Squares<T> as busy::Work>::work'],
    ['_ZN9hashbrown3raw21RawTable$LT$T$C$A$GT$14reserve_rehash17hecbfd878accd7a43E.llvm.16102493977039218728', 'hashbrown::raw::RawTable<T,A>::reserve_rehash'],
    ['_ZN3foo17hello_world_worldE', 'foo::hello_world_world'], // C++, of as many letters
    ['_ZN1a5b$u0$17h0123456789abcdefE', 'a::b$u0$'], // no control character
  ])('%s', (mangled, name) => {
    expect(demangleShort(mangled)).toBe(name);
  }); // prettier-ignore
});
