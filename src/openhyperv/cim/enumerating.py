"""Enumerations: first batch with the request, further ones pulled, the context always given back."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.exchange import Exchange
from openhyperv.cim.identity import path_of
from openhyperv.errors import ConnectionLostError, DeadlineError, HyperVError, error_context
from openhyperv.wire import enumeration, uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassDecl, ClassLookup
from openhyperv.wire.wscim_reading import NO_MEMBERS, column_members, read_instance, read_members
from openhyperv.wire.wscim_references import read_reference
from openhyperv.wire.xml import Element, qualified

BATCH_SIZE = 1000
"""Items asked for at once; the host sends fewer where the envelope is full."""

_ITEM = qualified(uris.WSMAN, "Item")
_FRAGMENT = qualified(uris.WSMAN, "XmlFragment")


def enumerate_items(
    exchange: Exchange, uri: str, wanted: enumeration.Enumerate, timeout_s: float, *, target: str
) -> Iterator[Element]:
    """The items of an enumeration as elements; ``timeout_s`` holds for each request.

    Whoever stops early closes the iterator, or lets go of it; the host's context is released either way.
    """
    header = RequestHeader(uris.ACTION_ENUMERATE, uri)
    with error_context(host=exchange.host, operation="Enumerate", target=target):
        reply = exchange.send(header, enumeration.enumerate_body(wanted), timeout_s)
        batch = enumeration.read_batch(reply.content)
    try:
        yield from batch.items
        while batch.context is not None:
            context, batch = batch.context, enumeration.Batch(context=batch.context)
            batch = _pull(exchange, uri, context, timeout_s, target)
            yield from batch.items
    finally:
        if batch.context is not None:
            _release(exchange, uri, batch.context, timeout_s)


def _pull(exchange: Exchange, uri: str, context: str, timeout_s: float, target: str) -> enumeration.Batch:
    body = enumeration.pull_body(enumeration.Pull(context, BATCH_SIZE))
    header = RequestHeader(uris.ACTION_PULL, uri)
    with error_context(host=exchange.host, operation="Pull", target=target):
        try:
            return enumeration.read_batch(exchange.send(header, body, timeout_s, repeatable=False).content)
        except (ConnectionLostError, DeadlineError) as error:
            error.outcome_unknown = False  # items may be lost, but nothing on the host has changed
            raise


def _release(exchange: Exchange, uri: str, context: str, timeout_s: float) -> None:
    """Give a context back; where the host has dropped it already, or is gone, that is done."""
    header = RequestHeader(uris.ACTION_RELEASE, uri)
    try:
        exchange.send(header, enumeration.release_body(context), timeout_s)
    except HyperVError:
        return


def read_item(item: Element, namespace: str, class_name: str, lookup: ClassLookup) -> Instance:
    """The instance in an item: an object, an object with its reference, or the columns of a query.

    ``class_name`` is the class a query with columns selects from: a fragment does not say. The instance has a
    path where the item brings one, or all keys of the class as the schema knows them.
    """
    if item.tag == _ITEM:
        instance = read_instance(item[0], lookup)
        instance.path = read_reference(item[1]) if len(item) > 1 else None
        return instance
    if item.tag != _FRAGMENT:
        instance = read_instance(item, lookup)
        return _with_path(instance, lookup.find(instance.namespace, instance.class_name))
    decl = lookup.find(namespace, class_name)
    members = NO_MEMBERS if decl is None else column_members(decl)
    columns = read_members(item, members, lookup)
    return _with_path(Instance(class_name, columns, namespace=namespace), decl)


def _with_path(instance: Instance, decl: ClassDecl | None) -> Instance:
    instance.path = None if decl is None else path_of(instance, decl)
    return instance
