"""Files of a host as people name them."""

from __future__ import annotations

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host


def on_host(host: Host, name_or_path: str) -> WindowsPath:
    """A file by its path on the host, or by its name among the images.

    :raises NotFoundError, ConflictError: no image has that name, or several have
    """
    if ":" in name_or_path:
        return WindowsPath.parse(name_or_path)
    return host.images.find(name_or_path).path
