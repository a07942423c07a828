// The program that reads the code of the two functions of freeze-verdict.ts, and what it prints → their bytes.
//
// Why it is safe to run on a kernel that has the defect: it never reads user memory. kptr() makes bpftrace emit
// bpf_probe_read_kernel, whose copy_from_kernel_nofault() loads word by word under an exception table and calls neither
// copy_from_user_nofault() nor __check_object_size(). And it runs in BEGIN, which bpftrace triggers in its own process: a breakpoint
// in its user code (or a test run by system call in newer versions), never an interrupt of kernel code that could hold
// vmap_area_lock. So the lock is neither asked for nor held. Where reading is forbidden (lockdown), the words are zero.

import { asKernelAddress } from '../model/units.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { KernelCode } from './kernel-function.ts';

const FUNCTIONS = ['copy_from_user_nofault', '__check_object_size'] as const;
type FunctionName = (typeof FUNCTIONS)[number];

/** Twice the functions' largest sizes seen (208 and 544 bytes on 5.10 to 7.2): builds with more checks fit too. */
const READ_BYTES = { copy_from_user_nofault: 512, __check_object_size: 1152 } as const satisfies Record<FunctionName, number>;
const WORD_BYTES = 8;

/** A BEGIN-only program that prints `code NAME ADDRESS` and `word HEX` lines. The same text in every dialect. */
export function kernelCodeProgram(): BpftraceProgram {
  const parts = FUNCTIONS.map(
    (name, index) => `  $start${index} = kaddr("${name}");
  printf("code ${name} %llx\\n", $start${index});
  $at${index} = $start${index};
  while ($at${index} < $start${index} + ${READ_BYTES[name]}) {
    printf("word %llx\\n", *(uint64*)kptr($at${index}));
    $at${index} = $at${index} + ${WORD_BYTES};
  }
`,
  );
  return { text: `BEGIN {\n${parts.join('')}  exit();\n}\n`, environment: {}, unsafe: false, arguments: [] };
}

const CODE_LINE = /^code (\w{1,64}) ([0-9a-f]{1,16})$/;
const WORD_LINE = /^word ([0-9a-f]{1,16})$/;

/** The functions' code from the program's lines; null when any of it is missing. Other lines are bpftrace's own. */
export function parseKernelCode(lines: readonly string[]): Readonly<Record<FunctionName, KernelCode>> | null {
  const found = new Map<string, { readonly address: bigint; readonly words: bigint[] }>();
  let current: { readonly words: bigint[] } | undefined;
  for (const line of lines) {
    const [, name, address] = CODE_LINE.exec(line) ?? [];
    const [, word] = WORD_LINE.exec(line) ?? [];
    if (name !== undefined && address !== undefined) {
      const code = { address: BigInt(`0x${address}`), words: [] };
      found.set(name, code);
      current = code;
    } else if (word !== undefined) {
      current?.words.push(BigInt(`0x${word}`));
    }
  }
  const codeOf = (name: FunctionName): KernelCode | null => {
    const code = found.get(name);
    if (code?.words.length !== READ_BYTES[name] / WORD_BYTES) return null;
    const bytes = new Uint8Array(new BigUint64Array(code.words).buffer); // x86-64 and we are both little-endian
    return { address: asKernelAddress(code.address), bytes };
  };
  const copy = codeOf('copy_from_user_nofault');
  const check = codeOf('__check_object_size');
  return copy === null || check === null ? null : { copy_from_user_nofault: copy, __check_object_size: check };
}
