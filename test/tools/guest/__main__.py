"""One command in a throw-away VM on a Debian kernel. The host's own / is the guest's root: read-only, below a tmpfs overlay.

  python3 test/tools/guest --kernel 5.10|6.1|6.12|sid [options] -- COMMAND...

The command's output is streamed, its status returned; 124 on timeout, 125 when the VM failed. Nothing is left behind. The kernel
comes once from the host's Debian mirror into ${JTRACE_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/jtrace-tests}.
Needs: qemu-system-x86 (with its virtiofsd) busybox-static zstd lz4 python3 dpkg apt debian-archive-keyring. x86-64, root.
"""

import argparse
import os
import signal
import sys

from debian_kernel import fetch_kernel
from machine import Machine
from tools import EXIT_VM_FAILURE, Fault, cache_folder


def parse(argv):
    command = []
    if "--" in argv:
        at = argv.index("--")
        argv, command = argv[:at], argv[at + 1 :]
    parser = argparse.ArgumentParser(prog="guest", usage=__doc__)
    option = parser.add_argument
    option("--kernel", default="6.1", help="5.10, 6.1, 6.12 or sid, with -cloud or -rt; or =PACKAGE@SUITE for an exact package")
    option("--memory", default="2G")
    option("--cpus", type=int, default=2)
    option("--swap", help="size of a swap disk, e.g. 256M; it is on when COMMAND starts")
    option("--disk", action="append", default=[], help="size of an extra empty disk (/dev/vdX)")
    option("--numa", type=int, default=1, help="number of NUMA nodes")
    option("--rw-bind", action="append", default=[], metavar="DIR", help="folder whose changes reach the host")
    option("--accel", choices=["auto", "kvm", "tcg"], default="auto")
    option("--append", default="", help="more kernel command line")
    option("--module", action="append", default=[], help="load this module, and what it needs, before COMMAND")
    option("--sysctl", action="append", default=[], metavar="NAME=VALUE")
    option("--cwd", default=os.getcwd())
    option("--env", action="append", default=[], metavar="K=V|K")
    option("--timeout", type=float, default=600, metavar="SECONDS")
    option("--console", help="copy the guest's console to this file")
    option("--prepare", action="store_true", help="only fill the cache; prints the kernel's folder")
    option("--refresh", action="store_true", help="look for a newer kernel package")
    options = parser.parse_args(argv)
    if not command and not options.prepare:
        parser.error("no COMMAND after --")
    return options, command


def main():
    options, command = parse(sys.argv[1:])
    try:
        kernel = fetch_kernel(cache_folder(), options.kernel, options.refresh)
        if options.prepare:
            print(kernel)
            return 0
        machine = Machine(kernel, options, command)
        # A signal unwinds through the `finally` below as an exception, so that QEMU never outlives us.
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))
        try:
            return machine.run()
        finally:
            machine.remove()
    except Fault as fault:
        sys.stderr.write("guest: %s\n" % fault)
        return EXIT_VM_FAILURE


sys.exit(main())
