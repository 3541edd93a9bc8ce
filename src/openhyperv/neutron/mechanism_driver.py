"""The ML2 mechanism driver: ports on Hyper-V hosts are bound by the agent that serves the host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from neutron.plugins.ml2.drivers import mech_agent
from neutron_lib.api.definitions import portbindings

from openhyperv.neutron.agent_type import (
    AGENT_TYPE,
    NETWORK_TYPES,
    VIF_TYPE,
    VNIC_TYPES,
    Configuration,
)
from openhyperv.neutron.qos.driver import HyperVQosDriver
from openhyperv.neutron.trunks.driver import HyperVTrunkDriver

Agent = Mapping[str, Any]


class HyperVMechanismDriver(mech_agent.SimpleAgentMechanismDriverBase):
    """Binds ports with VIF type ``hyperv`` on hosts that have a live "HyperV agent".

    Agents of networking-hyperv are understood as well, so that hosts can move one by one.
    """

    resource_provider_uuid5_namespace = UUID("f618dcbd-7a95-4515-bfa9-7e0535a02563")
    """Of what agents tell placement: providers keep their identities by it."""

    def __init__(self) -> None:
        super().__init__(AGENT_TYPE, VIF_TYPE, {portbindings.CAP_PORT_FILTER: False}, list(VNIC_TYPES))

    def initialize(self) -> None:
        """Offer trunks and QoS to the service plugins, which are loaded later."""
        super().initialize()
        self._trunk_driver = HyperVTrunkDriver()
        self._qos_driver = HyperVQosDriver()

    @property
    def connectivity(self) -> str:
        """A port is a place in layer 2; addresses are Neutron's."""
        connectivity: str = portbindings.CONNECTIVITY_L2
        return connectivity

    def get_allowed_network_types(self, agent: Agent | None = None) -> list[str]:
        """The types that the agent says that it can connect; those of networking-hyperv say nothing."""
        said = {} if agent is None else agent["configurations"]
        return list(said.get(Configuration.NETWORK_TYPES, NETWORK_TYPES))

    def get_mappings(self, agent: Agent) -> dict[str, str]:
        """Switches by regular expressions of physical networks."""
        return dict(agent["configurations"].get(Configuration.MAPPINGS, {}))

    def get_standard_device_mappings(self, agent: Agent) -> dict[str, list[str]]:
        """The switches that promise bandwidth, by their physical network; networking-hyperv knows none."""
        return dict(agent["configurations"].get(Configuration.PROMISING_SWITCHES, {}))

    def physnet_in_mappings(self, physnet: str, mappings: Mapping[str, str]) -> bool:
        """True where one of the expressions fits."""
        return any(re.match(expression, physnet) for expression in mappings)

    def get_vif_details(self, context: object, agent: Agent, segment: object) -> dict[str, Any]:  # noqa: ARG002
        """What Nova learns about the port; whether it is filtered is the agent's word."""
        is_filtered = bool(agent["configurations"].get(Configuration.PORT_FILTER, False))
        return {**self.vif_details, portbindings.CAP_PORT_FILTER: is_filtered}
