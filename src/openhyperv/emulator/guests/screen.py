"""A guest's screen: QEMU's picture of it, and the scaled form that Hyper-V's thumbnails have."""

from __future__ import annotations

import re
import struct

from attrs import frozen

_HEADER = re.compile(rb"P6\s+(\d+)\s+(\d+)\s+255\s")


@frozen
class Picture:
    """An image of 24 bits a pixel, rows from the top."""

    width: int
    height: int
    pixels: bytes

    def scaled_rgb565(self, width: int, height: int) -> bytes:
        """The picture at another size, two bytes a pixel, little-endian; each takes its nearest neighbour.

        The form of GetVirtualSystemThumbnailImage's ImageData.
        """
        columns = [3 * (x * self.width // width) for x in range(width)]
        rows = (3 * self.width * (y * self.height // height) for y in range(height))
        line = struct.Struct(f"<{width}H")
        return b"".join(line.pack(*self._line(row, columns)) for row in rows)

    def _line(self, row: int, columns: list[int]) -> list[int]:
        source = self.pixels[row : row + 3 * self.width]
        return [(source[at] >> 3) << 11 | (source[at + 1] >> 2) << 5 | source[at + 2] >> 3 for at in columns]


def read_ppm(data: bytes) -> Picture:
    """Read a binary PPM as QEMU writes it (no comments, 8 bits a colour).

    :raises ValueError: it is none, or cut off
    """
    header = _HEADER.match(data)
    if header is None:
        raise ValueError("Not a binary PPM.")
    width, height = int(header[1]), int(header[2])
    pixels = data[header.end() : header.end() + 3 * width * height]
    if not width or not height or len(pixels) != 3 * width * height:
        raise ValueError("The PPM is cut off.")
    return Picture(width, height, pixels)
