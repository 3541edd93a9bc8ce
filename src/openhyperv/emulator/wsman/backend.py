"""What every operation of the service works with."""

from __future__ import annotations

from attrs import field, frozen

from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.wsman.access import Access
from openhyperv.emulator.wsman.contexts import Contexts
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.refusals import no_resource
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassLookup

_NAMESPACE_SELECTOR = "__cimnamespace"


@frozen
class Backend:
    """The object manager with the schema, the limits, the open contexts and the access of one service."""

    manager: ObjectManager
    lookup: ClassLookup
    limits: ServiceLimits
    contexts: Contexts
    access: Access = field(factory=Access)


def resource(header: RequestHeader) -> tuple[str, str]:
    """Namespace and class of a request, both as the client spelled them.

    :raises Refusal: the URI is not of WMI
    """
    uri = header.resource_uri or ""
    try:
        namespace, class_name = uris.split_class_uri(uri)
    except ProtocolError as error:
        raise no_resource(uri) from error
    return namespace, class_name


def object_path(header: RequestHeader) -> ObjectPath:
    """The object that a request's resource URI and selectors name."""
    namespace, class_name = resource(header)
    keys = {name: value for name, value in header.selectors.items() if name.lower() != _NAMESPACE_SELECTOR}
    return ObjectPath(class_name, keys, namespace)
