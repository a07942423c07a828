# Run inside gdb: prints the physical frames of one thread, `frame PC NAME`, and how gdb ended, `end REASON`; always `done` last.
# The same frames as `thread apply all bt` of that thread, without those that are not on the stack: inlined functions, and callers that
# left by a jump (gdb infers them from debug information).
import gdb

REASONS = {getattr(gdb, name): name for name in dir(gdb) if name.startswith('FRAME_UNWIND_')}
MOST = 20000


def jtrace_frames(tid):
    try:
        thread = next(t for t in gdb.selected_inferior().threads() if t.ptid[1] == tid)
        thread.switch()
        frame = gdb.newest_frame()
        for _ in range(MOST):
            if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
                print('frame %x %s' % (frame.pc(), frame.name() or '?'))
            reason = frame.unwind_stop_reason()
            older = frame.older()
            if older is None:
                print('end %s' % REASONS.get(reason, reason))
                break
            frame = older
    except (StopIteration, gdb.error, RuntimeError) as error:
        print('end error %s' % str(error).replace('\n', ' '))
    print('done')
