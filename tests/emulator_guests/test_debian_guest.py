"""The guest's disks, read by programs that did not write them."""

from __future__ import annotations

import json
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.debian_guest.boot_files import BootFiles
from openhyperv.emulator.debian_guest.cpio import Entry, archive
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.emulator.debian_guest.kernels import Kernel

MIB = 1 << 20


def _output(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_second_generation_disk_has_the_signed_chain_on_its_efi_partition(
    boot_files: BootFiles, tmp_path: Path
) -> None:
    raw, vhd, vhdx = build_all(tmp_path, boot_files, ["gen2"])
    shim = tmp_path / "shim"
    _output("mcopy", "-i", f"{raw}@@{MIB}", "::EFI/BOOT/BOOTX64.EFI", str(shim))
    assert shim.read_bytes() == boot_files.shim.read_bytes()
    for image, kind in ((vhd, "vpc"), (vhdx, "vhdx")):
        _output("qemu-img", "compare", "-f", "raw", "-F", kind, str(raw), str(image))
        assert (
            json.loads(_output("qemu-img", "info", "--output=json", str(image)))["virtual-size"] == 48 * MIB
        )


def test_the_kernels_to_refuse_differ_from_the_genuine_one_as_they_say(boot_files: BootFiles) -> None:
    genuine = boot_files.kernel.read_bytes()
    tampered = Kernel.TAMPERED.of(genuine)
    flipped = [a ^ b for a, b in zip(genuine, tampered, strict=True) if a != b]
    assert flipped == [1]
    unsigned = Kernel.UNSIGNED.of(genuine)
    assert len(unsigned) < len(genuine)
    with pytest.raises(ValueError, match="no signature"):
        Kernel.UNSIGNED.of(unsigned)


@given(st.lists(st.tuples(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.binary(max_size=50)), max_size=5))
def test_every_record_of_an_archive_can_be_found_again(files: list[tuple[str, bytes]]) -> None:
    data = archive([Entry.file(name, content) for name, content in files])
    found, offset = [], 0
    while (name := _name_at(data, offset)) != "TRAILER!!!":
        size = int(data[offset + 54 : offset + 62], 16)
        start = offset + _aligned(110 + len(name) + 1)
        found.append((name, data[start : start + size]))
        offset = start + _aligned(size)
    assert found == files


def _name_at(data: bytes, offset: int) -> str:
    length = int(data[offset + 94 : offset + 102], 16)
    (name,) = struct.unpack_from(f"{length - 1}s", data, offset + 110)
    return bytes(name).decode()


def _aligned(size: int) -> int:
    return size + -size % 4
