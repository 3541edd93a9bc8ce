"""Neutron's server as the agent of one host sees it, over the message bus."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from neutron.agent import rpc as agent_rpc
from neutron.api.rpc.callbacks import resources
from neutron.api.rpc.handlers import resources_rpc, securitygroups_rpc
from neutron_lib import constants, context, exceptions
from neutron_lib.agent import constants as agent_constants
from neutron_lib.agent import topics
from oslo_messaging import MessagingException

from openhyperv.machine.port import PortBandwidth
from openhyperv.neutron.agent_type import AGENT_TYPE
from openhyperv.neutron.details import DeviceDetails, read_details
from openhyperv.neutron.qos.bandwidth import bandwidth_of
from openhyperv.neutron.security_groups.information import PortGroups, read_groups

RPC_ERRORS = (MessagingException, exceptions.NeutronException)
"""What a call may raise: the bus or the server is away, or the server failed."""

_BATCH_SIZE = 20
"""Ports per call, as neutron.conf's rpc_resources_processing_step has it by default."""


class NeutronServer:
    """Calls in the name of one host. For one thread; every call may raise one of :data:`RPC_ERRORS`."""

    def __init__(self, host_name: str) -> None:
        self._host_name = host_name
        self._agent_id = f"openhyperv-{host_name}"
        self._context = context.get_admin_context_without_session()
        self._plugin = agent_rpc.PluginApi(topics.PLUGIN)
        self._reports = agent_rpc.PluginReportStateAPI(topics.REPORTS)
        self._groups = securitygroups_rpc.SecurityGroupServerRpcApi(topics.PLUGIN)
        self._objects = resources_rpc.ResourcesPullRpcApi()
        self._is_new = True

    def details(self, port_ids: Sequence[str]) -> Iterator[list[DeviceDetails]]:
        """What the ports should be, some at a time; those that are to be up are in status BUILD then.

        Ports that the server failed to look up are left out.
        """
        for start in range(0, len(port_ids), _BATCH_SIZE):
            batch = list(port_ids[start : start + _BATCH_SIZE])
            answer = self._plugin.get_devices_details_list_and_failed_devices(
                self._context, batch, self._agent_id, self._host_name
            )
            yield [read_details(each) for each in answer["devices"]]

    def groups(self, port_ids: Sequence[str]) -> Iterator[PortGroups]:
        """The security groups of ports, some at a time; ports that there are no more are left out."""
        for start in range(0, len(port_ids), _BATCH_SIZE):
            batch = list(port_ids[start : start + _BATCH_SIZE])
            yield from read_groups(self._groups.security_group_info_for_devices(self._context, batch))

    def bandwidths(self, policy_ids: Collection[str]) -> Mapping[str, PortBandwidth | None]:
        """What QoS policies come to, in one call; without policies none is made."""
        if not policy_ids:
            return {}
        wanted = {"id": sorted(policy_ids)}
        found = self._objects.bulk_pull(self._context, resources.QOS_POLICY, filter_kwargs=wanted)
        return {policy.id: bandwidth_of(policy.id, policy.rules) for policy in found}

    def tell(self, *, down: Collection[str] = (), up: Collection[str] = ()) -> frozenset[str]:
        """Ports are down, others are up; which of these the server failed to note."""
        answer = self._plugin.update_device_list(
            self._context, sorted(up), sorted(down), self._agent_id, self._host_name
        )
        return frozenset(answer["failed_devices_up"])

    def report(self, configurations: Mapping[str, Any]) -> bool:
        """Say that the host is served; True where the server had given it up in the meantime."""
        state = {
            "binary": "openhyperv-neutron-agent",
            "host": self._host_name,
            "topic": constants.L2_AGENT_TOPIC,
            "agent_type": AGENT_TYPE,
            "configurations": dict(configurations),
        }
        if self._is_new:
            state["start_flag"] = True
            state["resource_versions"] = resources.LOCAL_RESOURCE_VERSIONS
        status = self._reports.report_state(self._context, state, use_call=True)
        self._is_new = False
        return bool(status == agent_constants.AGENT_REVIVED)
