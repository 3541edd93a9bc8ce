"""A request as counters and fault rules see it: operation, class, method, and values as text."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.rules.matching import Operation, OperationName
from openhyperv.emulator.wsman.invocations import is_method, method_name
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.enumeration import WqlFilter, read_enumerate
from openhyperv.wire.envelope import Request
from openhyperv.wire.identity import is_identify
from openhyperv.wire.wql_tokens import selected_class
from openhyperv.wire.xml import local_name

_NAMES = {
    getattr(uris, f"ACTION_{name.name}"): name
    for name in OperationName
    if name not in (OperationName.IDENTIFY, OperationName.INVOKE)
}


def describe(request: Request) -> Operation:
    """The operation in a request; what cannot be told is left empty."""
    if is_identify(request.body):
        return Operation(OperationName.IDENTIFY)
    header = request.header
    if is_method(header):
        return Operation(OperationName.INVOKE, _class(request), method_name(header), dict(_values(request)))
    name = _NAMES.get(header.action, OperationName.GET)
    return Operation(name, _class(request), "", dict(_values(request)))


def _class(request: Request) -> str:
    try:
        _, class_name = uris.split_class_uri(request.header.resource_uri or "")
    except ProtocolError:
        return ""
    return _queried_class(request) if class_name == uris.ANY_CLASS else class_name


def _queried_class(request: Request) -> str:
    """The class that a WQL enumeration selects from."""
    if request.header.action != uris.ACTION_ENUMERATE or request.body is None:
        return ""
    try:
        chosen = read_enumerate(request.body).filter
    except ProtocolError:
        return ""
    return selected_class(chosen.text) if isinstance(chosen, WqlFilter) else ""


def _values(request: Request) -> Iterator[tuple[str, str]]:
    for name, value in request.header.selectors.items():
        yield name, str(value)
    for element in request.body if request.body is not None and is_method(request.header) else ():
        if len(element) == 0:
            yield local_name(element), element.text or ""
