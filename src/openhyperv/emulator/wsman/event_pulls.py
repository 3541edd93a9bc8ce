"""Subscribe, Unsubscribe, and Pull on a subscription (MS-WSMV 3.1.4.1.31, DSP0226 10.2.9.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from uuid import uuid4

from openhyperv.emulator.wsman.backend import Backend, resource
from openhyperv.emulator.wsman.batches import Room, fill
from openhyperv.emulator.wsman.contexts import Enumeration, Watch
from openhyperv.emulator.wsman.fragments import fragments_of
from openhyperv.emulator.wsman.headers import envelope_bytes
from openhyperv.emulator.wsman.items import items_of
from openhyperv.emulator.wsman.refusals import (
    malformed,
    stale_context,
    timed_out,
    unavailable_delivery,
    unavailable_dialect,
    wql_needs_wildcard,
)
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.enumeration import Mode, Pull, pull_response
from openhyperv.wire.envelope import Request, RequestHeader
from openhyperv.wire.eventing import Subscribe, Subscribed, read_subscribe, subscribe_response
from openhyperv.wire.instance import Instance
from openhyperv.wire.xml import Element


def subscribe(backend: Backend, request: Request, user: str) -> Element:
    """Open a pull subscription."""
    wanted = _wanted(request)
    namespace, class_name = resource(request.header)
    if class_name != uris.ANY_CLASS:
        raise wql_needs_wildcard()
    query = backend.manager.parse(wanted.query or "", namespace)
    expires_s = wanted.expires_s or backend.limits.subscription_expires_s
    subscription = backend.manager.subscribe(namespace, query)
    identifier = f"uuid:{str(uuid4()).upper()}"
    watch = Watch(subscription, subscription.columns, user, monotonic() + expires_s, identifier)
    granted = Subscribed(backend.contexts.keep_watch(watch), identifier, expires_s)
    return subscribe_response(granted, request.header.resource_uri or "", request.header.to)


def _wanted(request: Request) -> Subscribe:
    if request.body is None:
        raise malformed("The request has no Subscribe element.")
    try:
        wanted = read_subscribe(request.body)
    except ProtocolError as error:
        raise malformed(error.message) from error
    if wanted.delivery_mode != uris.DELIVERY_PULL:
        raise unavailable_delivery(wanted.delivery_mode)
    if wanted.dialect != uris.DIALECT_WQL:
        raise unavailable_dialect(wanted.dialect)
    return wanted


def pull_events(backend: Backend, header: RequestHeader, wanted: Pull, watch: Watch) -> Element:
    """Wait for events up to the operation's timeout; nothing by then is the fault TimedOut.

    The host's own MaxTimeoutms does not shorten the wait of a Pull (MS-WSMV 3.1.4.1.30).
    """
    limit = min(wanted.max_elements or 1, backend.limits.max_batch_items)
    room = Room(limit, envelope_bytes(header, backend.limits))
    wait_s = backend.limits.max_timeout_s if header.timeout_s is None else header.timeout_s
    with watch.lock:
        items = _take(watch, room, _arriving(backend, watch, wait_s if watch.held is None else 0.0))
    if watch.subscription.is_closed:
        raise stale_context()
    if not items:
        raise timed_out()
    return pull_response(items, wanted.context)


def _take(watch: Watch, room: Room, arriving: Iterator[Element]) -> list[Element]:
    """What fits into one reply; the event that does not is held for the next."""
    queue = Enumeration(arriving, watch.user, held=watch.held)
    watch.held = None
    items, _ = fill(queue, room)
    watch.held = queue.held
    return items


def _arriving(backend: Backend, watch: Watch, wait_s: float) -> Iterator[Element]:
    """Events as items: the first is waited for, the others are those that are there already."""
    while events := watch.subscription.take(1, wait_s):
        yield from _items(backend, watch, events)
        wait_s = 0.0


def _items(backend: Backend, watch: Watch, events: Iterable[Instance]) -> Iterator[Element]:
    if watch.columns:
        return fragments_of(events, watch.columns, backend.lookup)
    return items_of(events, Mode.OBJECT, backend.lookup)


def unsubscribe(backend: Backend, request: Request, user: str) -> None:
    """End a subscription; a Pull that waits on it ends with a stale context.

    :raises Refusal: there is no such subscription
    """
    found = backend.contexts.watch_named(request.header.identifier or "", user)
    if found is None:
        raise stale_context()
    backend.contexts.drop(found[0])
