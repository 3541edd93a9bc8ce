"""Key-value pairs in the files where Linux's hv_kvp_daemon keeps them, so that programs find them there.

A file has a record for each pair: 512 bytes of name and 2048 of data, both UTF-8 and filled up with zeros
(Linux, tools/hv/hv_kvp_daemon.c and include/uapi/linux/hyperv.h).
"""

from __future__ import annotations

from io import BytesIO

from openhyperv.emulator.guests.agent.channel import AgentChannel, AgentRefusal
from openhyperv.emulator.guests.agent.files import read_file, run_script, write_file
from openhyperv.emulator.guests.exchange import Items, Pool

_FOLDER = "/var/lib/hyperv"
_NAME_BYTES, _DATA_BYTES = 512, 2048


def write_pool(channel: AgentChannel, pool: Pool, items: Items) -> None:
    """Leave exactly these pairs in a pool of the guest.

    :raises AgentRefusal: the guest has no place for them
    """
    run_script(channel, 'mkdir -p "$1"', _FOLDER)
    write_file(channel, _path(pool), BytesIO(encode_records(items)))


def read_pool(channel: AgentChannel, pool: Pool) -> Items:
    """The pairs in a pool of the guest; none where nobody has written it."""
    try:
        return decode_records(read_file(channel, _path(pool)))
    except AgentRefusal:
        return {}


def encode_records(items: Items) -> bytes:
    """Pairs as the file has them; what is too long is cut as the guest's protocol cuts it."""
    return b"".join(_field(name, _NAME_BYTES) + _field(data, _DATA_BYTES) for name, data in items.items())


def decode_records(content: bytes) -> Items:
    """The pairs of a file, whole records only."""
    size = _NAME_BYTES + _DATA_BYTES
    records = [content[at : at + size] for at in range(0, len(content) - size + 1, size)]
    return {_text(record[:_NAME_BYTES]): _text(record[_NAME_BYTES:]) for record in records}


def _path(pool: Pool) -> str:
    return f"{_FOLDER}/.kvp_pool_{pool}"


def _field(text: str, size: int) -> bytes:
    return text.encode()[: size - 1].ljust(size, b"\0")


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="replace")
