"""A CIM session with one host: get, query, invoke, change, subscribe. Blocking and thread-safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar

from openhyperv.cim.aside import begin
from openhyperv.cim.exchange import SMALLEST_ENVELOPE_BYTES, Exchange, header_for
from openhyperv.cim.faults import METHOD_COMPLETED, METHOD_JOB_STARTED, error_from_method_code
from openhyperv.cim.granted_subscription import GrantedSubscription
from openhyperv.cim.jobs import JobProgress, Jobs
from openhyperv.cim.reading import CALL_TIMEOUT_S, VIRTUALIZATION, Reading
from openhyperv.cim.schema import Schema
from openhyperv.cim.subscription import Subscription
from openhyperv.errors import InvalidInputError, error_context
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool, Trace
from openhyperv.transport.target import Target
from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output, input_body, read_output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.transfer import read_resource_created
from openhyperv.wire.types import ClassDecl, MethodDecl, Value
from openhyperv.wire.wql import Select, render
from openhyperv.wire.wscim_writing import instance_element, partial_element

_JOB_TIMEOUT_S = 600.0
T = TypeVar("T")


class Session(Reading):
    """CIM operations on one host over a pool of connections.

    Every call has a deadline (``timeout_s``; for iterators it holds per request) and raises errors of
    :mod:`openhyperv.errors` that name host, object and operation. What may change the host is never sent
    twice.
    """

    def __init__(
        self, pool: Pool, schema: Schema | None = None, *, envelope_bytes: int = SMALLEST_ENVELOPE_BYTES
    ) -> None:
        super().__init__(Exchange(pool, envelope_bytes), schema or Schema.load())
        self.jobs = Jobs(self)

    @classmethod
    def open(cls, target: Target, schema: Schema | None = None, *, trace: Trace | None = None) -> Self:
        """A session with a pool of its own; nothing is sent before the first operation."""
        return cls(Pool(target, trace=trace), schema)

    @property
    def pool(self) -> Pool:
        """The connections underneath, with their counters."""
        return self._exchange.pool

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

    def aside(self, read: Callable[[], T]) -> Callable[[], T]:
        """Begin to read something on another connection; calling what is returned waits for it.

        As long as the host has not accepted the account, nothing is begun before it is waited for: a wrong
        password is tried once, not once on each connection.
        """
        return begin(read) if self.pool.has_answered else read

    # --- methods -----------------------------------------------------------------------------------------

    def invoke(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value] | None = None,
        *,
        timeout_s: float = CALL_TIMEOUT_S,
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
            if method_decl.parameter("Job") is not None:  # or it cannot start one
                self.jobs.watch.start(timeout_s)
            call_timeout_s = min(deadline.check(), CALL_TIMEOUT_S)
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

    # --- instances ---------------------------------------------------------------------------------------

    def create(self, instance: Instance, *, timeout_s: float = CALL_TIMEOUT_S) -> ObjectPath:
        """Create an instance of a class whose provider takes that, as none of Hyper-V does; returns its path.

        :raises InvalidInputError: the schema does not know the class, or not a property
        :raises ConflictError: there is one with these keys
        """
        decl = self._declared_class(instance)
        header = RequestHeader(uris.ACTION_CREATE, uris.class_uri(decl.namespace, decl.name))
        with error_context(host=self.host, operation="Create", target=decl.name):
            reply = self._exchange.send(header, instance_element(instance, decl), timeout_s, repeatable=False)
            return read_resource_created(reply.content)

    def put(self, instance: Instance, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        """Write an instance back under its ``path``: the properties that it has, the others stay.

        :raises InvalidInputError: it has no path, or the schema does not know its class or a property
        :raises NotFoundError: there is no such object
        """
        path = instance.path
        if path is None:
            raise InvalidInputError("The instance has no path to write it to.", target=instance.class_name)
        body = partial_element(instance, self._declared_class(instance))
        with error_context(host=self.host, operation="Put", target=str(path)):
            self._exchange.send(header_for(uris.ACTION_PUT, path), body, timeout_s, repeatable=False)

    def delete(self, path: ObjectPath, *, timeout_s: float = CALL_TIMEOUT_S) -> None:
        """Delete an object whose provider takes that.

        :raises NotFoundError: there is no such object
        """
        with error_context(host=self.host, operation="Delete", target=str(path)):
            self._exchange.send(header_for(uris.ACTION_DELETE, path), None, timeout_s, repeatable=False)

    def _declared_class(self, instance: Instance) -> ClassDecl:
        decl = self.schema.find(instance.namespace, instance.class_name)
        if decl is None:
            raise InvalidInputError("The schema knows no such class.", target=instance.class_name)
        unknown = next((name for name in instance if decl.property(name) is None), None)
        if unknown is not None:
            raise InvalidInputError(f"{decl.name} has no property {unknown}.", target=instance.class_name)
        return decl

    def subscribe(
        self, query: Select, namespace: str = VIRTUALIZATION, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Subscription:
        """Subscribe to events, to be pulled from the host; close it when done.

        :raises HyperVError: the host does not deliver these events by pull
        """
        return self.subscribe_text(render(query), namespace, timeout_s=timeout_s)

    def subscribe_text(
        self, text: str, namespace: str = VIRTUALIZATION, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> Subscription:
        """Like :meth:`subscribe` with a WQL text of the caller's own, which is sent as it is."""

        def subscribe() -> GrantedSubscription:
            return GrantedSubscription.open(self._exchange, self.schema, namespace, text, timeout_s)

        return Subscription(subscribe, self.host)
