"""A pull subscription: events of the host, fetched by holding a request open (MS-WSMV 3.1.4.1.31)."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from types import TracebackType
from typing import Self

from openhyperv.cim.enumerating import BATCH_SIZE, read_item
from openhyperv.cim.exchange import Exchange
from openhyperv.errors import DeadlineError, HyperVError, ProtocolError, error_context
from openhyperv.transport.deadline import Deadline
from openhyperv.wire import enumeration, uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.eventing import (
    Subscribe,
    Subscribed,
    read_subscribe_response,
    subscribe_body,
    unsubscribe_body,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import ClassLookup
from openhyperv.wire.wql_tokens import selected_class

_PULL_WAIT_S = 25.0
"""How long one Pull is held open at most; the host then says TimedOut and is asked again."""
_CLOSE_TIMEOUT_S = 5.0


class Subscription:
    """Events matching a query, from the moment of subscribing. One thread reads; any thread may close."""

    def __init__(
        self, exchange: Exchange, lookup: ClassLookup, namespace: str, query: str, granted: Subscribed
    ) -> None:
        self._exchange = exchange
        self._lookup = lookup
        self._namespace = namespace
        self._uri = uris.class_uri(namespace, uris.ANY_CLASS)
        self._query = query
        self._context: str | None = granted.context
        self._identifier = granted.identifier or granted.context
        self.expires_s = granted.expires_s
        """Seconds that the host keeps it, from the moment of subscribing; None if it did not say.

        WinRM renews none (it answers ``UnableToRenew``): subscribe anew."""
        self._closed = Event()

    @classmethod
    def open(
        cls, exchange: Exchange, lookup: ClassLookup, namespace: str, text: str, timeout_s: float
    ) -> Self:
        """Subscribe to what a WQL text asks for; events count from the moment the host answers."""
        header = RequestHeader(uris.ACTION_SUBSCRIBE, uris.class_uri(namespace, uris.ANY_CLASS))
        with error_context(host=exchange.host, operation="Subscribe", target=text):
            reply = exchange.send(header, subscribe_body(Subscribe(text)), timeout_s, repeatable=False)
            granted = read_subscribe_response(reply.content)
        return cls(exchange, lookup, namespace, text, granted)

    def events(self, timeout_s: float | None = None) -> Iterator[Instance]:
        """Events as they come, until :meth:`close`, or until none came for ``timeout_s``.

        :raises HyperVError: the subscription broke; subscribe anew and look what was missed
        """
        while not self._closed.is_set() and self._context is not None:
            batch = self._wait(timeout_s)
            if batch is None:
                return
            yield from batch
        if not self._closed.is_set():
            raise ProtocolError("The host ended the subscription.", host=self._exchange.host)

    def _wait(self, timeout_s: float | None) -> list[Instance] | None:
        """The next events; None once the time is up or the subscription is closed."""
        deadline = None if timeout_s is None else Deadline.after(timeout_s)
        while not self._closed.is_set():
            wait_s = _PULL_WAIT_S if deadline is None else min(_PULL_WAIT_S, deadline.remaining_s)
            if wait_s <= 0:
                return None
            if events := self._pull(wait_s):
                return events
        return None

    def _pull(self, wait_s: float) -> list[Instance]:
        """One Pull; empty when nothing happened, or when :meth:`close` ended it."""
        body = enumeration.pull_body(enumeration.Pull(self._context or "", BATCH_SIZE))
        header = RequestHeader(uris.ACTION_PULL, self._uri)
        with error_context(host=self._exchange.host, operation="Pull", target=self._query):
            try:
                reply = self._exchange.send(header, body, wait_s, repeatable=False)
                batch = enumeration.read_batch(reply.content)
            except DeadlineError:
                return []
            except HyperVError:
                if self._closed.is_set():
                    return []
                raise
        self._context = batch.context
        event_class = selected_class(self._query)
        return [read_item(item, self._namespace, event_class, self._lookup) for item in batch.items]

    def close(self) -> None:
        """End the subscription at the host; a waiting reader ends. Closing twice does nothing."""
        if self._closed.is_set():
            return
        self._closed.set()
        header = RequestHeader(uris.ACTION_UNSUBSCRIBE, self._uri, identifier=self._identifier)
        try:
            self._exchange.send(header, unsubscribe_body(), _CLOSE_TIMEOUT_S)
        except HyperVError:
            return  # the host is gone or has dropped it, which ends it as well

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
