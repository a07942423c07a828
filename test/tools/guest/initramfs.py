"""The initial RAM file system: a static busybox, the modules the root file system needs, init.sh, and what one run is told."""

import gzip
import hashlib
import lzma
import os
import re
import struct

from tools import Fault, decompress, need

HERE = os.path.dirname(os.path.abspath(__file__))
# The disks, the consoles and the root file system of the guest.
BASE_MODULES = ["virtio_pci", "virtio_blk", "virtio_console", "virtiofs", "overlay", "virtio_rng"]
PT_INTERP = 3
FOLDER, FILE, PROGRAM = 0o40755, 0o100644, 0o100755


class Cpio:
    """A newc archive. Source: Documentation/driver-api/early-userspace/buffer-format.rst."""

    def __init__(self):
        self.data = bytearray()
        self.count = 0

    def add(self, name, data=b"", mode=FILE):
        self.count += 1
        name_bytes = name.encode() + b"\0"
        fields = (self.count, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name_bytes), 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name_bytes
        self.pad()
        self.data += data
        self.pad()

    def pad(self, to=4):
        self.data += b"\0" * (-len(self.data) % to)

    def add_modules(self, modules, list_name):
        for name, data in modules:
            self.add("mods/%s.ko" % name, data)
        self.add("mods/" + list_name, "".join(name + "\n" for name, _ in modules).encode())

    def finish(self):
        self.add("TRAILER!!!", mode=0)
        self.pad(512)
        return bytes(self.data)


def script(name):
    with open(os.path.join(HERE, name), "rb") as source:
        return source.read()


def base_archive(kernel):
    """Path of the part that is the same for every run on a kernel; made once, beside the kernel."""
    init = script("init.sh")
    key = hashlib.sha256(init + repr(BASE_MODULES).encode()).hexdigest()[:12]
    path = "%s/initramfs-%s.cpio" % (kernel, key)
    if not os.path.exists(path):
        archive = Cpio()
        for folder in ("bin", "mods"):
            archive.add(folder, mode=FOLDER)
        archive.add("bin/busybox", static_busybox(), PROGRAM)
        archive.add_modules(load_modules(kernel, BASE_MODULES), "list")
        archive.add("init", init, PROGRAM)
        unfinished = path + ".%d" % os.getpid()
        with open(unfinished, "wb") as out:
            out.write(archive.finish())
        os.rename(unfinished, path)
    return path


def static_busybox():
    path = need("busybox", "busybox-static")
    with open(path, "rb") as program:
        data = program.read()
    (table,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    if any(struct.unpack_from("<I", data, table + index * size)[0] == PT_INTERP for index in range(count)):
        raise Fault("%s is not static: apt-get install busybox-static" % path)
    return data


def load_modules(kernel, wanted):
    """(name, bytes) of the wanted modules and all they depend on, in the order insmod needs; built-in ones are left out."""
    paths = {}
    for folder, _, files in os.walk(kernel + "/modules"):
        for name in files:
            found = re.match(r"(.+)\.ko(\.xz|\.zst|\.gz)?$", name)
            if found:
                paths[found.group(1).replace("-", "_")] = os.path.join(folder, name)
    ordered = []
    seen = set()

    def visit(name):
        name = name.replace("-", "_")
        if name in seen:
            return
        seen.add(name)
        if name not in paths:  # built in; if it is not, the guest's mount fails and its console says so
            return
        data = module_bytes(paths[name])
        depends = re.search(rb"\0depends=([^\0]*)\0", data)
        for other in (depends.group(1).decode().split(",") if depends else []) + (["crc32c_generic"] if name == "ext4" else []):
            if other:
                visit(other)
        ordered.append((name, data))

    for name in wanted:
        visit(name)
    return ordered


def module_bytes(path):
    with open(path, "rb") as source:
        data = source.read()
    if path.endswith(".xz"):
        return lzma.decompress(data)
    if path.endswith(".zst"):
        return decompress("zstd", "zstd", data)
    if path.endswith(".gz"):
        return gzip.decompress(data)
    return data
