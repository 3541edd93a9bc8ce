"""Which machines have a copy of a disk that is being made, or was broken off."""

from __future__ import annotations

from openhyperv.errors import NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import is_guid


def machines_with_copies(files: HostFiles, layout: Layout) -> list[str]:
    """The GUIDs of those machines, which may be gone by now."""
    try:
        found = files.list(layout.copies)
    except NotFoundError:
        return []
    return [each.name for each in found if each.is_folder and is_guid(each.name)]
