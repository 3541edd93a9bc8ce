"""The guest's memory file system: busybox, kernel modules, scripts, QEMU's guest agent and perl."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.cpio import Entry, archive

_WANTED = (
    *("button", "evdev", "efivarfs"),
    *("isofs", "nls_utf8", "nls_ascii", "cdrom", "sr_mod", "sd_mod", "ata_piix"),
    *("virtio_pci", "virtio_scsi", "virtio_net", "virtio_console", "virtio_balloon", "virtio_mem"),
    "8021q",
)
_SCRIPTS = Path(__file__).parent
_DEPENDENCIES = re.compile(rb"\0(?:depends=|softdep=pre: )([^\0]*)(?=\0)")
"""What a module says in its .modinfo section that it needs; names are parted by commas or spaces."""
_LIBRARY = re.compile(rb"\0(lib[\w.+-]+\.so\.[\d.]+)(?=\0)")
"""A shared library's name among the strings of a program (ELF, ".dynstr")."""
_LIBRARIES = "lib/x86_64-linux-gnu"
_OS_RELEASE = b"""ID=debian
NAME="Debian GNU/Linux"
PRETTY_NAME="Debian GNU/Linux, OpenHyperV's test guest"
"""


def initrd(files: BootFiles) -> bytes:
    """The compressed archive that GRUB and syslinux load beside the kernel."""
    return gzip.compress(archive(_entries(files)), compresslevel=6, mtime=0)


def _entries(files: BootFiles) -> Iterator[Entry]:
    for name in ("bin", "dev", "etc", "lib", _LIBRARIES, "lib64", "modules", "proc", "sys", "tmp"):
        yield Entry.directory(name)
    yield Entry.character_device("dev/console", 5, 1)
    yield Entry.program("bin/busybox", files.busybox.read_bytes())
    yield Entry.program("init", (_SCRIPTS / "init.sh").read_bytes())
    yield Entry.program("bin/report", (_SCRIPTS / "report.sh").read_bytes())
    yield Entry.link("bin/sh", "busybox")
    yield Entry.file("etc/os-release", _OS_RELEASE)
    yield from _programs(files)
    modules = list(modules_in_order(files.modules, _WANTED))
    for module in modules:
        yield Entry.file(f"modules/{module.name}", module.read_bytes())
    yield Entry.file("modules/order", "".join(f"{module.stem}\n" for module in modules).encode())


def _programs(files: BootFiles) -> Iterator[Entry]:
    """The programs that are not static, and what they need."""
    yield Entry.program("bin/qemu-ga", files.agent.read_bytes())
    yield Entry.program("bin/perl", files.perl.read_bytes())
    yield Entry.program("bin/frames", (_SCRIPTS / "frames.pl").read_bytes())
    yield Entry.program("lib64/ld-linux-x86-64.so.2", files.dynamic_loader.read_bytes())
    for name, library in sorted(_libraries(files, [files.agent, files.perl]).items()):
        yield Entry.file(f"{_LIBRARIES}/{name}", library.read_bytes())


def _libraries(files: BootFiles, programs: Iterable[Path]) -> dict[str, Path]:
    """The shared libraries that programs need, and what they need, by name."""
    found: dict[str, Path] = {}
    waiting = list(programs)
    while waiting:
        for match in _LIBRARY.finditer(waiting.pop().read_bytes()):
            name = match.group(1).decode()
            library = files.library(name)
            if library is not None and name not in found:
                found[name] = library
                waiting.append(library)
    return found


def modules_in_order(tree: Path, wanted: Iterable[str]) -> Iterator[Path]:
    """The wanted modules and all they depend on, each after what it needs; built-in ones have no file."""
    available = {_normal(path.stem): path for path in tree.rglob("*.ko")}
    seen: set[str] = set()

    def visit(name: str) -> Iterator[Path]:
        path = available.get(_normal(name))
        if path is None or _normal(name) in seen:
            return
        seen.add(_normal(name))
        for needed in _dependencies(path.read_bytes()):
            yield from visit(needed)
        yield path

    for name in wanted:
        yield from visit(name)


def _dependencies(module: bytes) -> list[str]:
    lists = (match.group(1).decode() for match in _DEPENDENCIES.finditer(module))
    return [name for text in lists for name in re.split("[, ]", text) if name]


def _normal(name: str) -> str:
    """Files say ``virtio-rng`` where the kernel says ``virtio_rng``."""
    return name.replace("-", "_")
