"""A session in which nothing changes: calls that would are told to a listener, and answered as if done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.reading import VIRTUALIZATION
from openhyperv.cim.schema import Schema
from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.transport.pool import Pool
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output, input_body
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import CimType, MethodDecl, ParameterDecl, Value
from openhyperv.wire.wql import Query, Select

_READING = "Get"
"""What only reads begins with this in every service of Hyper-V: GetSummaryInformation and its like."""


@frozen
class Call:
    """A method call as it would have been sent."""

    path: ObjectPath
    method: str
    arguments: Mapping[str, Value]


class RehearsalEndError(Exception):
    """The rest cannot be told: it depends on what the calls told so far would have done."""


class Rehearsal(Session):
    """Reads are sent as always, until the first change was told: what they would find after it is not known.

    References that a told call would answer are made up, and look it; objects are empty.

    :raises RehearsalEndError: from every read after a change
    """

    def __init__(self, pool: Pool, tell: Callable[[Call], None], schema: Schema | None = None) -> None:
        super().__init__(pool, schema)
        self._tell = tell
        self._has_told = False

    def invoke(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value] | None = None,
        *,
        timeout_s: float = 60.0,
    ) -> Output:
        """Send a call that only reads; tell every other."""
        if method.startswith(_READING):
            self._check()
            return super().invoke(path, method, arguments, timeout_s=timeout_s)
        return self._told(path, method, arguments or {})

    def run(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value] | None = None,
        *,
        timeout_s: float = 600.0,
        on_progress: JobProgress | None = None,
        target: str | None = None,
    ) -> Output:
        """As :meth:`invoke`; what is told has no job to wait for."""
        if method.startswith(_READING):
            self._check()
            return super().run(
                path, method, arguments, timeout_s=timeout_s, on_progress=on_progress, target=target
            )
        return self._told(path, method, arguments or {})

    def put(self, instance: Instance, *, timeout_s: float = 60.0) -> None:  # noqa: ARG002  # nothing is sent
        """Tell the properties that would be written."""
        if instance.path is not None:
            self._has_told = True
            self._tell(Call(instance.path, "Put", dict(instance)))

    def get(self, path: ObjectPath, *, timeout_s: float = 60.0) -> Instance:
        """As always, before a change."""
        self._check()
        return super().get(path, timeout_s=timeout_s)

    def query(
        self, query: Query, namespace: str = VIRTUALIZATION, *, timeout_s: float = 60.0
    ) -> Iterator[Instance]:
        """As always, before a change."""
        self._check()
        return super().query(query, namespace, timeout_s=timeout_s)

    def subscribe(
        self, query: Select, namespace: str = VIRTUALIZATION, *, timeout_s: float = 60.0
    ) -> Subscription:
        """As always, before a change."""
        self._check()
        return super().subscribe(query, namespace, timeout_s=timeout_s)

    def _check(self) -> None:
        if self._has_told:
            raise RehearsalEndError

    def _told(self, path: ObjectPath, method: str, arguments: Mapping[str, Value]) -> Output:
        decl, method_decl = self._declared(path, method)
        input_body(decl, method_decl, arguments)
        self._has_told = True
        self._tell(Call(path, method_decl.name, arguments))
        return Output(0, self._made_up(method_decl, arguments))

    def _made_up(self, method: MethodDecl, arguments: Mapping[str, Value]) -> dict[str, Value]:
        """What the call would make: references, one for each thing asked for, and objects without values."""
        asked = max((len(v) for v in arguments.values() if isinstance(v, list | tuple)), default=1)
        made: dict[str, Value] = {}
        for parameter in method.parameters:
            if parameter.is_out and parameter.type is CimType.REFERENCE and parameter.name != "Job":
                paths = [self._reference(parameter, number) for number in range(1, asked + 1)]
                made[parameter.name] = paths if parameter.is_array else paths[0]
            elif parameter.is_out and parameter.embedded_class is not None and not parameter.is_array:
                made[parameter.name] = Instance(parameter.embedded_class)
        return made

    def _reference(self, parameter: ParameterDecl, number: int) -> ObjectPath:
        class_name = parameter.reference_class or "CIM_ManagedElement"
        decl = self.schema.find(VIRTUALIZATION, class_name)
        keys = decl.keys if decl is not None else ()
        mark = f"[{number}]" if parameter.is_array else ""
        return ObjectPath(class_name, {key: f"{{{parameter.name}{mark}.{key}}}" for key in keys})
