"""How a provider says which classes it answers for and which methods it implements.

A provider is a class whose methods carry one of the marks below. The object manager collects the marks,
checks each against the schema when it starts, and lists them in ``/about``. What carries no mark is absent,
and is answered with the fault that Windows gives for it, never with an empty success.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from attrs import field, frozen

from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


@frozen
class Call:
    """One method call: ``path`` names the object, ``parameters`` holds every declared input, NULL if absent.

    References arrive as :class:`ObjectPath`; embedded-instance texts (CIM-XML) arrive as ``str``.
    """

    path: ObjectPath
    method: str
    parameters: Mapping[str, Value]
    user: str = ""

    def __getitem__(self, name: str) -> Value:
        return self.parameters.get(name)


@frozen
class Result:
    """What a method answers: its ReturnValue and its output parameters (absent ones are NULL)."""

    return_value: int = 0
    out: Mapping[str, Value] = field(factory=dict)


class MethodFailure(Exception):  # noqa: N818  # not an error of the emulator: a code for the caller
    """Raised by a provider to answer with a nonzero ReturnValue: Hyper-V refuses by code, not by fault."""

    def __init__(self, return_value: int, reason: str = "") -> None:
        super().__init__(reason or f"ReturnValue {return_value}")
        self.return_value = return_value


class MarkKind(StrEnum):
    """What a marked method of a provider does."""

    INSTANCES = "instances"
    BEGINNING = "beginning"
    LOOKUP = "lookup"
    LINKS = "links"
    METHOD = "method"
    CREATES = "creates"
    MODIFIES = "modifies"
    DELETES = "deletes"


@frozen
class Mark:
    """What a marked provider method is for; ``namespace`` is where the class is looked for, if it says so."""

    kind: MarkKind
    class_name: str
    namespace: str | None = None
    method: str | None = None
    is_announced: bool = False


_Function = TypeVar("_Function", bound=Callable[..., Any])


def _marked(mark: Mark) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        function.__dict__.setdefault("cim_marks", []).append(mark)
        return function

    return decorate


# Every mark takes the ``namespace`` of its class. Without one, the class of root/virtualization/v2 is meant,
# or where Hyper-V has none of that name, the class of the one namespace that has.


def instances_of(
    class_name: str, *, namespace: str | None = None, is_announced: bool = False
) -> Callable[[_Function], _Function]:
    """``def f(self) -> Iterable[Instance]``: every instance of exactly this class, with all its keys.

    ``is_announced`` promises that each change of them is published; others are looked at while somebody has
    subscribed to their changes.
    """
    return _marked(Mark(MarkKind.INSTANCES, class_name, namespace, is_announced=is_announced))


def instances_beginning(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, prefix: str) -> Iterable[Instance]``: at least those whose only key begins with a text.

    Without regard to case. It saves a walk over all instances, and says no more than ``instances_of``.
    """
    return _marked(Mark(MarkKind.BEGINNING, class_name, namespace))


def lookup(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, path: ObjectPath) -> Instance | None``: one instance by full key, without a walk."""
    return _marked(Mark(MarkKind.LOOKUP, class_name, namespace))


def links(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, end: ObjectPath) -> Iterable[Instance]``: an association's instances touching ``end``.

    To list all of them, the objects of the end class that the schema declares are asked one by one; a
    provider whose ends go beyond that marks ``instances_of`` too.
    """
    return _marked(Mark(MarkKind.LINKS, class_name, namespace))


def method(class_name: str, name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, call: Call) -> Result``: the method, for this class and its subclasses."""
    return _marked(Mark(MarkKind.METHOD, class_name, namespace, name))


def creates(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, instance: Instance) -> ObjectPath``: make an instance of exactly this class.

    Properties that were not given, or as NULL, are absent. Returns the path under which it can be read then.
    """
    return _marked(Mark(MarkKind.CREATES, class_name, namespace))


def modifies(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, path: ObjectPath, changes: Instance) -> Instance``: change an instance of this class.

    ``changes`` holds the properties whose values differ from the present ones, all of them writable. Returns
    the whole instance as it is now.
    """
    return _marked(Mark(MarkKind.MODIFIES, class_name, namespace))


def deletes(class_name: str, *, namespace: str | None = None) -> Callable[[_Function], _Function]:
    """``def f(self, path: ObjectPath) -> None``: delete an instance of exactly this class, which exists."""
    return _marked(Mark(MarkKind.DELETES, class_name, namespace))


def marks_of(provider: object) -> Iterable[tuple[Mark, Callable[..., Any]]]:
    """Every mark on a provider with its bound method."""
    for name in dir(type(provider)):
        for mark in getattr(getattr(type(provider), name, None), "cim_marks", ()):
            yield mark, getattr(provider, name)
