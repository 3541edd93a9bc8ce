"""One pull subscription as the host granted it: a request is held open, until it runs out."""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Self

from openhyperv.cim.enumerating import BATCH_SIZE, read_item
from openhyperv.cim.exchange import Exchange
from openhyperv.errors import DeadlineError, HyperVError, error_context
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

_CLOSE_TIMEOUT_S = 5.0


class GrantedSubscription:
    """Events from the moment the host answers Subscribe. One thread pulls; any thread may close."""

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
        self.lasts_s = inf if granted.expires_s is None else granted.expires_s
        """How long the host keeps it, from the moment of subscribing."""
        self._ends_s = monotonic() + self.lasts_s

    @classmethod
    def open(
        cls, exchange: Exchange, lookup: ClassLookup, namespace: str, text: str, timeout_s: float
    ) -> Self:
        """Subscribe to what a WQL text asks for (MS-WSMV 3.1.4.1.31)."""
        header = RequestHeader(uris.ACTION_SUBSCRIBE, uris.class_uri(namespace, uris.ANY_CLASS))
        with error_context(host=exchange.host, operation="Subscribe", target=text):
            reply = exchange.send(header, subscribe_body(Subscribe(text)), timeout_s, repeatable=False)
            granted = read_subscribe_response(reply.content)
        return cls(exchange, lookup, namespace, text, granted)

    @property
    def remaining_s(self) -> float:
        """How long the host keeps it from now on; infinite if it did not say."""
        return self._ends_s - monotonic()

    @property
    def has_ended(self) -> bool:
        """True once the host said that there is nothing more to pull."""
        return self._context is None

    def pull(self, wait_s: float) -> list[Instance]:
        """The next events; none if nothing happens for ``wait_s``.

        :raises HyperVError: the subscription broke
        """
        body = enumeration.pull_body(enumeration.Pull(self._context or "", BATCH_SIZE))
        header = RequestHeader(uris.ACTION_PULL, self._uri)
        with error_context(host=self._exchange.host, operation="Pull", target=self._query):
            try:
                reply = self._exchange.send(header, body, wait_s, repeatable=False)
            except DeadlineError:
                return []
            batch = enumeration.read_batch(reply.content)
        self._context = batch.context
        event_class = selected_class(self._query)
        return [read_item(item, self._namespace, event_class, self._lookup) for item in batch.items]

    def close(self) -> None:
        """End it at the host; a pull that waits there fails."""
        header = RequestHeader(uris.ACTION_UNSUBSCRIBE, self._uri, identifier=self._identifier)
        try:
            self._exchange.send(header, unsubscribe_body(), _CLOSE_TIMEOUT_S)
        except HyperVError:
            return  # the host is gone or has dropped it, which ends it as well
