"""Which provider answers for which class and method: the marks of all providers, checked and by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attrs import define, evolve, field, frozen

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.provider import Call, Mark, MarkKind, Result, marks_of
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl

ClassKey = tuple[str, str]
"""Namespace and class in lower case."""

InstancesFunction = Callable[[], Iterable[Instance]]
BeginningFunction = Callable[[str], Iterable[Instance]]
LookupFunction = Callable[[ObjectPath], Instance | None]
LinksFunction = Callable[[ObjectPath], Iterable[Instance]]
MethodFunction = Callable[[Call], Result]
CreateFunction = Callable[[Instance], ObjectPath]
ModifyFunction = Callable[[ObjectPath, Instance], Instance]
DeleteFunction = Callable[[ObjectPath], None]

_SOURCES = (MarkKind.INSTANCES, MarkKind.BEGINNING, MarkKind.LOOKUP, MarkKind.LINKS)
_PREFERRED_NAMESPACE = "root/virtualization/v2"


class ProviderError(Exception):
    """A provider is marked with what no Windows release has, or contradicts another; found at start-up."""


@define
class Source:
    """What one provider answers for one class."""

    instances: InstancesFunction | None = None
    beginning: BeginningFunction | None = None
    lookup: LookupFunction | None = None
    links: LinksFunction | None = None
    is_announced: bool = False


@frozen
class Changing:
    """What changes the instances of one class; None for what its provider does not do."""

    creates: CreateFunction | None = None
    modifies: ModifyFunction | None = None
    deletes: DeleteFunction | None = None


@define
class _Entry:
    sources: dict[int, Source] = field(factory=dict)
    methods: dict[str, MethodFunction] = field(factory=dict)
    changing: Changing = Changing()


def key_of(decl: ClassDecl) -> ClassKey:
    """What a class is filed under."""
    return decl.namespace.lower(), decl.name.lower()


class Registry:
    """The marks of all providers that concern classes of one Windows release.

    :raises ProviderError: a mark names a class or method that no release has, two providers answer the same
        method or make the same changes, or a provider looks up instances that it cannot list
    """

    def __init__(self, schema: Schema, providers: Iterable[object]) -> None:
        self.schema = schema
        self._known = Schema.load()
        self._entries: dict[ClassKey, _Entry] = {}
        for provider in providers:
            for mark, function in marks_of(provider):
                self._add(provider, mark, function)
        self._check_lookups()

    def _add(self, provider: object, mark: Mark, function: Callable[..., Any]) -> None:
        known = self._declaration(mark)
        if mark.method is not None and known.method(mark.method) is None:
            raise ProviderError(f"{mark.class_name} has no method {mark.method}")
        decl = self.schema.find(known.namespace, known.name)
        if decl is None or (mark.method is not None and decl.method(mark.method) is None):
            return  # another release has it, this one does not
        entry = self._entries.setdefault(key_of(decl), _Entry())
        if mark.method is not None:
            self._add_method(entry, mark, mark.method, function)
        elif mark.kind in _SOURCES:
            source = entry.sources.setdefault(id(provider), Source())
            setattr(source, mark.kind, function)
            source.is_announced |= mark.is_announced
        else:
            self._add_changing(entry, mark, function)

    def _declaration(self, mark: Mark) -> ClassDecl:
        preferred = self._known.find(mark.namespace or _PREFERRED_NAMESPACE, mark.class_name)
        if preferred is not None:
            return preferred
        places = () if mark.namespace else self._known.namespaces
        decls = [decl for place in places if (decl := self._known.find(place, mark.class_name))]
        if len(decls) != 1:
            raise ProviderError(f"{mark.class_name} is a class of {len(decls)} namespaces, not of one")
        return decls[0]

    @staticmethod
    def _add_method(entry: _Entry, mark: Mark, name: str, function: Callable[..., Any]) -> None:
        if name.lower() in entry.methods:
            raise ProviderError(f"two providers answer {mark.class_name}.{name}")
        entry.methods[name.lower()] = function

    @staticmethod
    def _add_changing(entry: _Entry, mark: Mark, function: Callable[..., Any]) -> None:
        if getattr(entry.changing, mark.kind) is not None:
            raise ProviderError(f"two providers answer what {mark.kind} {mark.class_name}")
        entry.changing = evolve(entry.changing, **{mark.kind: function})

    def _check_lookups(self) -> None:
        for (_, class_name), entry in self._entries.items():
            for source in entry.sources.values():
                if source.lookup is not None and source.instances is None and source.links is None:
                    raise ProviderError(f"a provider looks up {class_name} without listing it")

    def sources(self, decl: ClassDecl) -> Iterable[Source]:
        """The providers of instances of exactly this class."""
        entry = self._entries.get(key_of(decl))
        return entry.sources.values() if entry else ()

    def has_instances(self, decl: ClassDecl) -> bool:
        """True if a provider answers for instances of exactly this class."""
        entry = self._entries.get(key_of(decl))
        return entry is not None and bool(entry.sources)

    def is_announced(self, decl: ClassDecl) -> bool:
        """True if every change of instances of exactly this class is published."""
        return all(source.is_announced for source in self.sources(decl))

    def method(self, decl: ClassDecl, name: str) -> MethodFunction | None:
        """What implements a method for this class: marked on it, or on the nearest ancestor."""
        for ancestor in decl.ancestry:
            entry = self._entries.get((decl.namespace.lower(), ancestor.lower()))
            if entry is not None and name.lower() in entry.methods:
                return entry.methods[name.lower()]
        return None

    def changing(self, decl: ClassDecl) -> Changing:
        """What changes instances of exactly this class."""
        entry = self._entries.get(key_of(decl))
        return Changing() if entry is None else entry.changing

    def association_classes(self, namespace: str) -> Iterator[ClassDecl]:
        """The association classes of a namespace that a provider answers for."""
        for entry_namespace, class_name in self._entries:
            decl = self.schema.find(entry_namespace, class_name)
            if entry_namespace == namespace.lower() and decl is not None and decl.is_association:
                yield decl
