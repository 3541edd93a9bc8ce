"""Providers for instances that do not change while the host runs: definitions and templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class FixedProvider(Protocol):
    """Answers for the fixed instances of one class."""

    def all(self) -> Iterable[Instance]:
        """All of them."""
        ...


def fixed_provider(class_name: str, render: Callable[[], Iterable[Instance]]) -> FixedProvider:
    """A provider of what ``render`` makes when it is first asked for; each instance carries its path."""

    class Fixed:
        """The fixed instances of one class."""

        def __init__(self) -> None:
            self._by_path: dict[ObjectPath | None, Instance] | None = None

        @property
        def _instances(self) -> dict[ObjectPath | None, Instance]:
            if self._by_path is None:
                self._by_path = {instance.path: instance for instance in render()}
            return self._by_path

        @instances_of(class_name)
        def all(self) -> Iterable[Instance]:
            """All of them."""
            return self._instances.values()

        @lookup(class_name)
        def one(self, path: ObjectPath) -> Instance | None:
            """The one of that path."""
            return self._instances.get(path)

    return Fixed()
