// Every pc of C2's rethrow stub, in the bytes of JDK 17: compiled code that an exception leaves jumps to it, its own return address on the stack.

import { expect, test } from 'vitest';
import { walkSample } from '../../../src/unwind/sample-walk.ts';
import { expectSound } from '../../support/expect-sound.ts';
import { javaWorld, pushJava, pushThreadStart } from '../../support/synthetic-java-stack.ts';
import { syntheticSample, SyntheticStack } from '../../support/synthetic-sample.ts';

const SUB = '4881ec18000000';
const SAVE_RBP = '48896c2410';
/** push [rsp + 24]; pop [rsp]: the return address becomes an argument. */
const [PUSH, POP] = ['48ff742418', '488f0424'];
const CALL = '4989a790020000 488bfe 498bf7 488b1424 49baf02f8ddecd7f0000 41ffd2';
const CLEAR = '4c8bd0 4d89a790020000 4d89a798020000 498b87e8020000 4d89a7e8020000 4d3b6708 7509';
const [ADD, POP_RBP, POP_RDX, JUMP] = ['4883c410', '5d', '5a', '41ffe2'];
const PENDING = '33db 49ba008c93c8cd7f0000';
const WORDS_IN_FRAME = 3;

/** Words between the stack pointer and the return address, when the code from there on runs; and whether rbp is the caller's. */
const PLACES = [
  { code: SUB, words: 0, isSaved: false },
  { code: SAVE_RBP, words: WORDS_IN_FRAME, isSaved: false },
  { code: PUSH, words: WORDS_IN_FRAME, isSaved: true },
  { code: POP, words: WORDS_IN_FRAME + 1, isSaved: true },
  { code: CALL, words: WORDS_IN_FRAME, isSaved: true },
  { code: CLEAR, words: WORDS_IN_FRAME, isSaved: true },
  { code: ADD, words: WORDS_IN_FRAME, isSaved: true },
  { code: POP_RBP, words: 1, isSaved: true },
  { code: POP_RDX, words: 0, isSaved: false },
  { code: JUMP, words: -1, isSaved: false },
  { code: PENDING, words: WORDS_IN_FRAME, isSaved: true },
  { code: ADD, words: WORDS_IN_FRAME, isSaved: true },
  { code: POP_RBP, words: 1, isSaved: true },
  { code: JUMP, words: 0, isSaved: false },
] as const;

const bytesOf = (hex: string): number[] => [...Buffer.from(hex.replaceAll(' ', ''), 'hex')];
const CODE = PLACES.flatMap(({ code }) => bytesOf(code));

test.each(PLACES.map((place, index) => [index, place] as const))('at its piece %i', (index, { words, isSaved }) => {
  const world = javaWorld();
  const blob = world.jvm.blob({ name: '_rethrow_Java', code: CODE, frameSizeWords: WORDS_IN_FRAME + 1, frameComplete: -1 });
  const stack = new SyntheticStack();
  const java = pushJava(world, stack, pushThreadStart(world, stack));
  const returnAt = stack.push(world.code.inCaller);
  stack.push(isSaved ? java.fp : 1);
  stack.skip(32);
  const rip = blob + PLACES.slice(0, index).flatMap(({ code }) => bytesOf(code)).length;
  const registers = { rip, rsp: returnAt - 8 * words, rbp: isSaved ? 1 : java.fp, rdx: world.code.inCaller };
  const walked = walkSample(syntheticSample({ stack: stack.captured(), registers }), [], world.walkTarget());
  expectSound(walked);
  expect(walked.stack.frames.map(({ name }) => name)).toEqual([
    ...['_rethrow_Java', 'A.caller', 'JavaCalls::call_helper', 'thread_native_entry'],
  ]);
  expect(walked.stack.outcome).toEqual({ kind: 'complete' });
});
