"""A machine's screen as a picture."""

from __future__ import annotations

from io import BytesIO

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, ProtocolError
from openhyperv.hyperv.names import SYSTEM_SERVICE, system_settings
from openhyperv.hyperv.values import entries
from openhyperv.wire.types import Value

_BYTES_PER_PIXEL = 2
"""RGB565, little-endian (Microsoft, "GetVirtualSystemThumbnailImage")."""


_SIZES = ((1024, 768), (800, 600), (640, 480), (320, 240), (160, 120), (80, 60))
_WIRE_BYTES_PER_BYTE = 32
"""WS-CIM spends an element on each byte: ``<p:ImageData>255</p:ImageData>``."""
_ENVELOPE_OVERHEAD_BYTES = 4096


def largest_size(envelope_bytes: int) -> tuple[int, int]:
    """The largest picture that fits an envelope; 80 x 60 needs some 300 KB.

    The host's MaxEnvelopeSizekb is what limits it: 500 by default, which an administrator can raise.
    """
    for width, height in _SIZES:
        wire_bytes = width * height * _BYTES_PER_PIXEL * _WIRE_BYTES_PER_BYTE
        if wire_bytes + _ENVELOPE_OVERHEAD_BYTES <= envelope_bytes:
            return width, height
    return _SIZES[-1]


def screenshot_png(session: Session, guid: str, width: int, height: int) -> bytes:
    """The screen scaled to that size, as a PNG file.

    :raises ConflictError: the machine is not running, so that there is no picture
    """
    arguments: dict[str, Value] = {
        "TargetSystem": system_settings(guid),
        "WidthPixels": width,
        "HeightPixels": height,
    }
    output = session.run(SYSTEM_SERVICE, "GetVirtualSystemThumbnailImage", arguments, target=guid)
    pixels = bytes(value for value in entries(output["ImageData"]) if isinstance(value, int))
    if not pixels:
        raise ConflictError("The machine shows no picture; is it running?", host=session.host, target=guid)
    if len(pixels) != width * height * _BYTES_PER_PIXEL:
        raise ProtocolError(f"The picture has {len(pixels)} bytes.", host=session.host, target=guid)
    return _png(pixels, width, height)


def _png(pixels: bytes, width: int, height: int) -> bytes:
    from PIL import Image  # noqa: PLC0415  # a tenth of a second, which only pictures should cost

    file = BytesIO()
    Image.frombytes("RGB", (width, height), pixels, "raw", "BGR;16").save(file, "PNG")
    return file.getvalue()
