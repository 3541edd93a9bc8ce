"""Classes: called for their objects, asked for a new one, or for their static methods."""

from __future__ import annotations

from typing import Any

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl
from openhyperv.wmi import instances as objects
from openhyperv.wmi.failures import wmi_failures
from openhyperv.wmi.members import Declared
from openhyperv.wmi.methods import Method
from openhyperv.wmi.namespace import Namespace
from openhyperv.wmi.paths import WmiPath
from openhyperv.wmi.watcher import Watcher, Watches
from openhyperv.wmi.wql_text import class_query


class WmiClass(Declared):
    """A class of a namespace, known from the schema: looking at it asks nothing of the host."""

    __slots__ = ("_watches",)

    def __init__(self, space: Namespace, decl: ClassDecl, watches: Watches | None = None) -> None:
        """``watches`` are those of the connection that the class was taken from."""
        self._space = space
        self._decl = decl
        self._watches = watches or Watches()

    def __call__(self, *columns: list[str] | tuple[str, ...], **where: object) -> list[objects.WmiObject]:
        """The objects whose properties have the values given; one list of names selects properties.

        Keys are always selected as well. Values are quoted, and None means NULL.

        :raises ValueError: anything else than one list or tuple of names was given
        """
        if len(columns) > 1 or not all(isinstance(names, list | tuple) for names in columns):
            raise ValueError("A class takes at most one list of property names, and conditions by keyword.")
        with wmi_failures():
            selection = class_query(self._decl, [name for names in columns for name in names], where)
        return objects.select_objects(self._space, selection)

    def instances(self) -> list[objects.WmiObject]:
        """Every object of the class."""
        return self()

    def new(self, **properties: object) -> objects.WmiObject:
        """A new object, which the host knows nothing of before it is put."""
        made = objects.new_object(self._space, self._decl)
        made.set(**properties)
        return made

    def watch_for(self, raw_wql: str | None = None, **_ignored: object) -> Watcher:
        """A watcher for the events that a query asks for, whatever class they are of.

        ``notification_type``, ``wmi_class``, ``delay_secs``, ``fields`` and ``where`` are not regarded.
        """
        return self._watches.open(self._space, raw_wql)

    def __getattr__(self, name: str) -> Any:
        """A method to call on the class itself."""
        method = None if name.startswith("_") else self._decl.method(name)
        if method is None:
            raise AttributeError(f"{self._decl.name} has no method {name}")
        return Method(self._space, self._own_path, method, wrap=self._wrap)

    def _wrap(self, instance: Instance) -> objects.WmiObject:
        return objects.WmiObject(self._space, instance)

    def _own_path(self) -> ObjectPath:
        return ObjectPath(self._decl.name, {}, self._space.name)

    def path_(self) -> str:
        r"""The full path, such as ``\\HV1\root\cimv2:Win32_Service``."""
        return str(self._space.full(self._own_path()))

    def path(self) -> WmiPath:
        """The path in parts."""
        return WmiPath.of(self._space.full(self._own_path()), is_class=True)

    def get_wrapped_object(self) -> ClassDecl:
        """The declaration underneath."""
        return self._decl

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._space.name}:{self._decl.name}>"
