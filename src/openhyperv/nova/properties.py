"""An instance's image properties and flavor, as the rules of machines read them.

Nova drops properties that it does not know from ``ImageMeta``, but keeps every one of them in the instance's
system metadata under ``image_`` and its name, which is where they are taken from.
"""

from __future__ import annotations

from nova import utils
from nova.objects.flavor import Flavor as NovaFlavor
from nova.objects.instance import Instance

from openhyperv.machine.properties import Flavor, ImageProperties


def image_properties_of(instance: Instance) -> ImageProperties:
    """Everything that Glance's image said when the instance was made, or made anew of another image."""
    image = utils.get_image_from_system_metadata(instance.system_metadata)
    return ImageProperties({name: str(value) for name, value in image["properties"].items()})


def flavor_of(flavor: NovaFlavor) -> Flavor:
    """The size of an instance and its extra specs."""
    return Flavor(
        vcpus=flavor.vcpus,
        memory_mb=flavor.memory_mb,
        root_gb=flavor.root_gb,
        extra_specs={name: str(value) for name, value in (flavor.extra_specs or {}).items()},
    )
