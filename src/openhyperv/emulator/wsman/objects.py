"""Get, Put, Create and Delete (MS-WSMV 3.1.4.1.1 to 3.1.4.1.4)."""

from __future__ import annotations

from openhyperv.emulator.wsman.backend import Backend, object_path, resource
from openhyperv.emulator.wsman.configuration import CONFIG_URI, configuration
from openhyperv.emulator.wsman.extensions import shows_extensions, typed_instance
from openhyperv.emulator.wsman.items import declaration
from openhyperv.emulator.wsman.refusals import malformed, unsupported
from openhyperv.errors import ProtocolError
from openhyperv.wire.envelope import Request, RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.transfer import resource_created
from openhyperv.wire.wscim_reading import read_instance
from openhyperv.wire.wscim_writing import instance_element
from openhyperv.wire.xml import Element


def get(backend: Backend, request: Request) -> Element:
    """The instance, or the service's own configuration."""
    _refuse_fragment(request)
    header = request.header
    if (header.resource_uri or "").strip().lower() == CONFIG_URI.lower():
        return configuration(backend.limits, backend.access)
    return _answered(backend, header, backend.manager.get(object_path(header)))


def put(backend: Backend, request: Request) -> Element:
    """Change an instance as a whole; the new state is answered."""
    _refuse_fragment(request)
    changed = backend.manager.put(object_path(request.header), _instance(backend, request))
    return _answered(backend, request.header, changed)


def _answered(backend: Backend, header: RequestHeader, instance: Instance) -> Element:
    decl = declaration(instance, backend.lookup)
    element = instance_element(instance, decl)
    return typed_instance(element, decl) if shows_extensions(header) else element


def create(backend: Backend, request: Request) -> Element:
    """Create an instance; its reference is answered."""
    namespace, class_name = resource(request.header)
    path = backend.manager.create(namespace, class_name, _instance(backend, request))
    return resource_created(path, request.header.to)


def delete(backend: Backend, request: Request) -> None:
    """Delete an instance."""
    backend.manager.delete(object_path(request.header))


def _refuse_fragment(request: Request) -> None:
    if request.header.fragment is not None:
        raise unsupported("Fragment-level transfer is not supported.", "FragmentLevelAccess")


def _instance(backend: Backend, request: Request) -> Instance:
    if request.body is None:
        raise malformed("The request has no instance in its body.")
    try:
        return read_instance(request.body, backend.lookup)
    except ProtocolError as error:
        raise malformed(error.message) from error
