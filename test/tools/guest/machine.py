"""QEMU and its file servers for one run: builds the command line, starts them, relays output and status, removes every trace."""

import glob
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from initramfs import BASE_MODULES, Cpio, base_archive, load_modules, script
from relay import Relay
from tools import EXIT_TIMEOUT, EXIT_VM_FAILURE, Fault, need

QEMU_START_SECONDS = 20
SHARE_START_SECONDS = 5
POLL_SECONDS = 0.5
PORTS = ("out", "err", "status")
# What the command sees of our environment unless --env says more: the rest belongs to the host.
PASSED_ENVIRONMENT = ("PATH", "HOME", "LANG", "TERM", "JAVA_HOME", "USER")
# mitigations=off and the rest: an emulated processor is slow, and its time runs unevenly; none of it is under test.
KERNEL_ARGUMENTS = (
    "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off no_timer_check nmi_watchdog=0 "
    "rcupdate.rcu_cpu_stall_suppress=1 random.trust_cpu=on cryptomgr.notests=1"
)


def megabytes(text):
    found = re.fullmatch(r"(\d+)([MG]?)", text.upper())
    if not found:
        raise Fault("bad size %r: 256M, 2G" % text)
    return int(found.group(1)) * {"": 1, "M": 1, "G": 1024}[found.group(2)]


def kvm_works():
    with open("/proc/cpuinfo") as info:
        return os.access("/dev/kvm", os.R_OK | os.W_OK) and re.search(r"\b(vmx|svm)\b", info.read()) is not None


