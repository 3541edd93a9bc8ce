"""What a disk's partition table says about the firmware it boots with (UEFI 2.10, chapter 5)."""

from __future__ import annotations

from uuid import UUID

from openhyperv.files.images.info import Firmware

START_BYTES = 34 * 512
"""The first bytes of a disk: protective MBR, GPT header and 128 partition entries."""

_BOOT_SIGNATURE = b"\x55\xaa"
_GPT_SIGNATURE = b"EFI PART"
_ESP = UUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
_BIOS_BOOT = UUID("21686148-6449-6E6F-744E-656564454649")
_MBR_PROTECTIVE, _MBR_ESP = 0xEE, 0xEF
_GPT_ENTRIES = slice(1024, START_BYTES)
_GPT_ENTRY_BYTES = 128


def has_partition_table(start: bytes) -> bool:
    """True where the disk begins with a boot sector, which both kinds of partition table do."""
    return start[510:512] == _BOOT_SIGNATURE


def bootable_with(start: bytes) -> frozenset[Firmware]:
    """What the partition table suggests, from the first ``START_BYTES`` of a disk (fewer are accepted)."""
    if not has_partition_table(start):
        return frozenset()
    kinds = [start[entry + 4] for entry in range(446, 510, 16) if start[entry + 4]]
    if _MBR_PROTECTIVE in kinds and start[512:520] == _GPT_SIGNATURE:
        return _by_gpt(start)
    firmwares = {Firmware.UEFI} if _MBR_ESP in kinds else set()
    if any(kind not in (_MBR_ESP, _MBR_PROTECTIVE) for kind in kinds):
        firmwares.add(Firmware.BIOS)
    return frozenset(firmwares)


def _by_gpt(start: bytes) -> frozenset[Firmware]:
    table = start[_GPT_ENTRIES]
    kinds = {UUID(bytes_le=table[at : at + 16]) for at in range(0, len(table) - 127, _GPT_ENTRY_BYTES)}
    found = {_ESP: Firmware.UEFI, _BIOS_BOOT: Firmware.BIOS}
    return frozenset(firmware for kind, firmware in found.items() if kind in kinds)
