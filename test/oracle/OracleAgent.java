import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sun.jvm.hotspot.HotSpotAgent;
import sun.jvm.hotspot.code.CodeBlob;
import sun.jvm.hotspot.code.NMethod;
import sun.jvm.hotspot.code.PCDesc;
import sun.jvm.hotspot.code.ScopeDesc;
import sun.jvm.hotspot.debugger.Address;
import sun.jvm.hotspot.debugger.ThreadContext;
import sun.jvm.hotspot.interpreter.InterpreterCodelet;
import sun.jvm.hotspot.oops.Metadata;
import sun.jvm.hotspot.oops.Method;
import sun.jvm.hotspot.runtime.Frame;
import sun.jvm.hotspot.runtime.JavaThread;
import sun.jvm.hotspot.runtime.Threads;
import sun.jvm.hotspot.runtime.VM;
import sun.jvm.hotspot.tools.StackTrace;
import sun.jvm.hotspot.types.Type;

/**
 * A warm `jhsdb`: the VM's own debugger behind one line of request and one line of JSON per answer, so that a stop costs tenths of
 * a second instead of seconds. `jstack` runs the very class that `jhsdb jstack --pid` runs (sun.jvm.hotspot.tools.StackTrace); the other
 * requests are the raw facts that proofs are computed from: registers, code blobs, debug information, methods. Run as
 * `java --add-modules jdk.hotspot.agent --add-exports jdk.hotspot.agent/sun.jvm.hotspot…=ALL-UNNAMED OracleAgent.java` (JDK 11 to 27; what they
 * call differently is asked for by name), or compiled against sa-jdi.jar (JDK 8, whose language this is written in).
 */
public class OracleAgent {
  /** The attachment of now; SA keeps its state in statics, so there is one at a time. */
  static HotSpotAgent agent;
  static final PrintStream ANSWERS = System.out;
  /** Scalar-replaced objects are left out: places do not need them, and SA of 22 and later fails on merged ones. */
  static final int NO_OBJECTS = 0;

