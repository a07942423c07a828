// The program of `jtrace watch` for each way of looking at opened files and each dialect.

import { describe, expect, test } from 'vitest';
import { asPid } from '../../../src/model/units.ts';
import { PROBE_STYLES, type ProbeStyle } from '../../../src/model/watch.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { renderLibjvmLoads } from '../../../src/program/libjvm-loads.ts';
import { expectGolden } from '../../support/golden.ts';

const render = (style: ProbeStyle, minor: number, running: readonly number[] = []): ReturnType<typeof renderLibjvmLoads> =>
  renderLibjvmLoads({ style, running: running.map(asPid), architecture: 'x86-64' }, dialectFor({ major: 0, minor, patch: 0 }));

/** Attach points, one a line. */
function probesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^((?:k|f|tracepoint:syscalls)[a-z_]*:[\w:]+)/u.exec(line)?.[1] ?? []);
}

describe('renderLibjvmLoads', () => {
  test.each(PROBE_STYLES)('%s', (style) => {
    const { text, unsafe } = render(style, 23);
    expect(unsafe).toBe(false);
    expect(text).not.toMatch(/\{\{|#if|#!/u);
    // Names of files are compared, never printed or read of the user's memory.
    expect(text).not.toMatch(/\bstr\(|uptr|\bcomm\b/u);
    expectGolden(`watch-programs/libjvm-loads-${style}.bt`, text);
  });

  test('probes by version and architecture', () => {
    expect(probesOf(render('kprobe', 17).text)).toEqual(['kretprobe:do_sys_openat2', 'kprobe:vm_mmap_pgoff']);
    expect(probesOf(render('fentry', 17).text)).toEqual(['kretfunc:do_sys_openat2', 'kfunc:vm_mmap_pgoff']);
    expect(probesOf(render('fentry', 22).text)).toEqual(['kretfunc:do_sys_openat2', 'kfunc:vm_mmap_pgoff']);
    expect(probesOf(render('fentry', 23).text)).toEqual(['fexit:do_sys_openat2', 'fentry:vm_mmap_pgoff']);
    expect(probesOf(render('fentry', 27).text)).toEqual(['fexit:do_sys_openat2', 'fentry:vm_mmap_pgoff']);
    expect(render('tracepoint', 27).text).toContain('sys_exit_open,');
    const arm = renderLibjvmLoads({ style: 'tracepoint', running: [], architecture: 'aarch64' }, dialectFor({ major: 0, minor: 27, patch: 0 })); // prettier-ignore
    expect(arm.text).not.toContain('sys_exit_open,');
  });

  test('JVMs that run are known to it, a thousand of them', () => {
    expect(render('tracepoint', 23, [811, 4711]).text).toContain(
      'BEGIN { @jvm[(uint64)811] = (uint64)1; @jvm[(uint64)4711] = (uint64)1; }',
    );
    expect(render('tracepoint', 23).text).not.toContain('BEGIN');
    const many = render(
      'tracepoint',
      23,
      Array.from({ length: 5000 }, (_, pid) => pid + 1),
    );
    expect(many.text.match(/= \(uint64\)1; @jvm/gu)).toHaveLength(999);
  });

  test('maps are bounded, and large enough for a busy machine', () => {
    expect(render('tracepoint', 17).environment).toEqual({ BPFTRACE_MAP_KEYS_MAX: '16384' });
    expect(render('tracepoint', 27).environment).toEqual({ BPFTRACE_MAX_MAP_KEYS: '16384' });
  });
});
