"""Connections: a namespace of a host, whose attributes are its classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any
from weakref import finalize

from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import ClassDecl
from openhyperv.wmi.classes import WmiClass
from openhyperv.wmi.instances import WmiObject, select_objects
from openhyperv.wmi.namespace import Namespace
from openhyperv.wmi.options import OperationOptions
from openhyperv.wmi.watcher import Watcher, Watches
from openhyperv.wmi.wql_text import read_query


class Connection:
    """A namespace of a host. It costs nothing: all connections to a host share one session.

    Thread-safe. When the connection goes away, its watchers end.
    """

    def __init__(self, space: Namespace) -> None:
        self._space = space
        self._watches = Watches()
        finalize(self, self._watches.close)

    # --- classes -----------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> WmiClass:
        """The class of that name, in any case of letters.

        :raises x_wmi: there is no such class
        """
        if name.startswith("_") and not _is_system_class(name):
            raise AttributeError(name)
        return self.get_class(name)

    def __getitem__(self, name: str) -> WmiClass:
        """The class of that name, as an attribute would."""
        return self.get_class(name)

    def get_class(self, class_name: str) -> WmiClass:
        """The class of that name, in any case of letters, from the schema.

        :raises x_wmi: there is no such class
        """
        return WmiClass(self._space, self._space.declaration(class_name), self._watches)

    @property
    def classes(self) -> list[str]:
        """The names of all classes, sorted."""
        return sorted(decl.name for decl in self._space.schema.classes(self._space.name))

    def subclasses_of(self, root: str = "", regex: str = r".*") -> list[str]:
        """The names of the classes below a class, or of all, that a regular expression matches."""
        decls = self._space.schema.classes(self._space.name)
        pattern = re.compile(regex)
        return sorted(decl.name for decl in decls if _is_below(decl, root) and pattern.match(decl.name))

    # --- objects -----------------------------------------------------------------------------------------

    def query(self, wql: str, operation_options: OperationOptions | None = None) -> list[WmiObject]:
        """What a query finds. Backslashes in it may be single, as PyMI wants them, or escaped."""
        selection = read_query(wql, self._space.name, self._space.schema)
        return select_objects(self._space, selection, operation_options)

    def instances(self, class_name: str) -> list[WmiObject]:
        """Every object of a class."""
        return self.get_class(class_name).instances()

    def new(self, class_name: str, **properties: object) -> WmiObject:
        """A new object of a class."""
        return self.get_class(class_name).new(**properties)

    def fetch_as_classes(
        self, wmi_classname: str, fields: Iterable[str] = (), **where_clause: object
    ) -> list[SimpleNamespace]:
        """The objects of a class as plain ones with an attribute for each field, or for each property."""
        names = list(fields) or self.get_class(wmi_classname).properties
        rows = self.fetch_as_lists(wmi_classname, names, **where_clause)
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]

    def fetch_as_lists(
        self, wmi_classname: str, fields: Iterable[str], **where_clause: object
    ) -> list[list[Any]]:
        """The objects of a class as lists of the fields' values."""
        names = list(fields)
        found = self.get_class(wmi_classname)(names, **where_clause)
        return [[instance[name] for name in names] for instance in found]

    def watch_for(self, raw_wql: str | None = None, **_ignored: object) -> Watcher:
        """A watcher for the events that a query asks for; other arguments are not regarded."""
        return self._watches.open(self._space, raw_wql)

    # --- what objects do, by name ------------------------------------------------------------------------

    def get_instance(
        self,
        class_name: str,
        key: Mapping[str, KeyValue],
        operation_options: OperationOptions | None = None,
    ) -> WmiObject:
        """One object by its keys."""
        path = ObjectPath(self.get_class(class_name).get_class_name(), dict(key), self._space.name)
        return self.get_object(path, operation_options)

    def get_object(self, path: ObjectPath, operation_options: OperationOptions | None = None) -> WmiObject:
        """One object by its path."""
        return WmiObject(self._space, self._space.get(path, operation_options))

    def get_associators(
        self,
        instance: WmiObject,
        wmi_association_class: str = "",
        wmi_result_class: str = "",
        operation_options: OperationOptions | None = None,
    ) -> list[WmiObject]:
        """The objects at the other ends of an object's associations."""
        return instance.associators(wmi_association_class, wmi_result_class, operation_options)

    def invoke_method(
        self, target: WmiObject | WmiClass, method_name: str, *args: object, **kwargs: object
    ) -> tuple[object, ...]:
        """Call a method of an object or class."""
        results: tuple[object, ...] = getattr(target, method_name)(*args, **kwargs)
        return results

    def new_instance_from_class(self, cls: WmiClass) -> WmiObject:
        """A new object of a class."""
        return cls.new()

    def create_instance(self, instance: WmiObject, operation_options: OperationOptions | None = None) -> None:
        """Create a new object on the host."""
        instance.put(operation_options)

    def modify_instance(self, instance: WmiObject, operation_options: OperationOptions | None = None) -> None:
        """Write an object back."""
        instance.put(operation_options)

    def delete_instance(self, instance: WmiObject, operation_options: OperationOptions | None = None) -> None:
        """Delete an object on the host."""
        instance.Delete_(operation_options)

    def serialize_instance(self, instance: WmiObject) -> str:
        """An object as CIM-XML."""
        return instance.GetText_()

    def subscribe(self, query: str) -> Watcher:
        """A watcher for the events that a query asks for."""
        return self.watch_for(query)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} //{self._space.host.target.host}/{self._space.name}>"


def _is_system_class(name: str) -> bool:
    """True for ``__NAMESPACE`` and its like; not for Python's own names, which end as they begin."""
    return name.startswith("__") and not name.endswith("__")


def _is_below(decl: ClassDecl, root: str) -> bool:
    return not root or (decl.is_a(root) and decl.name.lower() != root.lower())
