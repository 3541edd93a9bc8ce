"""A namespace of a host: CIM operations on it, whose errors are WMI's.

Everything that objects of this module do on the wire goes through here.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from openhyperv.cim.schema import Schema
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl, Value
from openhyperv.wmi.event_feed import EventFeed
from openhyperv.wmi.failures import failure, wmi_failures
from openhyperv.wmi.hosts import Host
from openhyperv.wmi.options import OperationOptions, timeout_s
from openhyperv.wmi.paths import full_path
from openhyperv.wmi.wql_text import Selection


@frozen(eq=False)
class Namespace:
    """Where objects lie; each operation has ``default_timeout_s`` unless its options say otherwise."""

    host: Host
    name: str
    default_timeout_s: float

    def sibling(self, name: str) -> Namespace:
        """Another namespace of the host, or this one."""
        return self if name.lower() == self.name.lower() else evolve(self, name=name)

    @property
    def schema(self) -> Schema:
        """The classes of the host's release."""
        with wmi_failures():
            self.host.facts()
        return self.host.session.schema

    def check(self) -> None:
        """Make sure that the host answers and has this namespace; asked once in a process.

        :raises x_wmi: it does not, or has not
        """
        with wmi_failures():
            self.host.facts(self.default_timeout_s)
            self.host.check_namespace(self.name, self.default_timeout_s)

    def declaration(self, class_name: str) -> ClassDecl:
        """A class's declaration, from the schema.

        :raises x_wmi: the host's release has no such class
        """
        decl = self.schema.find(self.name, class_name)
        if decl is None:
            raise failure(WbemCode.INVALID_CLASS, f"There is no class {class_name} in {self.name}.")
        return decl

    def full(self, path: ObjectPath) -> ObjectPath:
        """A path with the server's own name."""
        with wmi_failures():
            return full_path(path, self.host.facts().server_name, self.schema)

    # --- reading -----------------------------------------------------------------------------------------

    def select(self, selection: Selection, options: OperationOptions | None = None) -> list[Instance]:
        """What a query finds."""
        limit_s = timeout_s(options, self.default_timeout_s)
        with wmi_failures():
            return list(self.host.session.query_text(selection.text, self.name, timeout_s=limit_s))

    def get(self, path: ObjectPath, options: OperationOptions | None = None) -> Instance:
        """One object."""
        limit_s = timeout_s(options, self.default_timeout_s)
        with wmi_failures():
            self.host.facts()
            return self.host.session.get(path, timeout_s=limit_s)

    def associators(
        self,
        path: ObjectPath,
        association_class: str = "",
        result_class: str = "",
        options: OperationOptions | None = None,
    ) -> list[Instance]:
        """The objects at the other ends of an object's associations."""
        limit_s = timeout_s(options, self.default_timeout_s)
        with wmi_failures():
            found = self.host.session.associators(path, association_class, result_class, timeout_s=limit_s)
            return list(found)

    def references(
        self, path: ObjectPath, result_class: str = "", options: OperationOptions | None = None
    ) -> list[Instance]:
        """The associations of an object."""
        limit_s = timeout_s(options, self.default_timeout_s)
        with wmi_failures():
            return list(self.host.session.references(path, result_class, timeout_s=limit_s))

    # --- changing ----------------------------------------------------------------------------------------

    def create(self, instance: Instance, options: OperationOptions | None = None) -> ObjectPath:
        """Create an object; its path."""
        with wmi_failures():
            limit_s = timeout_s(options, self.default_timeout_s)
            return self.host.session.create(instance, timeout_s=limit_s)

    def modify(self, instance: Instance, options: OperationOptions | None = None) -> None:
        """Write an object back."""
        with wmi_failures():
            self.host.session.put(instance, timeout_s=timeout_s(options, self.default_timeout_s))

    def delete(self, path: ObjectPath, options: OperationOptions | None = None) -> None:
        """Delete an object."""
        with wmi_failures():
            self.host.session.delete(path, timeout_s=timeout_s(options, self.default_timeout_s))

    def invoke(
        self,
        path: ObjectPath,
        method: str,
        arguments: Mapping[str, Value],
        options: OperationOptions | None = None,
    ) -> Output:
        """Call a method; what it returns is the caller's to judge."""
        with wmi_failures():
            limit_s = timeout_s(options, self.default_timeout_s)
            return self.host.session.invoke(path, method, arguments, timeout_s=limit_s)

    def watch(self, wql: str) -> EventFeed:
        """The events that a query asks for, from now on."""
        with wmi_failures():
            return EventFeed.open(self.host.target, self.schema, self.name, wql)
