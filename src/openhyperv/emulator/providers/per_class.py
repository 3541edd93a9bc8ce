"""Providers made for a class that is only known at run time, such as each class of setting with defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Protocol

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

Render = Callable[[], Iterable[Instance]]
Find = Callable[[ObjectPath], Instance | None]


class ClassProvider(Protocol):
    """Answers for instances of one class."""

    def all(self) -> Iterable[Instance]:
        """All of them."""
        ...

    def one(self, path: ObjectPath) -> Instance | None:
        """The one of that path."""
        ...


def class_provider(
    class_name: str,
    render: Render,
    find: Find,
    *,
    namespace: str | None = None,
    is_announced: bool = False,
) -> ClassProvider:
    """A provider that renders and finds instances of a class by the given calls."""

    class OfOneClass:
        """Answers for instances of one class."""

        @instances_of(class_name, namespace=namespace, is_announced=is_announced)
        def all(self) -> Iterable[Instance]:
            """All of them."""
            return render()

        @lookup(class_name, namespace=namespace)
        def one(self, path: ObjectPath) -> Instance | None:
            """The one of that path."""
            return find(path)

    return OfOneClass()


def fixed_provider(class_name: str, render: Render, *, namespace: str | None = None) -> ClassProvider:
    """A provider of instances that never change: rendered once, when first asked for; each has its path."""

    @cache
    def by_path() -> dict[ObjectPath | None, Instance]:
        return {instance.path: instance for instance in render()}

    return class_provider(
        class_name,
        lambda: by_path().values(),
        lambda path: by_path().get(path),
        namespace=namespace,
        is_announced=True,
    )
