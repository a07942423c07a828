"""A Debian kernel package from the host's mirror, unpacked once: vmlinux (QEMU boots it without decompressing), modules, release."""

import fcntl
import glob
import lzma
import os
import re
import shutil
import struct
import subprocess
import tempfile
import zlib

from tools import Fault, decompress, run

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEFAULT_MIRROR = "http://deb.debian.org/debian"
SUITES = {"5.10": ["bullseye", "bullseye-security"], "6.1": ["bookworm", "bookworm-security"], "6.12": ["trixie"], "sid": ["sid"]}


def fetch_kernel(cache, name, refresh):
    """The folder of a kernel: `vmlinux`, `modules/`, `release`, and what the package had in /boot (System.map, config)."""
    known = re.fullmatch(r"(5\.10|6\.1|6\.12|sid)(?:-(cloud|rt))?", name)
    exact = re.fullmatch(r"=(\S+)@(\S+)", name)
    if not known and not exact:
        raise Fault("--kernel: 5.10, 6.1, 6.12 or sid, with -cloud or -rt; or =PACKAGE@SUITE[,SUITE]")
    os.makedirs(cache, exist_ok=True)
    link = os.path.join(cache, "kernel-" + (name if known else re.sub(r"[^\w.+-]", "_", name)))
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(link + "/ok") and not refresh:
            return os.path.realpath(link)
        suites = SUITES[known.group(1)] if known else exact.group(2).split(",")
        apt = private_apt(os.path.join(cache, "apt-" + suites[0]), suites)
        apt("apt-get", "update", "-q")
        package = exact.group(1) if exact else newest_image(apt, known.group(2), suites)
        folder = unpacked(apt, cache, package)
        os.path.lexists(link + ".new") and os.unlink(link + ".new")
        os.symlink(os.path.basename(folder), link + ".new")
        os.rename(link + ".new", link)
        return folder


def mirror():
    for path in glob.glob("/etc/apt/sources.list.d/*") + ["/etc/apt/sources.list"]:
        try:
            text = open(path, errors="replace").read()
        except OSError:
            continue
        for found in re.finditer(r"^(?:URIs:\s*|deb\s+(?:\[[^]]*\]\s*)?)(https?://\S+)", text, re.M):
            uri = found.group(1).rstrip("/")
            if uri.endswith("/debian"):
                return uri
    return DEFAULT_MIRROR


def private_apt(folder, suites):
    """A function that runs an apt program on a state of its own, so that the host's packages and lists stay as they are."""
    for part in ("lists/partial", "cache/archives/partial", "empty"):
        os.makedirs(os.path.join(folder, part), exist_ok=True)
    if not os.path.exists(KEYRING):
        raise Fault("%s not found: apt-get install debian-archive-keyring" % KEYRING)
    base = mirror()
    with open(folder + "/sources.list", "w") as sources:
        for suite in suites:
            uri = base + "-security" if suite.endswith("-security") else base
            sources.write("deb [signed-by=%s] %s %s main\n" % (KEYRING, uri, suite))
    with open(folder + "/apt.conf", "w") as conf:
        conf.write(
            'Dir::Etc::sourcelist "{0}/sources.list";\nDir::Etc::sourceparts "{0}/empty";\nDir::Etc::trustedparts "{0}/empty";\n'
            'Dir::Etc::preferences "/dev/null";\nDir::Etc::preferencesparts "{0}/empty";\n'
            'Dir::State::lists "{0}/lists";\nDir::State::status "/dev/null";\nDir::Cache "{0}/cache";\n'
            'Acquire::Languages "none";\nAcquire::Retries "3";\nAcquire::Check-Valid-Until "false";\n'
            'APT::Sandbox::User "root";\nAPT::Architecture "amd64";\n'.format(folder)
        )
    environment = dict(os.environ, APT_CONFIG=folder + "/apt.conf", LC_ALL="C")
    return lambda *command, **options: run(*command, env=environment, **options)


def newest_image(apt, flavour, suites):
    meta = "linux-image-%samd64" % (flavour + "-" if flavour else "")
    images = re.findall(r"Depends: (linux-image-\d\S+)", apt("apt-cache", "depends", meta))
    if not images:
        raise Fault("%s: no kernel in %s" % (meta, suites))
    return images[0]


def unpacked(apt, cache, package):
    # Since 7.x the image is split: the package only depends on what holds the kernel and its modules.
    parts = [package] + re.findall(r"Depends: (linux-(?:binary|modules|base)-[\d.]+\S+)", apt("apt-cache", "depends", package))
    version = re.search(r"^Version: (\S+)", apt("apt-cache", "show", "--no-all-versions", package), re.M).group(1)
    folder = os.path.join(cache, "%s_%s" % (package, version.replace(":", "_")))
    if os.path.exists(folder + "/ok"):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    work = tempfile.mkdtemp(dir=cache, prefix="new-")
    try:
        apt("apt-get", "download", "-q", *parts, cwd=work)
        for archive in glob.glob(work + "/*.deb"):
            run("dpkg-deb", "-x", archive, work + "/x")
            os.unlink(archive)
        arrange(work)
        open(work + "/ok", "w").close()
        os.chmod(work, 0o755)
        os.rename(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def arrange(work):
    modules = (glob.glob(work + "/x/lib/modules/*") + glob.glob(work + "/x/usr/lib/modules/*"))[0]
    image = (glob.glob(work + "/x/boot/vmlinuz-*") + glob.glob(modules + "/vmlinuz"))[0]
    release = os.path.basename(modules)
    with open(work + "/release", "w") as out:
        out.write(release)
    with open(work + "/vmlinux", "wb") as out:
        out.write(vmlinux(open(image, "rb").read()))
    os.rename(modules, work + "/modules")
    for path in glob.glob(work + "/x/boot/*") + glob.glob(work + "/x/usr/lib/modules/*/config"):
        shutil.move(path, work)
    shutil.rmtree(work + "/x")
    depmod = shutil.which("depmod", path="/usr/sbin:/sbin:/usr/bin")
    if depmod:  # so that modprobe works in the guest
        os.makedirs(work + "/base/lib/modules")
        os.symlink(work + "/modules", work + "/base/lib/modules/" + release)
        subprocess.run([depmod, "-b", work + "/base", release], stderr=subprocess.DEVNULL)
        shutil.rmtree(work + "/base")


def vmlinux(image):
    """The ELF file inside a bzImage. Source: Documentation/arch/x86/boot.rst, payload_offset and payload_length."""
    offset, length = struct.unpack_from("<II", image, 0x248)
    setup_sectors = image[0x1F1]
    payload = image[(setup_sectors + 1) * 512 + offset :][:length]
    if payload[:4] == b"\x28\xb5\x2f\xfd":
        unpacked = decompress("zstd", "zstd", payload)
    elif payload[:4] == b"\x02\x21\x4c\x18":
        unpacked = decompress("lz4", "lz4", payload[:-4])  # the last word is the unpacked size, no part of the stream
    elif payload[:6] == b"\xfd7zXZ\0":
        unpacked = lzma.LZMADecompressor().decompress(payload)
    elif payload[:2] == b"\x1f\x8b":
        unpacked = zlib.decompressobj(31).decompress(payload)
    else:
        raise Fault("vmlinuz: unknown compression %r" % payload[:6])
    start = unpacked.find(b"\x7fELF")
    if start < 0:
        raise Fault("vmlinuz: no ELF in the payload")
    return unpacked[start:]
