"""The compute service as the scheduler sees it: disabled as long as its host is away."""

from __future__ import annotations

from keystoneauth1.exceptions import ClientException
from nova import context as nova_context
from nova import exception
from nova.compute.manager import ComputeVirtAPI
from nova.context import RequestContext
from nova.objects.service import Service
from oslo_log import log

LOG = log.getLogger(__name__)
_OURS = "AUTO: "
"""How the reason begins where no operator disabled the service, as with Nova's libvirt driver."""
_REASON_LENGTH = 255


class ServiceStatus:
    """The status of the compute service of a name. What an operator disabled stays as it is."""

    def __init__(self, name: str, virtapi: ComputeVirtAPI) -> None:
        self._name = name
        self._virtapi = virtapi

    def disable(self, reason: str) -> None:
        """Let nothing be scheduled here, and say why."""
        self._become(is_disabled=True, reason=f"{_OURS}{reason}"[:_REASON_LENGTH])

    def enable(self) -> None:
        """Let instances be scheduled here again, if :meth:`disable` was what ended that."""
        self._become(is_disabled=False, reason=None)

    def _become(self, *, is_disabled: bool, reason: str | None) -> None:
        context = nova_context.get_admin_context()
        try:
            service = Service.get_by_compute_host(context, self._name)
        except exception.ComputeHostNotFound:
            return  # a new service has its record only when it has started, for which it needs its host
        if _is_an_operators(service) or (service.disabled, service.disabled_reason) == (is_disabled, reason):
            return
        is_switched = service.disabled != is_disabled
        service.disabled, service.disabled_reason = is_disabled, reason
        service.save()
        if is_switched:
            self._tell_placement(context, service)

    def _tell_placement(self, context: RequestContext, service: Service) -> None:
        """Set or remove COMPUTE_STATUS_DISABLED; the periodic update of resources does what fails here.

        As nova-compute starts its client of placement knows no provider yet, which it says by a ValueError.
        """
        try:
            self._virtapi.update_compute_provider_status(
                context, service.compute_node.uuid, enabled=not service.disabled
            )
        except (exception.NovaException, ClientException, ValueError):
            LOG.warning("Placement was not told whether %s is disabled.", self._name, exc_info=True)


def _is_an_operators(service: Service) -> bool:
    return bool(service.disabled) and not (service.disabled_reason or "").startswith(_OURS)
