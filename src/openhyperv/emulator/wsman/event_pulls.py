"""Subscribe, Unsubscribe, and Pull on a subscription (MS-WSMV 3.1.4.1.31, DSP0226 10.2.9.4)."""

from __future__ import annotations

from time import monotonic
from uuid import uuid4

from openhyperv.emulator.cimom.subscription import Subscription
from openhyperv.emulator.wsman.backend import Backend, resource
from openhyperv.emulator.wsman.contexts import Watch
from openhyperv.emulator.wsman.headers import timeout_s
from openhyperv.emulator.wsman.items import items_of
from openhyperv.emulator.wsman.refusals import (
    malformed,
    stale_context,
    timed_out,
    unavailable_delivery,
    unavailable_dialect,
)
from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.enumeration import Mode, Pull, pull_response
from openhyperv.wire.envelope import Request, RequestHeader
from openhyperv.wire.eventing import Subscribe, Subscribed, read_subscribe, subscribe_response
from openhyperv.wire.xml import Element


def subscribe(backend: Backend, request: Request, user: str) -> Element:
    """Open a pull subscription."""
    wanted = _wanted(request)
    namespace, _ = resource(request.header)
    query = backend.manager.parse(wanted.query or "", namespace)
    expires_s = wanted.expires_s or backend.limits.subscription_expires_s
    subscription = Subscription(backend.manager.event_query(namespace, query), backend.events)
    identifier = f"uuid:{str(uuid4()).upper()}"
    watch = Watch(subscription, user, monotonic() + expires_s, identifier)
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
    """Wait for events up to the operation's timeout; nothing by then is the fault TimedOut."""
    limit = min(wanted.max_elements or 1, backend.limits.max_batch_items)
    events = watch.subscription.take(limit, timeout_s(header, backend.limits))
    if watch.subscription.is_closed:
        raise stale_context()
    if not events:
        raise timed_out()
    return pull_response(list(items_of(events, Mode.OBJECT, backend.lookup)), wanted.context)


def unsubscribe(backend: Backend, request: Request, user: str) -> None:
    """End a subscription; a Pull that waits on it ends with a stale context.

    :raises Refusal: there is no such subscription
    """
    found = backend.contexts.watch_named(request.header.identifier or "", user)
    if found is None:
        raise stale_context()
    backend.contexts.drop(found[0])
