"""Instances by class and by key, from whichever providers answer for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from attrs import frozen

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.faults import (
    ambiguous_selectors,
    insufficient_selectors,
    not_capable,
    not_found,
    unknown_class,
)
from openhyperv.emulator.cimom.registry import ClassKey, LinksFunction, Registry, Source, key_of
from openhyperv.emulator.cimom.selectors import checked_keys, full_path, has_keys
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import CimType, ClassDecl, PropertyDecl


@frozen
class Aim:
    """What is known of the instances that are wanted: their path, an end of theirs, how their key begins."""

    path: ObjectPath | None = None
    end: ObjectPath | None = None
    prefix: str = ""


_ALL = Aim()


class Repository:
    """Reads instances. The caller holds the host's lock."""

    def __init__(self, schema: Schema, registry: Registry) -> None:
        self._schema = schema
        self._registry = registry
        self._answering: dict[ClassKey, tuple[ClassDecl, ...]] = {}

    def declaration(self, namespace: str, class_name: str) -> ClassDecl:
        """The class that a resource URI names.

        :raises CimFault: there is none
        """
        decl = self._schema.find(namespace, class_name)
        if decl is None:
            raise unknown_class(namespace, class_name)
        return decl

    def answering(self, decl: ClassDecl) -> tuple[ClassDecl, ...]:
        """The class and its subclasses, as far as a provider has instances of exactly that class."""
        key = key_of(decl)
        if key not in self._answering:
            below = self._schema.subclasses(decl)
            self._answering[key] = tuple(c for c in below if self._registry.has_instances(c))
        return self._answering[key]

    def instances(self, decl: ClassDecl, *, exactly: bool = False) -> Iterator[Instance]:
        """Every instance of the class, and unless ``exactly`` of its subclasses, each with its path.

        :raises CimFault: no provider answers for any of these classes
        """
        every = self.candidates(decl, {})
        return self._of_class(decl) if exactly else every

    def candidates(
        self, decl: ClassDecl, given: Mapping[str, KeyValue], prefix: str = ""
    ) -> Iterator[Instance]:
        """At least every instance that has the given values, found by key where they make one.

        ``prefix`` is what the class' only key begins with.

        :raises CimFault: no provider answers for the class or any below it
        """
        answering = self.answering(decl)
        if not answering:
            raise not_capable(decl.name, "list its instances")
        end = next((value for value in given.values() if isinstance(value, ObjectPath)), None)
        return (i for c in answering for i in self._of_class(c, Aim(full_path(c, given), end, prefix)))

    def find(self, path: ObjectPath) -> Instance:
        """The one instance that has the path's keys; fewer keys will do if they fit only one.

        :raises CimFault: the class is unknown or unanswered, the keys are wrong, or fit none or several
        """
        decl = self.declaration(path.namespace, path.class_name)
        keys = checked_keys(path, decl)
        if not keys and not decl.is_singleton:
            raise insufficient_selectors(decl.name)
        fitting = (instance for instance in self.candidates(decl, keys) if has_keys(instance, keys))
        found = list(islice(fitting, 2))
        if not found:
            raise not_found(path)
        if len(found) > 1:
            raise ambiguous_selectors(decl.name)
        return found[0]

    def present(self, decl: ClassDecl, wanted: Instance) -> ObjectPath | None:
        """The path of the instance that has the keys of ``wanted``, None if there is none such."""
        keys = {key: wanted[key] for key in decl.keys if wanted.get(key) is not None}
        if len(keys) < len(decl.keys) or not keys:
            return None
        fitting = (i for i in self._of_class(decl, Aim(full_path(decl, keys))) if has_keys(i, keys))  # type: ignore[arg-type]
        return next((instance.path for instance in fitting), None)

    def links(self, decl: ClassDecl, end: ObjectPath) -> Iterator[Instance]:
        """Instances of exactly this association class, among them every one that refers to an object."""
        return self._of_class(decl, Aim(end=end))

    def _of_class(self, decl: ClassDecl, aim: Aim = _ALL) -> Iterator[Instance]:
        """Instances of exactly this class, among them every one that is aimed at."""
        for source in self._registry.sources(decl):
            for instance in self._from_source(source, decl, aim):
                yield _with_path(instance, decl)

    def _from_source(self, source: Source, decl: ClassDecl, aim: Aim) -> Iterable[Instance]:
        if source.lookup is not None and aim.path is not None:
            found = source.lookup(aim.path)
            return () if found is None else (found,)
        if source.links is not None and aim.end is not None:
            return source.links(aim.end)
        if source.beginning is not None and aim.prefix:
            return source.beginning(aim.prefix)
        if source.instances is not None:
            return source.instances()
        return () if source.links is None else self._all_links(source.links, decl)

    def _all_links(self, links: LinksFunction, decl: ClassDecl) -> Iterator[Instance]:
        """Every instance of an association that only answers per end: those of each object at one end.

        The end whose declared class has fewest answering classes is walked.
        """
        ends = [(prop.name, self._end_classes(decl, prop)) for prop in _references(decl)]
        role, classes = min((end for end in ends if end[1]), key=lambda end: len(end[1]), default=("", ()))
        for end_class in classes:
            for instance in self._of_class(end_class):
                if (end := instance.path) is not None:
                    yield from (link for link in links(end) if link.get(role) == end)

    def _end_classes(self, decl: ClassDecl, prop: PropertyDecl) -> tuple[ClassDecl, ...]:
        end = self._schema.find(decl.namespace, prop.reference_class or "")
        return () if end is None else tuple(c for c in self.answering(end) if not c.is_association)


def _references(decl: ClassDecl) -> list[PropertyDecl]:
    return [prop for prop in decl.properties.values() if prop.type is CimType.REFERENCE]


def _with_path(instance: Instance, decl: ClassDecl) -> Instance:
    """The instance, which gets the path that its keys make if its provider gave it none."""
    if instance.path is None:
        instance.path = ObjectPath(
            decl.name,
            {key: instance[key] for key in decl.keys},  # type: ignore[misc]  # keys hold key values
            decl.namespace,
        )
    return instance
