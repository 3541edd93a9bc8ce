"""Waiting until Neutron says that an instance's ports are connected."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import nova.conf
from nova import exception
from nova.compute.manager import ComputeVirtAPI
from nova.network.model import NetworkInfo
from nova.objects.instance import Instance
from oslo_log import log

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


@contextmanager
def ports_plugged(
    virtapi: ComputeVirtAPI, instance: Instance, network_info: NetworkInfo | None
) -> Iterator[None]:
    """Run a block that makes adapters, then wait for their ports that were not active before it.

    It listens before the block runs, since the agent may be quicker than the block. How long it waits, and
    whether running out of time matters, is ``vif_plugging_timeout`` and ``vif_plugging_is_fatal``.

    :raises VirtualInterfaceCreateException: a port failed, or time ran out and that is fatal
    """
    timeout_s = CONF.vif_plugging_timeout
    waiting = [vif["id"] for vif in network_info or [] if vif.get("active", True) is False]
    events = [("network-vif-plugged", port) for port in waiting] if timeout_s else []
    try:
        with virtapi.wait_for_instance_event(
            instance, events, timeout=timeout_s, error_callback=_port_failed
        ):
            yield
    except exception.InstanceEventTimeout as error:
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException() from error
        LOG.warning("Neutron did not say in %s s that every port is connected.", timeout_s, instance=instance)


def _port_failed(event_name: str, instance: Instance) -> None:
    LOG.error("Neutron says that %s failed.", event_name, instance=instance)
    if CONF.vif_plugging_is_fatal:
        raise exception.VirtualInterfaceCreateException()
