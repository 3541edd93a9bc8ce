"""Enumerate, Pull and Release (MS-WSMV 3.1.4.1.5 to 3.1.4.1.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openhyperv.emulator.wsman.backend import Backend, resource
from openhyperv.emulator.wsman.batches import Room, fill
from openhyperv.emulator.wsman.contexts import Enumeration
from openhyperv.emulator.wsman.event_pulls import pull_events
from openhyperv.emulator.wsman.extensions import shows_extensions, typed_items
from openhyperv.emulator.wsman.fragments import fragments_of
from openhyperv.emulator.wsman.headers import envelope_bytes
from openhyperv.emulator.wsman.items import items_of
from openhyperv.emulator.wsman.refusals import malformed, unavailable_dialect, unsupported, wql_needs_wildcard
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.enumeration import (
    AssociationFilter,
    Enumerate,
    Polymorphism,
    SelectorFilter,
    UnknownFilter,
    WqlFilter,
    enumerate_response,
    pull_response,
    read_enumerate,
    read_pull,
    read_release,
)
from openhyperv.wire.envelope import Request, RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import Select
from openhyperv.wire.xml import Element


def enumerate_(backend: Backend, request: Request, user: str) -> Element:
    """Start an enumeration; with OptimizeEnumeration the first batch comes at once."""
    if request.body is None:
        raise malformed("The request has no Enumerate element.")
    try:
        wanted = read_enumerate(request.body)
    except ProtocolError as error:
        raise malformed(error.message) from error
    items = _items(backend, request.header, wanted)
    if shows_extensions(request.header):
        items = typed_items(items, backend.lookup)
    enumeration = Enumeration(items, user)
    if not wanted.is_optimized:
        return enumerate_response([], backend.contexts.keep(enumeration), is_optimized=False)
    batch, is_end = fill(enumeration, _room(backend, request.header, wanted.max_elements))
    context = None if is_end else backend.contexts.keep(enumeration)
    return enumerate_response(batch, context, is_optimized=True)


def _room(backend: Backend, header: RequestHeader, max_elements: int | None) -> Room:
    """Without MaxElements Windows delivers one item (recorded)."""
    elements = min(max_elements or 1, backend.limits.max_batch_items)
    return Room(elements, envelope_bytes(header, backend.limits))


def _items(backend: Backend, header: RequestHeader, wanted: Enumerate) -> Iterator[Element]:
    namespace, class_name = resource(header)
    chosen = wanted.filter
    if isinstance(chosen, UnknownFilter):
        raise unavailable_dialect(chosen.dialect)
    if isinstance(chosen, WqlFilter | AssociationFilter) and class_name != uris.ANY_CLASS:
        raise wql_needs_wildcard()
    if isinstance(chosen, WqlFilter):
        return _wql_items(backend, namespace, wanted, chosen)
    return items_of(_instances(backend, namespace, class_name, wanted), wanted.mode, backend.lookup)


def _wql_items(backend: Backend, namespace: str, wanted: Enumerate, chosen: WqlFilter) -> Iterator[Element]:
    query = backend.manager.parse(chosen.text, namespace)
    instances = backend.manager.query(namespace, query)
    if isinstance(query, Select) and query.columns:
        return fragments_of(instances, query.columns, backend.lookup)
    return items_of(instances, wanted.mode, backend.lookup)


def _instances(backend: Backend, namespace: str, class_name: str, wanted: Enumerate) -> Iterable[Instance]:
    chosen, polymorphism = wanted.filter, wanted.polymorphism
    if isinstance(chosen, AssociationFilter):
        return backend.manager.associated(chosen)
    if isinstance(chosen, SelectorFilter):
        if polymorphism not in (None, Polymorphism.INCLUDE_SUBCLASS_PROPERTIES):
            raise unsupported("This polymorphism mode does not go with a filter.", "PolymorphismMode")
        return backend.manager.select(namespace, class_name, chosen.selectors)
    return backend.manager.enumerate(
        namespace, class_name, polymorphism or Polymorphism.INCLUDE_SUBCLASS_PROPERTIES
    )


def pull(backend: Backend, request: Request, user: str) -> Element:
    """The next batch of an enumeration, or the events that a subscription has for us."""
    if request.body is None:
        raise malformed("The request has no Pull element.")
    try:
        wanted = read_pull(request.body)
    except ProtocolError as error:
        raise malformed(error.message) from error
    watch = backend.contexts.watch(wanted.context, user)
    if watch is not None:
        return pull_events(backend, request.header, wanted, watch)
    enumeration = backend.contexts.enumeration(wanted.context, user)
    with enumeration.lock:
        items, is_end = fill(enumeration, _room(backend, request.header, wanted.max_elements))
    if is_end:
        backend.contexts.drop(wanted.context)
    return pull_response(items, None if is_end else wanted.context)


def release(backend: Backend, request: Request, user: str) -> None:
    """End an enumeration or subscription early.

    :raises Refusal: there is no such context
    """
    context = "" if request.body is None else read_release(request.body)
    if backend.contexts.watch(context, user) is None:
        backend.contexts.enumeration(context, user)
    backend.contexts.drop(context)
