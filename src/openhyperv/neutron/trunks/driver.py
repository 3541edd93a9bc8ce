"""The trunk driver of Neutron's server: ports on Hyper-V hosts can be trunks."""

from __future__ import annotations

from neutron.services.trunk.drivers import base
from neutron_lib.services.trunk import constants as trunk
from oslo_config import cfg

from openhyperv.neutron.agent_type import AGENT_TYPE, VIF_TYPE

_MECHANISM_DRIVER = "hyperv"


class HyperVTrunkDriver(base.DriverBase):
    """Trunks of VLANs, also of ports that are in use: the agent changes a port's mode in place."""

    def __init__(self) -> None:
        super().__init__(
            name=_MECHANISM_DRIVER,
            interfaces=(VIF_TYPE,),
            segmentation_types=(trunk.SEGMENTATION_TYPE_VLAN,),
            agent_type=AGENT_TYPE,
            can_trunk_bound_port=True,
        )

    @property
    def is_loaded(self) -> bool:
        """True where the mechanism driver is among those of ML2."""
        return _MECHANISM_DRIVER in cfg.CONF.ml2.mechanism_drivers
