"""The one host that this nova-compute runs, with what the operator decided for it."""

from __future__ import annotations

from pathlib import Path

import nova.conf
from attrs import field, frozen

from openhyperv.hyperv.host import Host
from openhyperv.machine.policy import Policy
from openhyperv.nova.consoles.consoles import Consoles
from openhyperv.nova.images.image_cache import ImageCache
from openhyperv.nova.instances import Instances
from openhyperv.nova.open_vswitch.ports import OvsPorts
from openhyperv.nova.resources.device_specs import DeviceSpecs
from openhyperv.nova.resources.reading import HostReadings


@frozen
class ComputeHost:
    """A host with all that is known and kept of it. ``name`` is the compute service's, and the node's."""

    name: str
    host: Host
    policy: Policy
    instances: Instances = field(init=False)
    images: ImageCache = field(init=False)
    readings: HostReadings = field(init=False)
    consoles: Consoles = field(init=False)
    ovs: OvsPorts = field(init=False)

    @instances.default
    def _instances(self) -> Instances:
        return Instances(self.host)

    @images.default
    def _images(self) -> ImageCache:
        return ImageCache(self.host, self.name, self._folder("images"))

    @readings.default
    def _readings(self) -> HostReadings:
        return HostReadings(self.host, self.instances, DeviceSpecs.configured(nova.conf.CONF))

    @consoles.default
    def _consoles(self) -> Consoles:
        return Consoles(self.host, self._folder("consoles"))

    @ovs.default
    def _ovs(self) -> OvsPorts:
        return OvsPorts.configured(nova.conf.CONF)

    def _folder(self, subject: str) -> Path:
        """Where this nova-compute keeps files of its own."""
        return Path(nova.conf.CONF.state_path) / "openhyperv" / subject / self.name