  public static void main(String[] args) throws Exception {
    System.setOut(System.err); // SA prints warnings: they must not mix with answers
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.trim().split(" ");
      String answer;
      try {
        answer = "{\"ok\":" + answer(words) + "}";
      } catch (Throwable t) {
        t.printStackTrace();
        answer = "{\"error\":" + quote(t + " at " + (t.getStackTrace().length > 0 ? t.getStackTrace()[0] : "?")) + "}";
      }
      ANSWERS.print(answer + "\n");
      ANSWERS.flush();
    }
    if (agent != null) agent.detach();
  }

  static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "attach": return attach(Integer.parseInt(words[1]));
      case "detach": agent.detach(); agent = null; return "true";
      case "jstack": return quote(jstack(words.length > 1 && words[1].equals("-v")));
      case "thread": return thread(Long.parseLong(words[1]));
      case "guess": return guess(Long.parseLong(words[1]));
      case "blob": return blob(address(words[1]));
      case "pcdescs": return pcDescs(address(words[1]));
      case "method": return method(address(words[1]));
      case "line": return Integer.toString(wrap(address(words[1])).getLineNumberFromBCI(Integer.parseInt(words[2])));
      default: throw new IllegalArgumentException("unknown request " + words[0]);
    }
  }

  /** Attaches. Where that fails halfway it lets go again: who is told of an error does not detach, and the target could not end. */
  static String attach(int pid) throws ClassNotFoundException {
    agent = new HotSpotAgent();
    try {
      agent.attach(pid);
      return vmFacts();
    } catch (Throwable unreadable) {
      agent.detach();
      agent = null;
      throw unreadable;
    }
  }

  static String vmFacts() throws ClassNotFoundException {
    Type stubs = agent.getTypeDataBase().lookupType("StubRoutines");
    Address code = agent.getTypeDataBase().lookupType("AbstractInterpreter").getAddressField("_code").getValue();
    Type queue = agent.getTypeDataBase().lookupType("StubQueue");
    Address begin = queue.getAddressField("_stub_buffer").getValue(code);
    long size = queue.getCIntegerField("_buffer_limit").getValue(code);
    return object(
      field("callStubReturn", stubs.getAddressField("_call_stub_return_address").getValue()),
      field("interpreterBegin", begin), field("interpreterEnd", begin.addOffsetTo(size)),
      "\"entryFrameWrapperOffset\":" + agent.getTypeDataBase().lookupIntConstant("frame::entry_frame_call_wrapper_offset"),
      "\"wrapperAnchorOffset\":" + agent.getTypeDataBase().lookupType("JavaCallWrapper").getField("_anchor").getOffset(),
      "\"anchorSpOffset\":" + agent.getTypeDataBase().lookupType("JavaFrameAnchor").getField("_last_Java_sp").getOffset(),
      "\"anchorPcOffset\":" + agent.getTypeDataBase().lookupType("JavaFrameAnchor").getField("_last_Java_pc").getOffset(),
      "\"anchorFpOffset\":" + agent.getTypeDataBase().lookupType("JavaFrameAnchor").getField("_last_Java_fp").getOffset(),
      "\"takesLiveBcp\":" + takesLiveBcp());
  }

  /** From JDK 13 on (JDK-8214226) the interpreter's first frame is made with r13 as a fifth argument; before, the bcp is what the frame holds. */
  static boolean takesLiveBcp() throws ClassNotFoundException {
    for (java.lang.reflect.Constructor<?> known : frameClass().getDeclaredConstructors()) {
      if (known.getParameterCount() == 5) return true;
    }
    return false;
  }

  /** The class of x86's frames: from 26 on there is no 32-bit one to share it with. */
  static Class<?> frameClass() throws ClassNotFoundException {
    try {
      return Class.forName("sun.jvm.hotspot.runtime.x86.X86Frame");
    } catch (ClassNotFoundException newer) {
      return Class.forName("sun.jvm.hotspot.runtime.amd64.AMD64Frame");
    }
  }

  static String jstack(boolean verbose) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(text, true, "UTF-8")) {
      new StackTrace(verbose, false).run(out);
    }
    return text.toString("UTF-8");
  }

  static List<JavaThread> threads() {
    Threads threads = VM.getVM().getThreads();
    List<JavaThread> all = new ArrayList<>();
    if (has(threads, "getJavaThreadAt")) {
      for (int i = 0; i < threads.getNumberOfThreads(); i++) all.add((JavaThread) call(threads, "getJavaThreadAt", i));
    } else {
      for (Object thread = call(threads, "first"); thread != null; thread = call(thread, "next")) all.add((JavaThread) thread);
    }
    return all;
  }

  static boolean has(Object object, String method) {
    for (java.lang.reflect.Method known : object.getClass().getMethods()) if (known.getName().equals(method)) return true;
    return false;
  }

  /** What one JDK has under this name. */
  static Object call(Object object, String method, Object... arguments) {
    try {
      for (java.lang.reflect.Method known : object.getClass().getMethods()) {
        if (known.getName().equals(method) && known.getParameterCount() == arguments.length) return known.invoke(object, arguments);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method, e.getCause() == null ? e : e.getCause());
    }
    throw new IllegalStateException(object.getClass() + " has no " + method);
  }

  /** Not a compiler's, which SA counts among Java's. */
  static boolean isJava(JavaThread thread) {
    return has(thread, "isJavaThread") ? (Boolean) call(thread, "isJavaThread") : !thread.getClass().getSimpleName().contains("CompilerThread");
  }

  static long frameComplete(CodeBlob blob) {
    if (has(blob, "getFrameCompleteOffset")) return ((Number) call(blob, "getFrameCompleteOffset")).longValue();
    return agent.getTypeDataBase().lookupType("CodeBlob").getCIntegerField("_frame_complete_offset").getValue(blob.getAddress());
  }

  /** Where a deoptimized frame returns to: the handler's beginning, from 26 on an entry within it. 0: there is none. */
  static Address deoptHandler(NMethod nm) {
    return (Address) call(nm, has(nm, "deoptHandlerEntry") ? "deoptHandlerEntry" : "deoptHandlerBegin");
  }

  /** Registers, state and anchor of a thread; null when it is no thread of Java's list. */
  static String thread(long tid) {
    for (JavaThread thread : threads()) {
      if (thread.getOSThread().threadId() != tid) continue;
      ThreadContext context = thread.getThreadProxy().getContext();
      List<String> registers = new ArrayList<>();
      for (int r = 0; r < context.getNumRegisters(); r++) {
        registers.add(quote(context.getRegisterName(r)) + ":" + quote(Long.toHexString(context.getRegister(r))));
      }
      return object(
        field("javaThread", thread.getAddress()), "\"isJava\":" + isJava(thread), "\"state\":" + quote(thread.getThreadState().toString()),
        "\"registers\":{" + String.join(",", registers) + "}",
        field("anchorSp", thread.getLastJavaSP()), field("anchorPc", thread.getLastJavaPC()), field("anchorFp", thread.getLastJavaFP()));
    }
    return "null";
  }

  /** Where SA begins its walk of a thread; null: it finds no frame. It may search 128 KiB of stack for it. */
  static String guess(long tid) {
    for (JavaThread thread : threads()) {
      if (thread.getOSThread().threadId() != tid) continue;
      Frame guess = thread.getCurrentFrameGuess();
      return guess == null ? "null" : object(field("sp", guess.getSP()), field("fp", guess.getFP()), field("pc", guess.getPC()));
    }
    return "null";
  }

  static String blob(Address pc) {
    CodeBlob blob = VM.getVM().getCodeCache().contains(pc) ? VM.getVM().getCodeCache().findBlobUnsafe(pc) : null;
    if (blob == null) return "null";
    List<String> fields = new ArrayList<>(Arrays.asList(
      field("header", blob.headerBegin()), "\"name\":" + quote(blob.getName()), "\"class\":" + quote(blob.getClass().getSimpleName()),
      field("codeBegin", blob.codeBegin()), field("codeEnd", blob.codeEnd()),
      "\"frameSize\":" + blob.getFrameSize(), "\"frameComplete\":" + frameComplete(blob)));
    if (blob instanceof NMethod) {
      NMethod nm = (NMethod) blob;
      fields.addAll(Arrays.asList(
        field("entry", nm.getEntryPoint()), field("verifiedEntry", nm.getVerifiedEntryPoint()), field("stubBegin", nm.stubBegin()),
        field("deoptHandler", deoptHandler(nm)),
        field("deoptMhHandler", has(nm, "deoptMhHandlerBegin") ? (Address) call(nm, "deoptMhHandlerBegin") : null),
        "\"origPcOffset\":" + nm.origPCOffset(), "\"osr\":" + nm.isOSRMethod(), field("method", nm.getMethod().getAddress()),
        "\"methodIsNative\":" + nm.getMethod().isNative()));
    }
    if (VM.getVM().getInterpreter().contains(pc)) {
      InterpreterCodelet codelet = VM.getVM().getInterpreter().getCodeletContaining(pc);
      if (codelet != null) {
        fields.add("\"codelet\":" + quote(String.valueOf(codelet.getDescription())));
        fields.add(field("codeletBegin", codelet.codeBegin()));
        fields.add(field("codeletEnd", codelet.codeEnd()));
      }
    }
    return object(fields.toArray(new String[0]));
  }

  /** All PcDescs of an nmethod in their order, each with its scopes, innermost first. */
  static String pcDescs(Address pc) {
    NMethod nm = (NMethod) VM.getVM().getCodeCache().findBlobUnsafe(pc);
    long step = agent.getTypeDataBase().lookupType("PcDesc").getSize();
    List<String> rows = new ArrayList<>();
    for (Address p = nm.scopesPCsBegin(); p.lessThan(nm.scopesPCsEnd()); p = p.addOffsetTo(step)) {
      PCDesc desc = new PCDesc(p);
      if (desc.getPCOffset() >= 0 && desc.getScopeDecodeOffset() == 0) break; // the sentinel: other data may follow (24 and later)
      List<String> scopes = new ArrayList<>();
      if (desc.getScopeDecodeOffset() != 0) {
        ScopeDesc scope = new ScopeDesc(nm, desc.getScopeDecodeOffset(), NO_OBJECTS, desc.getReexecute());
        for (; scope != null; scope = scope.sender()) scopes.add(place(scope.getMethod(), scope.getBCI()));
      }
      rows.add("{\"pcOffset\":" + desc.getPCOffset() + ",\"scopes\":[" + String.join(",", scopes) + "]}");
    }
    return "[" + String.join(",", rows) + "]";
  }

  static String place(Method method, int bci) {
    return object("\"method\":" + quote(method.externalNameAndSignature()), "\"bci\":" + bci, "\"line\":" + method.getLineNumberFromBCI(bci),
      "\"native\":" + method.isNative());
  }

  static Method wrap(Address address) {
    return (Method) Metadata.instantiateWrapperFor(address);
  }

  /** What a Method* is; null when no Method is there. */
  static String method(Address address) {
    Method method;
    try {
      method = wrap(address);
      if (method == null) return "null";
      Address code = method.getConstMethod().getAddress().addOffsetTo(agent.getTypeDataBase().lookupType("ConstMethod").getSize());
      return object("\"name\":" + quote(method.externalNameAndSignature()), "\"native\":" + method.isNative(), field("bytecodes", code),
        "\"codeSize\":" + method.getCodeSize());
    } catch (RuntimeException notMethod) {
      return "null";
    }
  }

  static Address address(String hex) {
    return agent.getDebugger().parseAddress("0x" + hex);
  }

  static String field(String name, Address value) {
    return quote(name) + ":" + quote(value == null ? "0" : Long.toHexString(agent.getDebugger().getAddressValue(value)));
  }

  static String object(String... fields) {
    return "{" + String.join(",", fields) + "}";
  }

  static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') out.append('\\').append(c);
      else if (c < 0x20 || c >= 0x7f) out.append(String.format("\\u%04x", (int) c));
      else out.append(c);
    }
    return out.append('"').toString();
  }
}
