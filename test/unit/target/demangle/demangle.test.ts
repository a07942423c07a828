import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demangle, demangleShort } from '../../../../src/target/demangle/demangle.ts';
import { MAX_DEMANGLED_CHARS } from '../../../../src/target/demangle/limits.ts';

/** Mangled, in full, short. Made by GCC 12 and Clang 14; more of them in the comparison with c++filt (test/real/target). */
const NAMES: readonly (readonly [string, string, string])[] = [
  ['_ZN10JavaThread3runEv', 'JavaThread::run()', 'JavaThread::run'],
  ['_ZNK4Node6OpcodeEv', 'Node::Opcode() const', 'Node::Opcode'],
  ['_Z3foo', 'foo', 'foo'],
  ['_ZN18G1ConcurrentRefine6createEPi.cold', 'G1ConcurrentRefine::create(int*) [clone .cold]', 'G1ConcurrentRefine::create [clone .cold]'],
  ['_Z1fiz.constprop.0.cold', 'f(int, ...) [clone .constprop.0] [clone .cold]', 'f [clone .constprop.0] [clone .cold]'],
  ['_Z1fv.part.12.isra.0', 'f() [clone .part.12] [clone .isra.0]', 'f [clone .part.12] [clone .isra.0]'],
  ['_ZN5ArrayIhE10initializeEi', 'Array<unsigned char>::initialize(int)', 'Array<unsigned char>::initialize'],
  ['_Z3maxIiET_S0_S0_', 'int max<int>(int, int)', 'max<int>'],
  ['_ZN1AC2Ev', 'A::A()', 'A::A'],
  ['_ZN1AIcED0Ev', 'A<char>::~A()', 'A<char>::~A'],
  ['_ZNSsC1EPKcRKSaIcE', 'std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string(char const*, std::allocator<char> const&)',
    'std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string'],
  ['_Z1gRKSs', 'g(std::string const&)', 'g'],
  ['_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE6appendEPKc',
    'std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::append(char const*)',
    'std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::append'],
  ['_ZN12_GLOBAL__N_14Anon2goEv', '(anonymous namespace)::Anon::go()', '(anonymous namespace)::Anon::go'],
  ['_Z5retfpPA3_iRA2_A3_cM1SiMS4_FiiEPVKcz',
    'retfp(int (*) [3], char (&) [2][3], int S::*, int (S::*)(int), char const volatile*, ...)', 'retfp'],
  ['_Z6tretfpIiEPFviET_', 'void (*tretfp<int>(int))(int)', 'tretfp<int>'],
  ['_ZNK1ScvT_IdEEv', 'S::operator double<double>() const', 'S::operator double<double>'],
  ['_ZN1SnwEm', 'S::operator new(unsigned long)', 'S::operator new'],
  ['_ZlsRK1AS1_', 'operator<<(A const&, A const&)', 'operator<<'],
  ['_ZltI1AEbRKT_S3_', 'bool operator< <A>(A const&, A const&)', 'operator< <A>'],
  ['_Zli4_lity', 'operator"" _lit(unsigned long long)', 'operator"" _lit'],
  ['_ZZ3fooIiEvvENKUlvE_clEv', 'foo<int>()::{lambda()#1}::operator()() const', 'foo<int>()::{lambda()#1}::operator()'],
  ['_ZZL3sfniENKUlT_iE_clIiEEDaS_i', 'auto sfn(int)::{lambda(auto:1, int)#1}::operator()<int>(int, int) const',
    'sfn(int)::{lambda(auto:1, int)#1}::operator()<int>'],
  ['_ZZ3foovE1x', 'foo()::x', 'foo()::x'],
  ['_ZZ1fvEs', 'f()::string literal', 'f()::string literal'],
  ['_ZZ6defargiEd_NKUlvE_clEv', 'defarg(int)::{default arg#1}::{lambda()#1}::operator()() const', 'defarg(int)::{default arg#1}::{lambda()#1}::operator()'],
  ['_Z4callIR1SJiEEDTclcl7forwardIT_Efp_Espcl7forwardIT0_Efp0_EEEOS2_DpOS3_', 'decltype (((forward<S&>)({parm#1}))((forward<int>)({parm#2}))) call<S&, int>(S&, int&&)', 'call<S&, int>'],
  ['_Z2ttISt5tupleJicEEvOT_IJDpT0_EE', 'void tt<std::tuple, int, char>(std::tuple<int, char>&&)', 'tt<std::tuple, int, char>'],
  ['_Z2avILin3EEiv', 'int av<-3>()', 'av<-3>'],
  ['_Z2avIXadL_Z4globEEEiv', 'int av<&glob>()', 'av<&glob>'],
  ['_Z2evIL1E1EEiv', 'int ev<(E)1>()', 'ev<(E)1>'],
  ['_Z1bILb1EEiv', 'int b<true>()', 'b<true>'],
  ['_Z3bigIdENSt9enable_ifIXgtstT_Li4EEiE4typeES1_', 'std::enable_if<((sizeof (double))>(4)), int>::type big<double>(double)', 'big<double>'],
  ['_Z1fIiEN1QIXsr3std9is_signedIT_EE5valueEE4typeEv', 'Q<std::is_signed<int>::value>::type f<int>()', 'f<int>'], // Clang's levels
  ['_Z1fIiEN1QIXsr9is_signedIT_E5valueEJ3barEE4typeEv', 'Q<is_signed<int>::value, bar>::type f<int>()', 'f<int>'], // GCC's types
  ['_Z1fIKcEvPKT_', 'void f<char const>(char const*)', 'f<char const>'], // const once
  ['_Z1fIRiEvOT_', 'void f<int&>(int&)', 'f<int&>'], // & && is &
  ['_Z3nxtPDoFvvE', 'nxt(void (*)() noexcept)', 'nxt'],
  ['_Z3vecDv4_f', 'vec(float __vector(4))', 'vec'],
  ['_ZN3fooB5cxx11Ev', 'foo[abi:cxx11]()', 'foo[abi:cxx11]'],
  ['_ZTV10JavaThread', 'vtable for JavaThread', 'vtable for JavaThread'],
  ['_ZThn40_N13VM_HeapDumper4workEj', 'non-virtual thunk to VM_HeapDumper::work(unsigned int)', 'non-virtual thunk to VM_HeapDumper::work'],
  ['_ZGVZN1A1fEvE1x', 'guard variable for A::f()::x', 'guard variable for A::f()::x'],
]; // prettier-ignore

