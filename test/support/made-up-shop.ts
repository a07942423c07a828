// A recording made up for tests and pictures of the page: a web shop on a JVM, as it might look. The same at every call.

import type { Frame, FrameKind } from '../../src/model/frame.ts';
import type { Recording } from '../../src/model/recording.ts';
import { asPid, asTid } from '../../src/model/units.ts';
import { createProfileBuilder } from '../../src/profile/profile-builder.ts';
import { madeUpFrame, madeUpNumbers } from './made-up-trees.ts';

const PID = asPid(4711);
const JVM_LIBRARY = '/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so';
const LIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';

/** Method → its kind, and what it calls, each with how often; '' is the method itself. */
const CALLS: Readonly<Record<string, readonly [FrameKind, Readonly<Record<string, number>>]>> = {
  'org/apache/tomcat/util/net/NioEndpoint$SocketProcessor.doRun': ['c1', { 'org/apache/coyote/http11/Http11Processor.service': 9, 'sun/nio/ch/SocketChannelImpl.read': 1 }],
  'org/apache/coyote/http11/Http11Processor.service': ['c2', { 'org/springframework/web/servlet/DispatcherServlet.doDispatch': 8, 'org/apache/coyote/http11/Http11InputBuffer.parseHeaders': 1, 'org/apache/coyote/http11/Http11OutputBuffer.commit': 1 }],
  'org/apache/coyote/http11/Http11InputBuffer.parseHeaders': ['c2', { '': 1 }],
  'org/apache/coyote/http11/Http11OutputBuffer.commit': ['c2', { 'sun/nio/ch/SocketChannelImpl.write': 1 }],
  'org/springframework/web/servlet/DispatcherServlet.doDispatch': ['c2', { 'shop/web/OrderController.list': 5, 'shop/web/SearchController.find': 4, 'shop/web/CartController.add': 2 }],
  'shop/web/OrderController.list': ['c2', { 'shop/orders/OrderService.recent': 6, 'com/fasterxml/jackson/databind/ObjectMapper.writeValue': 4 }],
  'shop/web/CartController.add': ['interpreted', { 'shop/orders/OrderService.recent': 2, 'shop/pricing/Discounts.apply': 3 }],
  'shop/web/SearchController.find': ['c2', { 'shop/search/Index.query': 8, 'com/fasterxml/jackson/databind/ObjectMapper.writeValue': 2 }],
  'shop/orders/OrderService.recent': ['c2', { 'shop/orders/OrderRepository.load': 7, 'shop/pricing/Discounts.apply': 3 }],
  'shop/orders/OrderRepository.load': ['c2', { 'org/h2/command/Prepared.query': 6, 'java/util/HashMap.get': 2, '': 1 }],
  'shop/pricing/Discounts.apply': ['c1', { 'java/math/BigDecimal.multiply': 4, 'java/math/BigDecimal.divide': 3, '': 1 }],
  'java/math/BigDecimal.multiply': ['inlined', { '': 1, 'java/math/BigDecimal.valueOf': 1 }],
  'java/math/BigDecimal.divide': ['inlined', { '': 2 }],
  'java/math/BigDecimal.valueOf': ['inlined', { '': 1 }],
  'shop/search/Index.query': ['c2', { 'shop/search/Postings.intersect': 7, 'shop/search/Scorer.rank': 5, 'java/util/Arrays.sort': 2 }],
  'shop/search/Postings.intersect': ['c2', { '': 5, 'shop/search/Postings.advance': 6 }],
  'shop/search/Postings.advance': ['inlined', { '': 5, 'java/nio/Buffer.checkIndex': 2 }],
  'java/nio/Buffer.checkIndex': ['inlined', { '': 1 }],
  'shop/search/Scorer.rank': ['c2', { 'java/lang/StrictMath.log': 3, 'shop/search/Scorer.weight': 4 }],
  'shop/search/Scorer.weight': ['inlined', { '': 1 }],
  'java/lang/StrictMath.log': ['java-native', { __ieee754_log: 1 }],
  __ieee754_log: ['native', { '': 1 }],
  'java/util/Arrays.sort': ['c2', { 'java/util/TimSort.mergeLo': 2, 'java/util/TimSort.binarySort': 2 }],
  'java/util/TimSort.mergeLo': ['c2', { '': 1, 'jlong_disjoint_arraycopy': 1 }],
  'java/util/TimSort.binarySort': ['c2', { 'shop/search/Scorer.lambda$rank$0': 2, '': 1 }],
  'shop/search/Scorer.lambda$rank$0': ['inlined', { '': 1 }],
  jlong_disjoint_arraycopy: ['stub', { '': 1 }],
  'java/util/HashMap.get': ['inlined', { 'java/util/HashMap.getNode': 1 }],
  'java/util/HashMap.getNode': ['inlined', { '': 3, 'java/lang/String.equals': 1 }],
  'java/lang/String.equals': ['inlined', { '': 1 }],
  'org/h2/command/Prepared.query': ['c2', { 'org/h2/mvstore/CursorPos.traverseDown': 5, 'org/h2/value/Value.compareToNotNullable': 3, 'org/h2/result/LocalResult.addRow': 2 }],
  'org/h2/mvstore/CursorPos.traverseDown': ['c2', { 'org/h2/mvstore/Page.binarySearch': 6, '': 1 }],
  'org/h2/mvstore/Page.binarySearch': ['c2', { '': 4, 'org/h2/value/Value.compareToNotNullable': 4 }],
  'org/h2/value/Value.compareToNotNullable': ['c2', { '': 5, 'org/h2/value/ValueInteger.getValueType': 2 }],
  'org/h2/value/ValueInteger.getValueType': ['inlined', { '': 1 }],
  'org/h2/result/LocalResult.addRow': ['c1', { '': 2, '_new_array_Java': 1 }],
  _new_array_Java: ['stub', { 'OptoRuntime::new_array_C(Klass*, int, JavaThread*)': 1 }],
  'OptoRuntime::new_array_C(Klass*, int, JavaThread*)': ['vm', { 'MemAllocator::allocate() const': 1 }],
  'MemAllocator::allocate() const': ['vm', { '': 2, asm_exc_page_fault: 2 }],
  asm_exc_page_fault: ['kernel', { handle_mm_fault: 3 }],
  handle_mm_fault: ['kernel', { clear_page_erms: 3, '': 1 }],
  clear_page_erms: ['kernel', { '': 1 }],
  'com/fasterxml/jackson/databind/ObjectMapper.writeValue': ['c2', { 'com/fasterxml/jackson/databind/ser/BeanSerializer.serialize': 1 }],
  'com/fasterxml/jackson/databind/ser/BeanSerializer.serialize': ['c2', { 'com/fasterxml/jackson/databind/ser/BeanSerializer.serialize': 3, 'com/fasterxml/jackson/core/json/UTF8JsonGenerator.writeString': 5, 'jdk/internal/reflect/DirectMethodHandleAccessor.invoke': 2 }],
  'com/fasterxml/jackson/core/json/UTF8JsonGenerator.writeString': ['c2', { '': 3, '_writeStringSegment': 0 }],
  'jdk/internal/reflect/DirectMethodHandleAccessor.invoke': ['interpreted', { 'shop/orders/Order.getTotal': 1 }],
  'shop/orders/Order.getTotal': ['interpreted', { '': 1 }],
  'sun/nio/ch/SocketChannelImpl.read': ['c1', { 'sun/nio/ch/SocketDispatcher.read0': 1 }],
  'sun/nio/ch/SocketDispatcher.read0': ['java-native', { read: 1 }],
  read: ['native', { entry_SYSCALL_64_after_hwframe: 1 }],
  'sun/nio/ch/SocketChannelImpl.write': ['c1', { 'sun/nio/ch/SocketDispatcher.write0': 1 }],
  'sun/nio/ch/SocketDispatcher.write0': ['java-native', { write: 1 }],
  write: ['native', { entry_SYSCALL_64_after_hwframe: 1 }],
  entry_SYSCALL_64_after_hwframe: ['kernel', { tcp_sendmsg: 2, tcp_recvmsg: 1 }],
  tcp_sendmsg: ['kernel', { '': 1, __tcp_transmit_skb: 2 }],
  __tcp_transmit_skb: ['kernel', { '': 1 }],
  tcp_recvmsg: ['kernel', { '': 1 }],
  'CompileBroker::compiler_thread_loop()': ['vm', { 'C2Compiler::compile_method(ciEnv*, ciMethod*, int, bool, DirectiveSet*)': 1 }],
  'C2Compiler::compile_method(ciEnv*, ciMethod*, int, bool, DirectiveSet*)': ['vm', { 'Compile::Optimize()': 3, 'Compile::Code_Gen()': 3 }],
  'Compile::Optimize()': ['vm', { 'PhaseIdealLoop::build_and_optimize(LoopOptsMode)': 2, 'PhaseIterGVN::optimize()': 2 }],
  'PhaseIdealLoop::build_and_optimize(LoopOptsMode)': ['vm', { '': 1 }],
  'PhaseIterGVN::optimize()': ['vm', { '': 1 }],
  'Compile::Code_Gen()': ['vm', { 'PhaseChaitin::Register_Allocate()': 2, 'Matcher::match()': 1 }],
  'PhaseChaitin::Register_Allocate()': ['vm', { '': 1 }],
  'Matcher::match()': ['vm', { '': 1 }],
  'G1ParEvacuateFollowersClosure::do_void()': ['vm', { 'G1ParScanThreadState::trim_queue()': 1 }],
  'G1ParScanThreadState::trim_queue()': ['vm', { '': 3, __memmove_avx_unaligned_erms: 1 }],
  __memmove_avx_unaligned_erms: ['native', { '': 1 }],
}; // prettier-ignore

