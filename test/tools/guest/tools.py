"""What the other modules share: faults, finding and running host programs, the cache folder."""

import os
import shutil
import subprocess

EXIT_TIMEOUT = 124  # as timeout(1)
EXIT_VM_FAILURE = 125

# Daemons and QEMU's helpers are not in everybody's PATH.
EXTRA_PATH = ":/usr/sbin:/sbin:/usr/libexec:/usr/lib/qemu"


class Fault(Exception):
    """The VM could not be had or broke: one message, no traceback."""


def cache_folder():
    own = os.environ.get("JTRACE_TEST_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(own or os.path.join(base, "jtrace-tests"), "guests")


def need(program, package):
    """The path of a host program, or a fault that names its package."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + EXTRA_PATH)
    if not found:
        raise Fault("%s not found: apt-get install %s" % (program, package))
    return found


def run(*command, **options):
    """A host program's standard output; a fault when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        raise Fault("%s: status %d\n%s" % (" ".join(command), done.returncode, done.stderr.decode(errors="replace")[-1500:]))
    return done.stdout.decode(errors="replace")


def decompress(program, package, data):
    done = subprocess.run([need(program, package), "-dcq"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout  # trailing bytes after the stream make the status useless; callers check what came out
