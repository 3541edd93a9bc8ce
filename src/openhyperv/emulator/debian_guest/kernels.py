"""Kernels that Secure Boot must refuse, made from one that it accepts."""

from __future__ import annotations

import struct
from enum import StrEnum

_CERTIFICATE_TABLE = 4
_PE32_PLUS_DIRECTORIES = 24 + 112  # from the PE signature: COFF header, then the optional header's fixed part


class Kernel(StrEnum):
    """Which kernel a guest boots."""

    GENUINE = "genuine"
    TAMPERED = "tampered"
    UNSIGNED = "unsigned"

    def of(self, signed: bytes) -> bytes:
        """This kind of kernel, from Debian's."""
        if self is Kernel.TAMPERED:
            return _with_one_bit_flipped(signed)
        return _without_signature(signed) if self is Kernel.UNSIGNED else signed


def _with_one_bit_flipped(image: bytes) -> bytes:
    middle = len(image) // 2
    return image[:middle] + bytes([image[middle] ^ 1]) + image[middle + 1 :]


def _without_signature(image: bytes) -> bytes:
    """Drop the certificate table, which ends the file (PE format, "Attribute Certificate Table")."""
    (pe_header,) = struct.unpack_from("<I", image, 0x3C)
    directory = pe_header + _PE32_PLUS_DIRECTORIES + 8 * _CERTIFICATE_TABLE
    offset, size = struct.unpack_from("<II", image, directory)
    if not offset or offset + size > len(image):
        raise ValueError("The kernel carries no signature.")
    return image[:directory] + bytes(8) + image[directory + 8 : offset]