class Machine:
    def __init__(self, kernel, options, command):
        self.kernel, self.options, self.command = kernel, options, command
        self.kvm = options.accel == "kvm" or (options.accel == "auto" and kvm_works())
        self.token = "\n\x01guest-%s\x01" % os.urandom(12).hex()
        self.processes = []
        self.qemu = need("qemu-system-x86_64", "qemu-system-x86")
        self.virtiofsd = need("virtiofsd", "qemu-system-common (Debian 12) or virtiofsd (13)")
        self.folder = tempfile.mkdtemp(prefix="jtrace-guest-")

    def run(self):
        """The command's status, 124 or 125."""
        self.write_initrd()
        arguments = self.hardware() + self.shares() + self.disks()
        ports = self.ports(arguments)
        arguments += ["-kernel", self.kernel + "/vmlinux", "-initrd", self.folder + "/initrd", "-append", self.kernel_command_line()]
        with open(self.folder + "/qemu.err", "wb") as errors:
            qemu = self.start([self.qemu] + arguments, errors)
        relay = Relay({name: self.accept(port) for name, port in ports.items()}, self.token.encode())
        deadline = time.monotonic() + self.options.timeout
        timed_out = False
        while not relay.done():
            left = deadline - time.monotonic()
            if left <= 0:
                timed_out = True
                break
            relay.turn(min(left, POLL_SECONDS))
            if qemu.poll() is not None and not relay.turn(0):
                break
        relay.flush()
        console = self.read("console")
        if self.options.console:
            with open(self.options.console, "w") as out:
                out.write(console)
        if relay.status is not None:
            return relay.status
        if timed_out:
            sys.stderr.write("guest: timeout after %g s\n" % self.options.timeout)
            return EXIT_TIMEOUT
        tail = "\n".join(console.splitlines()[-25:])
        sys.stderr.write("guest: the VM ended without a status\n%s\n%s\n" % (self.read("qemu.err")[-800:], tail))
        return EXIT_VM_FAILURE

    def remove(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        # Debian 12's virtiofsd leaves a pid file named after its socket.
        name = glob.escape(self.folder.replace("/", "."))
        for folder in ("/run/virtiofsd", "/var/run/virtiofsd"):
            for path in glob.glob("%s/%s.*.pid" % (folder, name)) + glob.glob("%s/%s.*.pid" % (folder, name[1:])):
                try:
                    os.unlink(path)
                except OSError:
                    pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, command, errors):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True)
        self.processes.append(process)
        return process

    def read(self, name):
        try:
            with open(os.path.join(self.folder, name), errors="replace") as source:
                return source.read()
        except OSError:
            return ""

    def write_initrd(self):
        options, quote = self.options, shlex.quote
        archive = Cpio()
        if options.module:
            base = {name for name, _ in load_modules(self.kernel, BASE_MODULES)}
            archive.add_modules([pair for pair in load_modules(self.kernel, options.module) if pair[0] not in base], "list2")
        settings = {
            "KERNEL": self.kernel,
            "TOKEN": self.token,
            "SWAP_DEVICE": "/dev/vda" if options.swap else "",
            "SYSCTL": "\n".join(options.sysctl),
        }
        archive.add("run.env", "".join("%s=%s\n" % (name, quote(value)) for name, value in settings.items()).encode())
        self.binds = [os.path.realpath(path) for path in options.rw_bind]
        for path in self.binds:
            if not os.path.isdir(path):
                raise Fault("not a folder: " + path)
        archive.add("binds", "".join(path + "\n" for path in self.binds).encode())
        archive.add("stage2", script("stage2.sh"))
        environment = {name: os.environ[name] for name in PASSED_ENVIRONMENT if name in os.environ}
        for entry in options.env:
            name, equals, value = entry.partition("=")
            environment[name] = value if equals else os.environ.get(name, "")
        words = " ".join(quote("%s=%s" % pair) for pair in environment.items())
        # A session of its own: process 1's signals are not for it.
        archive.add("cmd", ("cd %s || cd /\nexec env -i %s setsid -w %s\n" % (quote(options.cwd), words, " ".join(map(quote, self.command)))).encode())
        with open(base_archive(self.kernel), "rb") as base, open(self.folder + "/initrd", "wb") as out:
            out.write(base.read())
            out.write(archive.finish())

    def hardware(self):
        options = self.options
        memory, nodes = megabytes(options.memory), max(options.numa, 1)
        arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        arguments += ["-machine", "pc,vmport=off,hpet=off", "-m", "%dM" % memory, "-smp", str(options.cpus)]
        if self.kvm:
            arguments += ["-enable-kvm", "-cpu", "host"]
        else:
            arguments += ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max"]
        for node in range(nodes):
            size = memory - memory // nodes * (nodes - 1) if node == nodes - 1 else memory // nodes
            cpus = [cpu for cpu in range(options.cpus) if cpu * nodes // options.cpus == node]
            # Shared memory: the file server of virtiofs reads and writes the guest's.
            arguments += ["-object", "memory-backend-memfd,id=m%d,size=%dM,share=on" % (node, size)]
            arguments += ["-numa", "node,nodeid=%d,memdev=m%d%s" % (node, node, ",cpus=%d-%d" % (cpus[0], cpus[-1]) if cpus else "")]
        return arguments + ["-device", "virtio-rng-pci", "-chardev", "file,id=con,path=%s/console" % self.folder, "-serial", "chardev:con"]

    def shares(self):
        arguments = self.share("root", "/")
        for index, path in enumerate(self.binds):
            arguments += self.share("bind%d" % index, path)
        return arguments

    def share(self, tag, path):
        endpoint = "%s/%s.sock" % (self.folder, tag)
        if "/lib/qemu/" in self.virtiofsd:  # the C server of Debian 12; the one written in Rust has other options
            settings = ["-o", "source=%s,cache=always,sandbox=chroot" % path, "-f"]
        else:
            settings = ["--shared-dir", path, "--cache", "always", "--sandbox", "chroot"]
        with open(self.folder + "/virtiofsd.log", "ab") as log:
            server = self.start([self.virtiofsd, "--socket-path=" + endpoint] + settings, log)
        deadline = time.monotonic() + SHARE_START_SECONDS
        while not os.path.exists(endpoint):
            if time.monotonic() > deadline or server.poll() is not None:
                raise Fault("virtiofsd did not start: " + self.read("virtiofsd.log")[-800:])
            time.sleep(0.01)
        return ["-chardev", "socket,id=c%s,path=%s" % (tag, endpoint), "-device", "vhost-user-fs-pci,chardev=c%s,tag=%s" % (tag, tag)]

    def disks(self):
        arguments = []
        for index, size in enumerate(([self.options.swap] if self.options.swap else []) + self.options.disk):
            path = "%s/disk%d" % (self.folder, index)
            with open(path, "wb") as image:
                image.truncate(megabytes(size) << 20)
            arguments += ["-drive", "file=%s,if=none,id=d%d,format=raw,cache=unsafe" % (path, index)]
            arguments += ["-device", "virtio-blk-pci,drive=d%d" % index]
        return arguments

    def ports(self, arguments):
        arguments += ["-device", "virtio-serial-pci,max_ports=4"]
        listeners = {}
        for number, name in enumerate(PORTS, start=1):
            path = "%s/%s.port" % (self.folder, name)
            listeners[name] = socket.socket(socket.AF_UNIX)
            listeners[name].bind(path)
            listeners[name].listen(1)
            arguments += ["-chardev", "socket,id=%s,path=%s" % (name, path), "-device", "virtserialport,chardev=%s,nr=%d,name=%s" % (name, number, name)]
        return listeners

    def accept(self, listener):
        listener.settimeout(QEMU_START_SECONDS)
        try:
            return listener.accept()[0]
        except OSError:
            raise Fault("QEMU did not start: " + self.read("qemu.err")[-1500:])

    def kernel_command_line(self):
        with open("/proc/cpuinfo") as info:
            bogomips = re.search(r"bogomips\s*:\s*([\d.]+)", info.read())
        # Twice the time stamp counter's MHz: TCG passes the host's counter through, and calibrating it takes seconds.
        clock = " tsc=reliable tsc_early_khz=%d" % round(float(bogomips.group(1)) * 500) if bogomips and not self.kvm else ""
        return "%s%s %s" % (KERNEL_ARGUMENTS, clock, self.options.append)
