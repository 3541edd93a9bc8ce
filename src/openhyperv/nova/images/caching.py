"""Bringing an image to a host before any instance is made of it."""

from __future__ import annotations

from nova.context import RequestContext
from nova.virt import images

from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.images.image_cache import WantedImage


def cache_image(compute: ComputeHost, context: RequestContext, image_id: str) -> bool:
    """Have an image on the host; False where it was there already.

    :raises ImageError: it is damaged, hostile, or not of the format that Glance says
    """
    found = images.get_info(context, image_id)
    return compute.images.fetch(context, WantedImage(image_id, found["disk_format"]))
