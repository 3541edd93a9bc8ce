"""Objects: properties in any case of letters, methods, and what can be done with the object itself."""

from __future__ import annotations

from typing import Any, Self

from openhyperv.cim.identity import path_of
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl, PropertyDecl
from openhyperv.wmi import classes
from openhyperv.wmi.failures import failure, wmi_failures
from openhyperv.wmi.identity import Identified
from openhyperv.wmi.methods import Method
from openhyperv.wmi.mof_text import mof_text
from openhyperv.wmi.namespace import Namespace
from openhyperv.wmi.options import OperationOptions
from openhyperv.wmi.paths import WmiPath
from openhyperv.wmi.values import read_value, write_value
from openhyperv.wmi.wql_text import Selection


class WmiObject(Identified):
    """One object of a host, or a new one that only exists here until :meth:`put`.

    Attributes that are no names of this class are the object's properties and methods. Assigning to one keeps
    the value here until the object is put or its text is taken.
    """

    __slots__ = ("__weakref__", "_columns", "_previous")

    _columns: frozenset[str] | None
    _previous: WmiObject | None

    def __init__(
        self,
        space: Namespace,
        instance: Instance,
        *,
        columns: frozenset[str] | None = None,
        is_new: bool = False,
        previous: WmiObject | None = None,
    ) -> None:
        """Of a selection, ``columns`` has the names in lower case: other properties are not there, not NULL.

        What is not ``is_new`` has a path, if it has all keys.
        """
        space = space.sibling(instance.namespace)
        keep = object.__setattr__
        keep(self, "_space", space)
        keep(self, "_decl", _declaration(space, instance))
        if not is_new:
            instance.path = path_of(instance, self._decl)
        keep(self, "_instance", instance)
        keep(self, "_columns", columns)
        keep(self, "_previous", previous)

    # --- properties --------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """A property's value, or a method to call; which of the two, only the host's schema knows."""
        if name.startswith("_"):  # Python's own, or a slot that is not filled yet
            raise AttributeError(name)
        if self._has(name):
            return self._read(name)
        if (method := self._decl.method(name)) is not None:
            return Method(self._space, self._own_path, method, wrap=self._wrap)
        raise AttributeError(f"{self._decl.name} has no property or method {name}")

    def __setattr__(self, name: str, value: object) -> None:
        prop = self._property(name)
        changes = {prop.name: write_value(value, prop, self._space.name)}
        object.__setattr__(self, "_instance", self._instance.with_values(changes))

    def set(self, **properties: object) -> None:
        """Assign to several properties."""
        for name, value in properties.items():
            setattr(self, name, value)

    def __getitem__(self, name: str) -> Any:
        """The property's value. :raises KeyError: there is no such property"""
        if not self._has(name):
            raise KeyError(name)
        return self._read(name)

    def __setitem__(self, name: str, value: object) -> None:
        setattr(self, name, value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._has(name)

    def _has(self, name: str) -> bool:
        """True for what was selected, though the host sends no element for an array that is NULL or empty."""
        if name in self._instance:
            return True
        is_selected = self._columns is None or name.lower() in self._columns
        return is_selected and self._decl.property(name) is not None

    def _read(self, name: str) -> object:
        prop = self._decl.property(name)
        kind = None if prop is None else prop.type
        return read_value(self._instance.get(name), kind, self._wrap, self._follow)

    def _property(self, name: str) -> PropertyDecl:
        prop = self._decl.property(name)
        if prop is None:
            raise failure(_NO_SUCH_PROPERTY, f"{self._decl.name} has no property {name}.")
        return prop

    def _wrap(self, instance: Instance) -> WmiObject:
        return WmiObject(self._space, instance)

    def _follow(self, path: ObjectPath) -> WmiObject:
        return WmiObject(self._space, self._space.get(path))

    # --- what belongs to it -------------------------------------------------------------------------------

    @property
    def previous(self) -> WmiObject | None:
        """On an object that an event of modification brought: the object before."""
        return self._previous

    @property
    def ole_object(self) -> Self:
        """The object itself, which has ``GetText_``, ``Put_``, ``Delete_`` and ``Path_``."""
        return self

    def get_wrapped_object(self) -> Instance:
        """The CIM instance underneath, with what was assigned so far."""
        return self._instance

    def get_class(self) -> classes.WmiClass:
        """The object's class."""
        return classes.WmiClass(self._space, self._decl)

    # --- text --------------------------------------------------------------------------------------------

    def GetText_(self, _object_text_format: int = 1) -> str:  # noqa: N802 - the name in the interface
        """The object as CIM-XML, in which Hyper-V's methods take it; the format asked for is not regarded."""
        with wmi_failures():
            return instance_to_text(self._known_part(), self._space.schema)

    def _known_part(self) -> Instance:
        """The instance without what a host newer than the schema has: no type is known for it."""
        known = {name: value for name, value in self._instance.items() if self._decl.property(name)}
        return Instance(self._decl.name, known, namespace=self._space.name, path=self._instance.path)

    def __str__(self) -> str:
        return mof_text(self._instance, self._decl)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path_() or self._decl.name}>"

    # --- the host ----------------------------------------------------------------------------------------

    def associators(
        self,
        wmi_association_class: str = "",
        wmi_result_class: str = "",
        operation_options: OperationOptions | None = None,
    ) -> list[WmiObject]:
        """The objects at the other ends of this object's associations."""
        found = self._space.associators(
            self._own_path(), wmi_association_class, wmi_result_class, operation_options
        )
        return [self._wrap(instance) for instance in found]

    def references(
        self, wmi_class: str = "", operation_options: OperationOptions | None = None
    ) -> list[WmiObject]:
        """The associations that this object is in."""
        found = self._space.references(self._own_path(), wmi_class, operation_options)
        return [self._wrap(instance) for instance in found]

    def put(self, operation_options: OperationOptions | None = None) -> None:
        """Create the object where it is new, else write it back."""
        if self._instance.path is None:
            path = self._space.create(self._known_part(), operation_options)
            created = self._instance.with_values({})
            created.path = path
            object.__setattr__(self, "_instance", created)
        else:
            self._space.modify(self._known_part(), operation_options)

    def Put_(self) -> WmiPath:  # noqa: N802 - the name in older modules
        """Like :meth:`put`; the path of what was written."""
        self.put()
        return self.path()

    def Delete_(self, operation_options: OperationOptions | None = None) -> None:  # noqa: N802
        """Delete the object on the host."""
        self._space.delete(self._own_path(), operation_options)


_NO_SUCH_PROPERTY = 0x80041031


def _declaration(space: Namespace, instance: Instance) -> ClassDecl:
    """The class of an instance; one that the schema does not know has just its name."""
    decl = space.schema.find(space.name, instance.class_name)
    return decl or ClassDecl(instance.class_name, space.name, (instance.class_name,), {}, {})


def new_object(space: Namespace, decl: ClassDecl) -> WmiObject:
    """A new object of a class, every declared property NULL."""
    properties = {prop.name: None for prop in decl.properties.values()}
    return WmiObject(space, Instance(decl.name, properties, namespace=space.name), is_new=True)


def select_objects(
    space: Namespace, selection: Selection, options: OperationOptions | None = None
) -> list[WmiObject]:
    """The objects that a query finds."""
    found = space.select(selection, options)
    return [WmiObject(space, instance, columns=selection.columns) for instance in found]
