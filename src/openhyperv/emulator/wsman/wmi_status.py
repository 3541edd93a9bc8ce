"""What WMI was doing when it refused: the ``__ExtendedStatus`` of its faults."""

from __future__ import annotations

from attrs import evolve

from openhyperv.emulator.wsman.backend import object_path, resource
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.enumeration import WqlFilter, read_enumerate
from openhyperv.wire.envelope import Request
from openhyperv.wire.eventing import read_subscribe
from openhyperv.wire.extended_status import ExtendedStatus
from openhyperv.wire.fault import Fault

_OPERATIONS = {
    uris.ACTION_GET: "GetObject",
    uris.ACTION_PUT: "PutInstance",
    uris.ACTION_CREATE: "PutInstance",
    uris.ACTION_DELETE: "DeleteInstance",
    uris.ACTION_ENUMERATE: "ExecQuery",
    uris.ACTION_SUBSCRIBE: "ExecNotificationQuery",
}
"""The methods of IWbemServices; GetObject and ExecQuery were recorded."""


def with_status(fault: Fault, request: Request) -> Fault:
    """The fault with what was asked of WMI, if it was WMI that refused."""
    if fault.wbem_code is None:
        return fault
    operation = _OPERATIONS.get(request.header.action, "ExecMethod")
    namespace, _ = resource(request.header)
    status = ExtendedStatus(namespace, operation, _query(request) or str(object_path(request.header)))
    return evolve(fault, status=status)


def _query(request: Request) -> str | None:
    """The text of a query, of instances or events."""
    if request.body is None:
        return None
    try:
        if request.header.action == uris.ACTION_SUBSCRIBE:
            return read_subscribe(request.body).query
        if request.header.action == uris.ACTION_ENUMERATE:
            chosen = read_enumerate(request.body).filter
            return chosen.text if isinstance(chosen, WqlFilter) else None
    except ProtocolError:
        return None
    return None
