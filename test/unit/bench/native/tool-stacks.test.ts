import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRecording } from '../../../../src/app/open-recording.ts';
import { stacksOfGdb } from '../../../bench/native/gdb-backtraces.ts';
import { addStacks, functionKey, StackTally, stacksOfProfile } from '../../../bench/native/tool-stacks.ts';
import { REPOSITORY } from '../../../support/repository.ts';

const FIXTURES = join(REPOSITORY, 'test/fixtures/mariadb');
const gdb = (): string => readFileSync(join(FIXTURES, 'gdb-bt.txt'), 'utf8');

async function perfStacks() {
  const { profile } = await openRecording(join(FIXTURES, 'perf-script.txt'));
  return stacksOfProfile(profile, 'mariadbd');
}

describe('what perf printed', () => {
  test('a stack that ends in clone3 is whole, one that was cut is not', async () => {
    const { samples, whole } = await perfStacks();
    expect({ samples, whole }).toEqual({ samples: 5, whole: 4 });
  });

  test('the leaf is the user function that entered the kernel; code without a symbol is its file', async () => {
    const { leaves } = await perfStacks();
    expect(leaves).toEqual(['send', 'poll', 'Lex_input_stream::reset', 'MYSQLparse', '[mariadbd]']);
  });
});

describe('what gdb printed', () => {
  test('one stack a thread, all whole: three end in clone3, the first thread in _start', () => {
    const { samples, whole, leaves } = stacksOfGdb(gdb(), 'mariadbd');
    expect({ samples, whole }).toEqual({ samples: 4, whole: 4 });
    expect(leaves).toEqual(['futex_abstimed_wait_common', 'recv', 'send', 'poll']);
  });

  test('what was inlined is no frame, arguments are no part of a name', () => {
    const [waiting] = [...stacksOfGdb(gdb(), 'mariadbd').stacks.values()];
    expect(waiting?.frames).toEqual([
      '__futex_abstimed_wait_common',
      '__GI___futex_abstimed_wait_cancelable64',
      '___pthread_cond_clockwait64',
      'tpool::thread_pool_generic::wait_for_tasks(std::unique_lock<std::mutex>&, tpool::worker_data*)',
      'tpool::thread_pool_generic::get_task(tpool::worker_data*, tpool::task**)',
      'tpool::thread_pool_generic::worker_main(tpool::worker_data*)',
      '??',
      'start_thread',
      'clone3',
    ]);
  });

  test('a backtrace that gdb broke off is not whole', () => {
    const broken = gdb().replaceAll(/^#\d+ .* (clone3|start_thread|_start) .*\n/gm, '');
    expect(broken).not.toBe(gdb());
    expect(stacksOfGdb(broken, 'mariadbd')).toMatchObject({ samples: 4, whole: 0 });
  });

  test('nothing: gdb could not attach', () => {
    expect(stacksOfGdb('Could not attach to process.\n', 'mariadbd')).toMatchObject({ samples: 0, whole: 0 });
  });
});

test('the same stack has one key, whoever tells it', async () => {
  const perf = new Set((await perfStacks()).stacks.keys());
  const both = [...stacksOfGdb(gdb(), 'mariadbd').stacks.keys()].filter((key) => perf.has(key));
  expect(both.map((key) => key.split('\n').slice(0, 3))).toEqual([['send', 'vio_write', 'net_real_write']]);
});

test.each([
  ['__GI___poll', 'poll'],
  ['__libc_send', 'send'],
  ['__send', 'send'],
  ['recv@@GLIBC_2.2.5', 'recv'],
  ['___pthread_cond_clockwait64', 'pthread_cond_clockwait64'],
  ['do_command(THD*, bool)', 'do_command'],
  ['JOIN::exec_inner() [clone .cold]', 'JOIN::exec_inner'],
  ['_start', '_start'],
  ['__clone3', 'clone3'],
  ['??', '[mariadbd]'],
  ['[mariadbd+0x83d580]', '[mariadbd]'],
  ['[unknown]', '[mariadbd]'],
])('%s counts as %s', (name, key) => {
  expect(functionKey({ name, library: '' }, 'mariadbd')).toBe(key);
});

test('code without a symbol is the file it lies in', () => {
  expect(functionKey({ name: '??', library: '/lib/x86_64-linux-gnu/libstdc++.so.6' }, 'mariadbd')).toBe('[libstdc++.so.6]');
});

test('only the outermost frame says whether a stack is whole', () => {
  const tally = new StackTally('p');
  const frames = (...names: string[]) => names.map((name) => ({ name, library: '' }));
  tally.add(frames('f', 'start_thread', 'clone3'));
  tally.add(frames('f', 'start_thread'));
  tally.add(frames('f', 'start_thread', '[unknown]'));
  tally.add(frames('start_thread', 'f'));
  tally.add([]);
  expect(tally.result()).toMatchObject({ samples: 5, whole: 2, leaves: ['f', 'f', 'f', 'start_thread', '[no user frame]'] });
});

test('rounds add up', () => {
  const one = stacksOfGdb(gdb(), 'mariadbd');
  const two = addStacks([one, one]);
  expect(two).toMatchObject({ samples: 8, whole: 8 });
  expect([...two.stacks.values()].map(({ count }) => count)).toEqual([2, 2, 2, 2]);
  expect(two.leaves).toHaveLength(8);
});
