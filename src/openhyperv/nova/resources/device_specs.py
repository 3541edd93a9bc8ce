"""What the operator lets servers have: ``[pci]device_spec``.

A specification with a ``physical_network`` is about virtual functions for ports of that network, any other
about devices that a flavor asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen
from nova.pci.devspec import PciDeviceSpec
from nova.pci.request import PCI_NET_TAG
from nova.pci.whitelist import Whitelist
from oslo_config import cfg

from openhyperv.hyperv.devices.allow_list import AllowList


@frozen(eq=False)
class DeviceSpecs:
    """The specifications, as Nova itself reads them."""

    _whitelist: Whitelist

    @classmethod
    def configured(cls, conf: cfg.ConfigOpts) -> Self:
        """Those of a configuration.

        :raises PciConfigInvalidSpec: one cannot be read
        """
        return cls(Whitelist(conf.pci.device_spec))

    @property
    def allow(self) -> AllowList | None:
        """The kinds of devices that flavors can ask for; None where there are none.

        Nova itself picks by address and by the rest of what a specification may say.
        """
        specs = [spec for spec in self._whitelist.specs if not _is_for_ports(spec)]
        if not specs:
            return None
        return AllowList.of({"vendor_id": spec.vendor_id, "product_id": spec.product_id} for spec in specs)

    @property
    def have_networks(self) -> bool:
        """True where ports may have virtual functions at all."""
        return any(map(_is_for_ports, self._whitelist.specs))

    def serve_network(self, device: Mapping[str, Any]) -> bool:
        """True for an entry of ``pci_passthrough_devices`` that Nova takes to be one for ports."""
        spec = self._whitelist.device_assignable(dict(device))
        return spec is not None and _is_for_ports(spec)


def _is_for_ports(spec: PciDeviceSpec) -> bool:
    return PCI_NET_TAG in spec.get_tags()