describe('demangle', () => {
  it.each(NAMES)('%s', (name, full, short) => {
    expect(demangle(name)).toBe(full);
    expect(demangleShort(name)).toBe(short);
  });

  it('leaves what is no C++ name as it is', () => {
    const names = ['', 'malloc', '_Z', '_ZN', '_Z3fo', 'JVM_IHashCode', '_GLOBAL__sub_I_x.cpp', '__libc_start_main', 'Z3foov'];
    expect(names.map(demangle)).toEqual(names);
    expect(names.map(demangleShort)).toEqual(names);
    expect(demangle('_Z3foovX')).toBe('_Z3foovX');
    expect(demangle('_Z3foov.PART')).toBe('_Z3foov.PART');
  });
});

describe('a hostile name', () => {
  /** Ends soon, with text in bounds; a name that says nothing stays as it is. */
  const check = (name: string): void => {
    for (const text of [demangle(name), demangleShort(name)]) {
      expect(text.length).toBeLessThanOrEqual(Math.max(MAX_DEMANGLED_CHARS * 2, name.length));
    }
  };

  it('cannot take long by standing for gigabytes', () => {
    // Functions of two parameters, each a pointer to the function before: 12 characters more, twice the text.
    const id = (index: number): string => (index === 0 ? 'S_' : `S${(index - 1).toString(36).toUpperCase()}_`);
    const doubling = (levels: number): string => {
      return `_Z1f1A${Array.from({ length: levels }, (_, i) => `PFv${id(2 * i)}${id(2 * i)}E`).join('')}`;
    };
    expect(demangle(doubling(2))).toBe('f(A, void (*)(A, A), void (*)(void (*)(A, A), void (*)(A, A)))');
    expect(demangle(doubling(40))).toBe(doubling(40));
    const startedMs = performance.now();
    for (const levels of [10, 30, 100, 1000]) check(doubling(levels));
    check(`_Z1f${'P'.repeat(10_000)}v`);
    check(`_Z1f${'PF'.repeat(5000)}v`);
    check(`_Z1fI${'N1AI'.repeat(3000)}`);
    check(`_ZN1Acv${'T_I'.repeat(3000)}`);
    check(`_ZcvT_${'IcvT_'.repeat(2000)}`);
    check(`_Z1fIX${'sr1AI'.repeat(2000)}`);
    check(`_Z1fILi${'9'.repeat(15_000)}EEvv`);
    check(`_Z999999999f`);
    check(`_Z${'9'.repeat(400)}f`);
    check(`_Z1f${'A9999_'.repeat(2000)}i`);
    check(`_Z1fIJ${'i'.repeat(5000)}EEvDp${'O'.repeat(300)}T_`);
    check(`_Z1fIJ${'i'.repeat(3000)}EEv${'DpPDpT_'.repeat(1000)}`);
    check('_Z1f'.repeat(3000));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('never throws, whatever is changed', () => {
    const real = fc.constantFrom(...NAMES.map(([name]) => name));
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('_ZNKSTILEXJDPRFMvicjtspaorl0123456789A.fgUCdn\u0000é')),
      maxLength: 12,
    });
    const changed = fc.tuple(real, real, fc.nat(200), fc.nat(200), letters).map(([a, b, from, to, middle]) => {
      return a.slice(0, from % (a.length + 1)) + middle + b.slice(to % (b.length + 1));
    });
    fc.assert(fc.property(changed, check), { numRuns: 20_000 });
    fc.assert(fc.property(letters.map((text) => `_Z${text}`), check), { numRuns: 5000 }); // prettier-ignore
  });
});
