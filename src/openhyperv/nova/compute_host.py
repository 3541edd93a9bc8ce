"""The one host that this nova-compute runs, with what the operator decided for it."""

from __future__ import annotations

from attrs import field, frozen

from openhyperv.hyperv.host import Host
from openhyperv.machine.policy import Policy
from openhyperv.nova.image_cache import ImageCache
from openhyperv.nova.instances import Instances


@frozen
class ComputeHost:
    """A host, its instances and its cache of images. ``name`` is the compute service's, and the node's."""

    name: str
    host: Host
    policy: Policy
    instances: Instances = field(init=False)
    images: ImageCache = field(init=False)

    @instances.default
    def _instances(self) -> Instances:
        return Instances(self.host)

    @images.default
    def _images(self) -> ImageCache:
        return ImageCache(self.host, self.name)
