"""Bootable disks for both generations, by mtools and syslinux: no root, no mounts, no loop devices."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from openhyperv.emulator.debian_guest.boot_files import BootFiles, BuildError
from openhyperv.emulator.debian_guest.initrd import initrd
from openhyperv.emulator.debian_guest.kernels import Kernel
from openhyperv.emulator.debian_guest.partitions import (
    FIRST_LBA,
    SECTOR_BYTES,
    DiskLayout,
    bios_tables,
    uefi_tables,
)

DISK_MIB = 48
_PARTITION_OFFSET = FIRST_LBA * SECTOR_BYTES
_SYSLINUX_MBR = Path("/usr/lib/syslinux/mbr/mbr.bin")
_COMMAND_LINE = "console=tty0 console=ttyS0,115200 quiet panic=5"
_GRUB = """set timeout=0
serial --unit=0 --speed=115200
terminal_output console serial
echo GRUB-START
linux /vmlinuz COMMAND_LINE
if [ $? = 0 ]; then
  initrd /initrd.gz
  boot
else
  echo GRUB-REFUSED
fi
"""
_SYSLINUX = """DEFAULT guest
PROMPT 0
LABEL guest
  KERNEL /vmlinuz
  INITRD /initrd.gz
  APPEND COMMAND_LINE
"""


def build(
    disk: Path, generation: int, files: BootFiles, kernel: Kernel = Kernel.GENUINE, *, words: str = ""
) -> None:
    """Write a raw bootable disk of 48 MiB for that generation; ``words`` end the kernel's command line.

    :raises BuildError: mtools or syslinux is missing or fails
    """
    layout = DiskLayout(DISK_MIB << 20 >> 9)
    tables = uefi_tables(layout) if generation == 2 else bios_tables(layout, _boot_code())
    with disk.open("wb") as file:
        file.truncate(layout.sectors * SECTOR_BYTES)
        for lba, sectors in tables.items():
            file.seek(lba * SECTOR_BYTES)
            file.write(sectors)
    _fill_partition(disk, layout, contents_of(generation, files, kernel, words))
    if generation == 1:
        run("syslinux", "--install", "--offset", str(_PARTITION_OFFSET), str(disk))


def _boot_code() -> bytes:
    if not _SYSLINUX_MBR.exists():
        raise BuildError(f"{_SYSLINUX_MBR} is missing: install the package syslinux-common.")
    return _SYSLINUX_MBR.read_bytes()


def contents_of(generation: int, files: BootFiles, kernel: Kernel, words: str = "") -> Mapping[str, bytes]:
    """The files of the partition by their path on it."""
    command_line = f"{_COMMAND_LINE} {words}".strip()
    both = {"vmlinuz": kernel.of(files.kernel.read_bytes()), "initrd.gz": initrd(files)}
    if generation == 1:
        return {**both, "syslinux.cfg": _SYSLINUX.replace("COMMAND_LINE", command_line).encode()}
    return {
        **both,
        "EFI/BOOT/BOOTX64.EFI": files.shim.read_bytes(),
        "EFI/BOOT/grubx64.efi": files.grub.read_bytes(),
        "EFI/debian/grub.cfg": _GRUB.replace("COMMAND_LINE", command_line).encode(),
    }


def _fill_partition(disk: Path, layout: DiskLayout, contents: Mapping[str, bytes]) -> None:
    partition = f"{disk}@@{_PARTITION_OFFSET}"
    geometry = ["-T", str(layout.partition_sectors), "-h", "255", "-s", "63", "-H", str(FIRST_LBA)]
    run("mformat", "-i", partition, *geometry, "-v", "GUEST", "::")
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary)
        for name, data in contents.items():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(data)
        tops = sorted(str(path) for path in tree.iterdir())
        run("mcopy", "-s", "-i", partition, *tops, "::")


def convert(raw: Path, target: Path) -> None:
    """The same disk as VHD or VHDX, by the target's ending; a VHD keeps the exact size.

    :raises BuildError: qemu-img is missing or fails
    """
    formats = {".vhd": ["vpc", "-o", "force_size=on"], ".vhdx": ["vhdx", "-o", "block_size=2M"]}
    run("qemu-img", "convert", "-f", "raw", "-O", *formats[target.suffix], str(raw), str(target))


def run(*argv: str) -> None:
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    try:
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120, check=False)
    except FileNotFoundError as error:
        raise BuildError(f"The program {argv[0]} is not installed.") from error
    if done.returncode:
        raise BuildError(f"{argv[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
