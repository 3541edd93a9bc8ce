"""TPM 2.0 commands as bytes, for a guest without TPM tools (TCG, "TPM 2.0 Library", part 3)."""

from __future__ import annotations

from struct import pack

_NO_SESSIONS, _SESSIONS = 0x8001, 0x8002
_OWNER, _PASSWORD = 0x40000001, 0x40000009
_NV_DEFINE_SPACE, _NV_WRITE, _NV_READ, _GET_RANDOM = 0x12A, 0x137, 0x14E, 0x17B
_SHA256 = 0x000B
_BY_OWNER_WITHOUT_LOCKOUT = 0x02000000 | 0x00020000 | 0x00000002
"""TPMA_NV_NO_DA, _OWNERREAD and _OWNERWRITE."""
_INDEX = 0x01800001
_EMPTY_PASSWORD = pack(">IIHBH", 9, _PASSWORD, 0, 0, 0)
"""The authorization area of one password session, with the size before it."""
_HEADER_BYTES = 10


def get_random(size: int) -> bytes:
    """TPM2_GetRandom."""
    return _command(_NO_SESSIONS, _GET_RANDOM, pack(">H", size))


def define_memory(size: int) -> bytes:
    """TPM2_NV_DefineSpace: room that outlasts power-off."""
    public = pack(">IHIHH", _INDEX, _SHA256, _BY_OWNER_WITHOUT_LOCKOUT, 0, size)
    return _command(
        _SESSIONS,
        _NV_DEFINE_SPACE,
        pack(">I", _OWNER) + _EMPTY_PASSWORD + pack(">HH", 0, len(public)) + public,
    )


def write_memory(data: bytes) -> bytes:
    """TPM2_NV_Write."""
    handles = pack(">II", _OWNER, _INDEX)
    return _command(
        _SESSIONS, _NV_WRITE, handles + _EMPTY_PASSWORD + pack(">H", len(data)) + data + pack(">H", 0)
    )


def read_memory(size: int) -> bytes:
    """TPM2_NV_Read."""
    handles = pack(">II", _OWNER, _INDEX)
    return _command(_SESSIONS, _NV_READ, handles + _EMPTY_PASSWORD + pack(">HH", size, 0))


def _command(tag: int, code: int, body: bytes) -> bytes:
    return pack(">HII", tag, _HEADER_BYTES + len(body), code) + body


def shell(command: bytes) -> str:
    """A line of shell that sends a command to the guest's TPM and prints the answer in hex."""
    octal = "".join(f"\\{byte:03o}" for byte in command)
    send = f"exec 3<>/dev/tpm0; printf '{octal}' >&3"
    return f"{send}; dd bs=4096 count=1 <&3 2>/dev/null | od -An -v -tx1 | tr -d ' \\n'; exec 3>&-"


def response_code(answer: str) -> int:
    """0 where the command was carried out."""
    return int.from_bytes(bytes.fromhex(answer)[6:_HEADER_BYTES], "big")
