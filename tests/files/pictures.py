"""Disk images made by qemu-img and xorriso, and ways to break them."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import google_crc32c

MIB = 1024**2

# name -> arguments of qemu-img create
VARIETIES: dict[str, tuple[str, ...]] = {
    "dynamic.vhd": ("-f", "vpc"),
    "fixed.vhd": ("-f", "vpc", "-o", "subformat=fixed,force_size=on"),
    "dynamic.vhdx": ("-f", "vhdx", "-o", "block_size=2M"),
    "fixed.vhdx": ("-f", "vhdx", "-o", "subformat=fixed"),
    "v2.qcow2": ("-f", "qcow2", "-o", "compat=0.10"),
    "v3.qcow2": ("-f", "qcow2"),
    "zstd.qcow2": ("-f", "qcow2", "-o", "compression_type=zstd,extended_l2=on"),
    "sparse.vmdk": ("-f", "vmdk"),
    "disk.raw": ("-f", "raw"),
}


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def make_image(directory: Path, name: str, size: str = "8M") -> Path:
    """One of ``VARIETIES``, empty."""
    path = directory / name
    run("qemu-img", "create", "-q", *VARIETIES[name], str(path), size)
    return path


def write_disk(path: Path, *, size_bytes: int = 8 * MIB, gpt: bool) -> Path:
    """A raw disk with an active FAT partition in an MBR, or an EFI system partition in a GPT."""
    disk = bytearray(size_bytes)
    disk[510:512] = b"\x55\xaa"
    disk[446 + 4] = 0xEE if gpt else 0x0C
    if gpt:
        disk[512:520] = b"EFI PART"
        disk[1024:1040] = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
    disk[5 * MIB : 5 * MIB + 9] = b"some data"
    path.write_bytes(disk)
    return path


def convert(source: Path, target: Path, *options: str) -> Path:
    run("qemu-img", "convert", "-f", "raw", *options, str(source), str(target))
    return target


def make_iso(directory: Path) -> Path:
    content = directory / "content"
    content.mkdir()
    (content / "meta_data.json").write_text("{}")
    path = directory / "config.iso"
    run("xorriso", "-as", "mkisofs", "-quiet", "-J", "-r", "-V", "config-2", "-o", str(path), str(content))
    return path


def patch(path: Path, offset: int, data: bytes) -> None:
    """Overwrite bytes; a negative offset counts from the end."""
    with path.open("r+b") as file:
        file.seek(offset, 2 if offset < 0 else 0)
        file.write(data)


def edit(path: Path, offset: int, length: int, change: Callable[[bytearray], None]) -> None:
    """Change one structure of the file in place."""
    with path.open("rb") as file:
        file.seek(offset, 2 if offset < 0 else 0)
        structure = bytearray(file.read(length))
    change(structure)
    patch(path, offset, bytes(structure))


def put(offset: int, layout: str, *values: int | bytes) -> Callable[[bytearray], None]:
    return lambda structure: struct.pack_into(layout, structure, offset, *values)


def edit_vhd(path: Path, change: Callable[[bytearray], None], *, header: bool = False) -> None:
    """Change a VHD's footer (and its copy) or its dynamic header, and make the checksum right again."""
    at, length, checksum_at = (512, 1024, 36) if header else (-512, 512, 64)

    def resign(structure: bytearray) -> None:
        change(structure)
        struct.pack_into(">I", structure, checksum_at, 0)
        struct.pack_into(">I", structure, checksum_at, ~sum(structure) & 0xFFFFFFFF)

    edit(path, at, length, resign)
    if not header and path.read_bytes()[:8] == b"conectix":
        patch(path, 0, path.read_bytes()[-512:])


def edit_vhdx(path: Path, offset: int, length: int, change: Callable[[bytearray], None]) -> None:
    """Change a header or region table of a VHDX, and make its checksum right again."""

    def resign(structure: bytearray) -> None:
        change(structure)
        struct.pack_into("<I", structure, 4, 0)
        struct.pack_into("<I", structure, 4, google_crc32c.value(bytes(structure)))

    edit(path, offset, length, resign)


def vhdx_metadata_item(path: Path, identifier: str) -> int:
    """Where a metadata item's table entry is in a VHDX made by qemu-img (its region is at 3 MiB)."""
    table = 3 * MIB
    data = path.read_bytes()[table : table + 65536]
    return table + data.index(bytes.fromhex(identifier))