const WORKER = ['java/lang/Thread.run', 'java/util/concurrent/ThreadPoolExecutor$Worker.run', 'java/util/concurrent/ThreadPoolExecutor.runWorker', 'org/apache/tomcat/util/net/NioEndpoint$SocketProcessor.doRun'] as const; // prettier-ignore
const NATIVE_START = ['clone3', 'start_thread', 'thread_native_entry(Thread*)', 'JavaThread::thread_main_inner()'] as const;

/** 20 s of a shop at 99 Hz: workers, a compiler at the beginning, collections now and then; one sample in thirty unfinished. */
export function shopRecording(samples = 3000): Recording {
  const random = madeUpNumbers(17);
  const builder = createProfileBuilder('samples');
  for (let sample = 0; sample < samples; sample += 1) {
    const share = sample / samples;
    const draw = random();
    const isCompiler = draw < 0.3 * (1 - share) ** 3;
    const isCollection = !isCompiler && share % 0.2 < 0.03 && draw < 0.8;
    const worker = Math.floor(random() * 6);
    const tid = asTid(isCompiler ? 4720 : isCollection ? 4715 : 4730 + worker);
    const names = isCompiler
      ? [...NATIVE_START, ...walk(random, 'CompileBroker::compiler_thread_loop()')]
      : isCollection
        ? [...NATIVE_START.slice(0, 3), ...walk(random, 'G1ParEvacuateFollowersClosure::do_void()')]
        : [...NATIVE_START, ...WORKER.slice(0, -1), ...walk(random, WORKER[3])];
    const isCut = random() < 1 / 30;
    const isApproximate = !isCut && random() < (names.includes('shop/web/CartController.add') ? 0.8 : 0.02);
    const frames = names.map((name, depth) => shopFrame(name, depth, share)).reverse();
    const marker = madeUpFrame('[unfinished: stack-cut]', 'marker', { marker: 'unfinished', bci: -1 });
    builder.add(
      { pid: PID, tid, timeNs: share * 20e9, pc: 0, weight: 1 },
      {
        frames: isCut ? [...frames.slice(0, 6), marker] : frames,
        outcome: isCut
          ? { kind: 'unfinished', reason: 'stack-cut', detail: '' }
          : isApproximate
            ? { kind: 'approximate', reasons: ['reread-page'] }
            : { kind: 'complete' },
        hasJava: true,
      },
    );
    builder.nameThread(
      PID,
      tid,
      isCompiler ? 'C2 CompilerThread0' : isCollection ? 'GC Thread#0' : `http-nio-8080-exec-${String(worker + 1)}`,
    );
  }
  return {
    profile: builder.build(),
    facts: {
      source: 'jtrace', title: 'shop.Application', startedAtMs: Date.UTC(2026, 0, 15, 9, 30), startNs: 0, hasTimes: true, problems: [],
      run: {
        targets: [{ pid: PID, mainClass: 'shop.Application', program: '', jdkVersion: '17.0.21', container: '', vmFlags: [
          { name: 'UseG1GC', value: 'true', note: '' },
          { name: 'DebugNonSafepoints', value: 'false', note: 'leaf methods and lines of compiled code are approximate' },
        ] }],
        isWholeMachine: false,
        kernel: '6.1.0-28-amd64', bpftraceVersion: 'bpftrace v0.17.0', rateHz: 99, event: null, durationMs: 20_000, end: 'duration', lostEvents: 0, brokenSamples: 0, reduction: null,
      },
    },
  }; // prettier-ignore
}

function walk(random: () => number, start: string): string[] {
  const names: string[] = [];
  for (let name = start; name !== '';) {
    names.push(name);
    const calls = Object.entries(CALLS[name]?.[1] ?? { '': 1 });
    let left = random() * calls.reduce((sum, [, often]) => sum + often, 0);
    name = calls.find(([, often]) => (left -= often) < 0)?.[0] ?? '';
  }
  return names;
}

/** What is compiled late was interpreted first. */
function shopFrame(name: string, depth: number, share: number): Frame {
  const known = CALLS[name]?.[0] ?? (name.includes('/') ? 'interpreted' : name.includes('(') ? 'vm' : 'native');
  const isJava = name.includes('/');
  const kind = isJava && known === 'c2' && share < 0.12 ? 'c1' : known;
  const library = kind === 'vm' ? JVM_LIBRARY : kind === 'native' ? LIBC : kind === 'kernel' ? '[kernel]' : '';
  const line = isJava && kind !== 'java-native' ? 40 + ((name.length * 7 + depth) % 300) : 0;
  return madeUpFrame(name, kind, { library, line, lineApproximate: isJava && kind === 'inlined', bci: isJava ? 3 : -1 });
}
