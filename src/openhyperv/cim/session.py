"""A CIM session with one host: get, query, invoke, subscribe. Blocking and thread-safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from lxml import etree

from openhyperv.cim.enumerating import BATCH_SIZE, enumerate_items, read_item
from openhyperv.cim.exchange import SMALLEST_ENVELOPE_BYTES, Exchange, header_for
from openhyperv.cim.faults import METHOD_COMPLETED, METHOD_JOB_STARTED, error_from_method_code
from openhyperv.cim.jobs import JobProgress, Jobs
from openhyperv.cim.schema import Schema
from openhyperv.cim.subscription import Subscription
from openhyperv.errors import AccessDeniedError, InvalidInputError, NotFoundError, error_context
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool, Trace
from openhyperv.transport.target import Target
from openhyperv.wire import enumeration, identity, uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output, input_body, read_output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl, MethodDecl, Value
from openhyperv.wire.wql import Query, Select, render
from openhyperv.wire.wscim_reading import read_instance
from openhyperv.wire.xml import child_text

VIRTUALIZATION = "root/virtualization/v2"
CONFIG_URI = "http://schemas.microsoft.com/wbem/wsman/1/config"

_CALL_TIMEOUT_S = 60.0
_JOB_TIMEOUT_S = 600.0


class Session:
    """CIM operations on one host over a pool of connections.

    Every call has a deadline (``timeout_s``; for iterators it holds per request) and raises errors of
    :mod:`openhyperv.errors` that name host, object and operation. What may change the host is never sent
    twice.
    """

    def __init__(
        self, pool: Pool, schema: Schema | None = None, *, envelope_bytes: int = SMALLEST_ENVELOPE_BYTES
    ) -> None:
        self.schema = schema or Schema.load()
        self._exchange = Exchange(pool, envelope_bytes)
        self.jobs = Jobs(self)

    @classmethod
    def open(cls, target: Target, schema: Schema | None = None, *, trace: Trace | None = None) -> Self:
        """A session with a pool of its own; nothing is sent before the first operation."""
        return cls(Pool(target, trace=trace), schema)

    @property
    def pool(self) -> Pool:
        """The connections underneath, with their counters."""
        return self._exchange.pool

    @property
    def envelope_bytes(self) -> int:
        """How large envelopes may be, as far as is known: see :meth:`learn_envelope_size`."""
        return self._exchange.envelope_bytes

    @property
    def host(self) -> str:
        """The host's name as given, for messages."""
        return self._exchange.host

    def close(self) -> None:
        """End the watch over jobs, and all connections."""
        self.jobs.close()
        self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- reading -----------------------------------------------------------------------------------------

    def identify(self, *, timeout_s: float = _CALL_TIMEOUT_S) -> identity.Identity:
        """Who the service says it is."""
        with error_context(host=self.host, operation="Identify"):
            reply = self._exchange.send_raw(identity.identify_request(), timeout_s)
            return identity.read_identify_response(reply.content)

    def learn_envelope_size(self, *, timeout_s: float = _CALL_TIMEOUT_S) -> int:
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

    def get(self, path: ObjectPath, *, timeout_s: float = _CALL_TIMEOUT_S) -> Instance:
        """One instance by its keys; a singleton's path has none.

        :raises NotFoundError: there is no such instance or class
        """
        with error_context(host=self.host, operation="Get", target=str(path)):
            reply = self._exchange.send(header_for(uris.ACTION_GET, path), None, timeout_s)
            instance = read_instance(reply.content, self.schema)
        instance.path = path
        return instance

    def find(self, path: ObjectPath, *, timeout_s: float = _CALL_TIMEOUT_S) -> Instance | None:
        """Like :meth:`get`, with None for an instance that does not exist."""
        try:
            return self.get(path, timeout_s=timeout_s)
        except NotFoundError:
            return None

    def query(
        self, query: Query, namespace: str = VIRTUALIZATION, *, timeout_s: float = _CALL_TIMEOUT_S
    ) -> Iterator[Instance]:
        """The instances that a WQL query selects; with columns, instances of those properties alone."""
        text = render(query)
        wanted = enumeration.Enumerate(enumeration.WqlFilter(text), max_elements=BATCH_SIZE)
        class_name = query.class_name if isinstance(query, Select) else ""
        uri = uris.class_uri(namespace, uris.ANY_CLASS)
        for item in enumerate_items(self._exchange, uri, wanted, timeout_s, target=text):
            yield read_item(item, namespace, class_name, self.schema)

    def enumerate(
        self, class_name: str, namespace: str = VIRTUALIZATION, *, timeout_s: float = _CALL_TIMEOUT_S
    ) -> Iterator[Instance]:
        """Every instance of a class and its subclasses, each with its ``path``."""
        wanted = enumeration.Enumerate(mode=enumeration.Mode.OBJECT_AND_EPR, max_elements=BATCH_SIZE)
        uri = uris.class_uri(namespace, class_name)
        for item in enumerate_items(self._exchange, uri, wanted, timeout_s, target=class_name):
            yield read_item(item, namespace, class_name, self.schema)

    # --- changing ----------------------------------------------------------------------------------------

    def invoke(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value] | None = None,
        *,
        timeout_s: float = _CALL_TIMEOUT_S,
    ) -> Output:
        """Call a method and return whatever it answers; a nonzero ReturnValue is the caller's to judge.

        :raises InvalidInputError: the class has no such method, or the method no such parameter
        """
        return self._invoke(path, method, arguments or {}, timeout_s, str(path))

    def _invoke(
        self, path: ObjectPath, method: str, arguments: Mapping[str, Value], timeout_s: float, target: str
    ) -> Output:
        decl, method_decl = self._declared(path, method)
        body = input_body(decl, method_decl, arguments)
        header = header_for(f"{uris.class_uri(path.namespace, path.class_name)}/{method_decl.name}", path)
        with error_context(host=self.host, operation=f"{decl.name}.{method_decl.name}", target=target):
            reply = self._exchange.send(header, body, timeout_s, repeatable=False)
            return read_output(reply.content, method_decl, self.schema)

    def run(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value] | None = None,
        *,
        timeout_s: float = _JOB_TIMEOUT_S,
        on_progress: JobProgress | None = None,
        target: str | None = None,
    ) -> Output:
        """Call a method and, where it starts a job, wait for the job's end.

        ``target`` is what errors name as their object, where that is not what the method is called on: a
        machine instead of the service that manages it.

        :raises JobError: the job failed; Hyper-V's code and text are kept
        :raises MethodError: the method refused; codes with a class of their own raise that class
        :raises DeadlineError: the job was still running at the deadline; the host was asked to end it, which
            not every job can be
        """
        deadline = Deadline.after(timeout_s)
        _, method_decl = self._declared(path, method)
        operation = f"{path.class_name}.{method_decl.name}"
        target = target or str(path)
        with error_context(host=self.host, operation=operation, target=target):
            self.jobs.watch.start(timeout_s)
            call_timeout_s = min(deadline.check(), _CALL_TIMEOUT_S)
            output = self._invoke(path, method, arguments or {}, call_timeout_s, target)
            job = output["Job"]
            if output.return_value == METHOD_JOB_STARTED and isinstance(job, ObjectPath):
                self.jobs.wait(job, deadline, on_progress)
            elif output.return_value not in (METHOD_COMPLETED, None):
                meaning = method_decl.codes.get(output.return_value)
                raise error_from_method_code(output.return_value, meaning)
        return output

    def _declared(self, path: ObjectPath, method: str) -> tuple[ClassDecl, MethodDecl]:
        decl = self.schema.find(path.namespace, path.class_name)
        found = None if decl is None else decl.method(method)
        if decl is None or found is None:
            raise InvalidInputError(
                f"The schema knows no method {method} of {path.class_name}.", host=self.host, target=str(path)
            )
        return decl, found

    # --- events ------------------------------------------------------------------------------------------

    def subscribe(
        self, query: Select, namespace: str = VIRTUALIZATION, *, timeout_s: float = _CALL_TIMEOUT_S
    ) -> Subscription:
        """Subscribe to events, to be pulled from the host; close it when done.

        :raises HyperVError: the host does not deliver these events by pull
        """
        return Subscription.open(self._exchange, self.schema, namespace, query, timeout_s)
