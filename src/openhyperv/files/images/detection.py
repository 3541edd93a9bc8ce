"""Which format a file has, by what is in it. Its name and what somebody says of it do not count."""

from __future__ import annotations

from openhyperv.errors import ImageError
from openhyperv.files.images import iso, qcow2, vhd, vhdx, vmdk
from openhyperv.files.images.info import ImageFormat
from openhyperv.files.images.source import ImageSource

_STARTS = {
    vhdx.SIGNATURE: ImageFormat.VHDX,
    vhd.COOKIE: ImageFormat.VHD,
    qcow2.MAGIC: ImageFormat.QCOW2,
    vmdk.MAGIC: ImageFormat.VMDK,
    vmdk.DESCRIPTOR_START: ImageFormat.VMDK,
    vmdk.ESX_MAGIC: ImageFormat.VMDK,
}
_LONGEST_START = max(map(len, _STARTS))

# Formats that other programs would open, but that are not accepted here: name, offset, signature.
_FOREIGN = (
    ("QED", 0, b"QED\0"),
    ("LUKS", 0, b"LUKS\xba\xbe"),
    ("Parallels", 0, b"WithoutFreeSpace"),
    ("Parallels", 0, b"WithouFreSpacExt"),
    ("VDI", 64, b"\x7f\x10\xda\xbe"),
    ("bochs", 0, b"Bochs Virtual HD Image"),
    ("gzip", 0, b"\x1f\x8b\x08"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("bzip2", 0, b"BZh"),
    ("Zstandard", 0, b"\x28\xb5\x2f\xfd"),
    ("ZIP", 0, b"PK\x03\x04"),
)


def detect(source: ImageSource) -> ImageFormat:
    """The only format that the file's signatures allow; raw where it has none.

    :raises ImageError: the signatures allow several formats, or one that is not accepted
    """
    for name, offset, signature in _FOREIGN:
        if source.peek(offset, len(signature)) == signature:
            raise ImageError(
                f"It is a {name} file.", remedy="Unpack or convert it to VHDX, VHD, qcow2 or raw first."
            )
    found = _signatures(source)
    if len(found) > 1:
        raise ImageError(
            f"It can be read as {' and as '.join(sorted(found))}: each program would see another disk in it.",
            remedy="Convert it where it was made, naming its format.",
        )
    return next(iter(found), ImageFormat.RAW)


def _signatures(source: ImageSource) -> set[ImageFormat]:
    start = source.peek(0, _LONGEST_START)
    found = {image_format for signature, image_format in _STARTS.items() if start.startswith(signature)}
    if source.peek(source.size_bytes - vhd.FOOTER_BYTES, len(vhd.COOKIE)) == vhd.COOKIE:
        found.add(ImageFormat.VHD)
    if source.peek(iso.IDENTIFIER_OFFSET, len(iso.IDENTIFIER)) == iso.IDENTIFIER:
        found.add(ImageFormat.ISO)
    return found
