import { describe, expect, it } from 'vitest';
import { asKernelAddress } from '../../../src/model/units.ts';
import { parseKernelSymbols } from '../../../src/target/kallsyms.ts';

const TEXT = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T __stext_alias
ffffffff81000000 t local_alias
ffffffff81000000 T startup_64
ffffffff81000000 D data_alias
ffffffff81000100 t do_one
ffffffff81000200 W weak_two
ffffffff82000000 T _etext
ffffffff82100000 D some_data
ffffffffa0000000 t bpf_prog_1234_name\t[bpf]
ffffffffc0201000 T ftrace_trampoline\t[__builtin__ftrace]
nonsense
ffffffff8100030
ffffffff81000150 T in_between_but_late
`;

function ask(text: string, ...addresses: readonly bigint[]): readonly string[] {
  const symbols = parseKernelSymbols(Buffer.from(text));
  return addresses.map((address) => {
    const found = symbols.symbolAt(asKernelAddress(address));
    return found === null ? '-' : `${found.name} ${found.library}`;
  });
}

describe('parseKernelSymbols', () => {
  it('finds the function below an address, and its module', () => {
    expect(
      ask(
        TEXT, 0xffffffff81000000n, 0xffffffff810000ffn, 0xffffffff81000100n, 0xffffffff8100014fn, 0xffffffff81000150n, 0xffffffff81000200n,
        0xffffffffa0000010n, 0xffffffffc0201fffn,
      ), // prettier-ignore
    ).toEqual([
      'startup_64 [kernel]', // global before local, few underscores, code before data
      'startup_64 [kernel]',
      'do_one [kernel]',
      'do_one [kernel]',
      'in_between_but_late [kernel]',
      'weak_two [kernel]',
      'bpf_prog_1234_name [bpf]',
      'ftrace_trampoline [__builtin__ftrace]',
    ]);
  });

  it('knows no function in data, in user space, or far behind the last symbol', () => {
    const addresses = [
      0xffffffff82100010n,
      0xffffffff80ffffffn,
      0n,
      0x7fff_ffff_ffffn,
      0xffffffffc0301000n,
      0xff00000081000000n,
      2n ** 64n - 1n,
    ];
    expect(ask(TEXT, ...addresses)).toEqual(addresses.map(() => '-'));
  });

  it('knows nothing when the addresses are hidden, or there is no text', () => {
    const hidden = TEXT.replaceAll(/^[0-9a-f]{16}/gm, '0'.repeat(16));
    expect(ask(hidden, 0xffffffff81000100n, 0n, 1n)).toEqual(['-', '-', '-']);
    expect(ask('', 0xffffffff81000100n)).toEqual(['-']);
  });
});
