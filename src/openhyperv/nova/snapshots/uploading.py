"""Sending a disk file of the host to Glance, as a stream."""

from __future__ import annotations

from nova import exception
from nova.context import RequestContext
from nova.image import glance
from oslo_log import log

from openhyperv.files.reading import reading
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath

LOG = log.getLogger(__name__)


def upload_image(share: HostFiles, context: RequestContext, image_id: str, file: WindowsPath) -> None:
    """Make a disk file the content of an image that is there already, and say what format it has.

    :raises CouldNotUploadImage: Glance lacks some of it: after a broken connection Nova tries again,
        but only with what is left of the stream
    """
    metadata = {"disk_format": file.suffix.removeprefix("."), "container_format": "bare"}
    size_bytes = share.status(file).size_bytes
    with reading(share, file) as stream:
        image = glance.API().update(context, image_id, metadata, data=stream, purge_props=False)
    if image["size"] != size_bytes:
        LOG.error("Glance has %s bytes of %s that were sent.", image["size"], size_bytes)
        raise exception.CouldNotUploadImage(image_id=image_id)
