"""Bootable discs for both generations: the guest's disk inside an ISO image, by mtools and xorriso."""

from __future__ import annotations

import tempfile
from pathlib import Path

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.image import build, contents_of, run
from openhyperv.emulator.debian_guest.kernels import Kernel

_EFI_MIB = 34
_BOOT_IMAGE = "boot.img"


def build_disc(disc: Path, generation: int, files: BootFiles, *, words: str = "") -> None:
    """Write an ISO image that boots that generation; ``words`` end the kernel's command line.

    Generation 1 boots a whole hard disk that the BIOS emulates, generation 2 a FAT volume (El Torito).

    :raises BuildError: a program is missing or fails
    """
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary)
        if generation == 1:
            build(tree / _BOOT_IMAGE, 1, files, words=words)
            options = ["-b", _BOOT_IMAGE, "-hard-disk-boot"]
        else:
            _fill(tree, files, words)
            options = ["-e", _BOOT_IMAGE, "-no-emul-boot"]
        volume = ["-quiet", "-J", "-r", "-V", "GUEST"]
        run("xorriso", "-as", "mkisofs", *volume, *options, "-o", str(disc), str(tree))


def _fill(tree: Path, files: BootFiles, words: str) -> None:
    """The files twice: the firmware reads them from the volume, GRUB perhaps from the disc itself."""
    for name, data in contents_of(2, files, Kernel.GENUINE, words).items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    tops = [str(path) for path in sorted(tree.iterdir())]
    volume = tree / _BOOT_IMAGE
    with volume.open("wb") as file:
        file.truncate(_EFI_MIB << 20)
    run("mformat", "-i", str(volume), "-v", "GUEST", "::")
    run("mcopy", "-s", "-i", str(volume), *tops, "::")
