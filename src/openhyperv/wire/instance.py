"""A CIM instance as a value: a class name and its properties, names compared without case."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping

from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class Instance(Mapping[str, Value]):
    """Properties of one object; look-up ignores case, order and spelling are kept.

    A property that is absent and one that is NULL both read as ``None`` with :meth:`get`; ``[]`` raises
    ``KeyError`` only for absent ones.
    """

    __slots__ = ("_properties", "_spelling", "class_name", "namespace", "path")

    def __init__(
        self,
        class_name: str,
        properties: Mapping[str, Value] | None = None,
        *,
        namespace: str = "root/virtualization/v2",
        path: ObjectPath | None = None,
    ) -> None:
        self.class_name = class_name
        self.namespace = namespace
        self.path = path
        self._properties: dict[str, Value] = dict(properties or {})
        self._spelling: dict[str, str] | None = None

    def _spelled(self, name: str) -> str:
        """The stored spelling of a name; the index is built only when a spelling differs."""
        if name in self._properties:
            return name
        if self._spelling is None:
            self._spelling = {stored.lower(): stored for stored in self._properties}
        return self._spelling.get(name.lower(), name)

    def __getitem__(self, name: str) -> Value:
        return self._properties[self._spelled(name)]

    def get(self, name: str, default: Value = None) -> Value:  # type: ignore[override]  # of the same type
        """The property's value, or ``default`` where it is absent."""
        return self._properties.get(self._spelled(name), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._properties)

    def items(self) -> ItemsView[str, Value]:
        """Names as stored, with their values."""
        return self._properties.items()

    def __len__(self) -> int:
        return len(self._properties)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._spelled(name) in self._properties

    def with_values(self, changes: Mapping[str, Value]) -> Instance:
        """A copy in which the given properties have the given values."""
        merged = dict(self._properties)
        merged.update({self._spelled(name): value for name, value in changes.items()})
        return Instance(self.class_name, merged, namespace=self.namespace, path=self.path)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Instance)
            and self.class_name.lower() == other.class_name.lower()
            and (self._properties == other._properties or self._lowered() == other._lowered())
        )

    def _lowered(self) -> dict[str, Value]:
        return {name.lower(): value for name, value in self._properties.items()}

    __hash__ = None  # type: ignore[assignment]  # a mapping with unhashable values

    def __repr__(self) -> str:
        shown = {name: value for name, value in self._properties.items() if value is not None}
        return f"Instance({self.class_name!r}, {shown!r})"
