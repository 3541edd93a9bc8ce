"""Invoke: a method's arguments in, its results out (MS-WSMV 3.1.4.1.9)."""

from __future__ import annotations

from openhyperv.emulator.cimom.faults import invalid_parameter, unknown_method
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.wsman.backend import Backend, object_path
from openhyperv.emulator.wsman.embedded import whole
from openhyperv.emulator.wsman.extensions import shows_extensions, typed_output
from openhyperv.emulator.wsman.refusals import malformed, no_resource
from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.envelope import Request, RequestHeader
from openhyperv.wire.invocation import output_body, read_input
from openhyperv.wire.types import CimType, ClassDecl, MethodDecl, Value
from openhyperv.wire.wscim_references import EPR
from openhyperv.wire.xml import Element, local_name

_STRUCTURED = (CimType.REFERENCE, CimType.OBJECT, CimType.DATETIME)


def is_method(header: RequestHeader) -> bool:
    """True for an action that is a method's: the class URI, a slash and the method's name."""
    return header.action.lower().startswith(uris.WMI_PREFIX)


def method_name(header: RequestHeader) -> str:
    """The method part of the action."""
    return header.action.rpartition("/")[2]


def invoke(backend: Backend, request: Request, user: str) -> Element:
    """Run the method. A nonzero ReturnValue is an answer like any other, not a fault."""
    decl, method = _declared(backend, request.header)
    arguments = _arguments(backend, request, method)
    result = backend.manager.invoke(object_path(request.header), method.name, arguments, user)
    objects = {p.name for p in method.parameters if p.type is CimType.OBJECT}
    embedded = {name: whole(value, backend.lookup) for name, value in result.out.items() if name in objects}
    output = output_body(decl, method, result.return_value, {**result.out, **embedded})
    return typed_output(output, method) if shows_extensions(request.header) else output


def answer_with(backend: Backend, request: Request, return_value: int) -> Element:
    """The answer with a ReturnValue alone, for a rule that keeps the method from running."""
    decl, method = _declared(backend, request.header)
    result = Result(return_value)
    return output_body(decl, method, result.return_value, result.out)


def _declared(backend: Backend, header: RequestHeader) -> tuple[ClassDecl, MethodDecl]:
    path = object_path(header)
    decl = backend.lookup.find(path.namespace, path.class_name)
    if decl is None:
        raise no_resource(header.resource_uri or "")
    method = decl.method(method_name(header))
    if method is None:
        raise unknown_method(decl.name, method_name(header))
    return decl, method


def _arguments(backend: Backend, request: Request, method: MethodDecl) -> dict[str, Value]:
    if request.body is None:
        raise malformed("The request has no input element.")
    _check_form(request.body, method)
    try:
        return read_input(request.body, method, backend.lookup)
    except InvalidInputError as error:
        raise invalid_parameter(method.name, error.target or "") from error
    except ProtocolError as error:
        raise malformed(error.message) from error


def _check_form(body: Element, method: MethodDecl) -> None:
    """Recorded: Windows refuses a wrapped reference, and elements where an embedded instance is text."""
    for child in body:
        parameter = method.parameter(local_name(child))
        if child.find(EPR) is not None:
            raise malformed(f"The reference in {local_name(child)} is wrapped in an EndpointReference.")
        if parameter is not None and parameter.type not in _STRUCTURED and len(child):
            raise malformed(f"The parameter {parameter.name} has elements where text is wanted.")
