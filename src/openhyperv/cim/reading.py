"""What can be asked of a host without changing it: get, enumerate, query, follow associations."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve
from lxml import etree

from openhyperv.cim.enumerating import BATCH_SIZE, enumerate_items, read_item
from openhyperv.cim.exchange import Exchange, header_for
from openhyperv.cim.schema import Schema
from openhyperv.errors import AccessDeniedError, NotFoundError, error_context
from openhyperv.wire import enumeration, identity, uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import AssociatorsOf, Query, ReferencesOf, render
from openhyperv.wire.wql_tokens import selected_class
from openhyperv.wire.wscim_reading import read_instance
from openhyperv.wire.xml import child_text

VIRTUALIZATION = "root/virtualization/v2"
CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"
CALL_TIMEOUT_S = 60.0


class Reading:
    """The reading half of a session."""

    def __init__(self, exchange: Exchange, schema: Schema) -> None:
        self.schema = schema
        self._exchange = exchange

    @property
    def host(self) -> str:
        """The host's name as given, for messages."""
        return self._exchange.host

    @property
    def envelope_bytes(self) -> int:
        """How large envelopes may be, as far as is known: see :meth:`learn_envelope_size`."""
        return self._exchange.envelope_bytes

    def identify(self, *, timeout_s: float = CALL_TIMEOUT_S) -> identity.Identity:
        """Who the service says it is."""
        with error_context(host=self.host, operation="Identify"):
            reply = self._exchange.send_raw(identity.identify_request(), timeout_s)
            return identity.read_identify_response(reply.content)

    def learn_envelope_size(self, *, timeout_s: float = CALL_TIMEOUT_S) -> int:
        """Ask the host how large its envelopes may be, and use that from now on; bytes.

        An account that may not read the configuration leaves the size as it is.
        """
        with error_context(host=self.host, operation="Get", target="WinRM configuration"):
            try:
                content = self._exchange.send(
                    RequestHeader(uris.ACTION_GET, CONFIG_URI), None, timeout_s
                ).content
            except (AccessDeniedError, NotFoundError):
                return self._exchange.envelope_bytes
        kilobytes = child_text(content, etree.QName(content).namespace or "", "MaxEnvelopeSizekb")
        if kilobytes and kilobytes.isdigit():
            self._exchange.envelope_bytes = int(kilobytes) * 1024
        return self._exchange.envelope_bytes

    def get(self, path: ObjectPath, *, timeout_s: float = CALL_TIMEOUT_S) -> Instance:
        """One instance by its keys; a singleton's path has none.

        :raises NotFoundError: there is no such instance or class
        """
        with error_context(host=self.host, operation="Get", target=str(path)):
            reply = self._exchange.send(header_for(uris.ACTION_GET, path), None, timeout_s)
            instance = read_instance(reply.content, self.schema)
        instance.path = path
        return instance

    def find(self, path: ObjectPath, *, timeout_s: float = CALL_TIMEOUT_S) -> Instance | None:
        """Like :meth:`get`, with None for an instance that does not exist."""
        try:
            return self.get(path, timeout_s=timeout_s)
        except NotFoundError:
            return None

    def enumerate(
        self, class_name: str, namespace: str = VIRTUALIZATION, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Iterator[Instance]:
        """Every instance of a class and its subclasses, each with its ``path``."""
        wanted = enumeration.Enumerate(mode=enumeration.Mode.OBJECT_AND_EPR, max_elements=BATCH_SIZE)
        uri = uris.class_uri(namespace, class_name)
        for item in enumerate_items(self._exchange, uri, wanted, timeout_s, target=class_name):
            yield read_item(item, namespace, class_name, self.schema)

    def query(
        self, query: Query, namespace: str = VIRTUALIZATION, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Iterator[Instance]:
        """The instances that a WQL query selects; with columns, instances of those properties alone.

        An instance with all its keys has its ``path``.
        """
        return self.query_text(render(query), namespace, timeout_s=timeout_s)

    def query_text(
        self, text: str, namespace: str = VIRTUALIZATION, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Iterator[Instance]:
        """Like :meth:`query` with a WQL text of the caller's own, which is sent as it is."""
        wanted = enumeration.Enumerate(enumeration.WqlFilter(text), max_elements=BATCH_SIZE)
        uri, class_name = uris.class_uri(namespace, uris.ANY_CLASS), selected_class(text)
        for item in enumerate_items(self._exchange, uri, wanted, timeout_s, target=text):
            yield read_item(item, namespace, class_name, self.schema)

    def associators(
        self,
        path: ObjectPath,
        association_class: str = "",
        result_class: str = "",
        role: str = "",
        result_role: str = "",
        *,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Iterator[Instance]:
        """The objects that an object is associated with; an empty name leaves out that restriction.

        :raises NotFoundError: there is no such object or class
        """
        query = AssociatorsOf(
            evolve(path, server=None),
            association_class=association_class or None,
            result_class=result_class or None,
            role=role or None,
            result_role=result_role or None,
        )
        return self.query(query, path.namespace, timeout_s=timeout_s)

    def references(
        self,
        path: ObjectPath,
        result_class: str = "",
        role: str = "",
        *,
        timeout_s: float = CALL_TIMEOUT_S,
    ) -> Iterator[Instance]:
        """The associations themselves that refer to an object, like :meth:`associators`."""
        query = ReferencesOf(evolve(path, server=None), result_class=result_class or None, role=role or None)
        return self.query(query, path.namespace, timeout_s=timeout_s)
