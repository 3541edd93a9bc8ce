"""Calling methods: who is called, with what (MS-WSMV 3.1.4.1.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from openhyperv.emulator.cimom.arguments import checked_arguments, checked_result
from openhyperv.emulator.cimom.faults import method_not_implemented, missing_object, unknown_method
from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result
from openhyperv.emulator.cimom.registry import MethodFunction, Registry
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl, MethodDecl, Value

Answering: TypeAlias = Callable[[MethodFunction, Call], Result]
"""Calls what implements a method, and answers as a host may that has done just that."""


def at_once(function: MethodFunction, call: Call) -> Result:
    """What the provider answers."""
    return function(call)


class Invocation:
    """Calls providers' methods. The caller holds the host's lock."""

    def __init__(self, registry: Registry, repository: Repository, answering: Answering = at_once) -> None:
        self._registry = registry
        self._repository = repository
        self._answering = answering

    def invoke(self, path: ObjectPath, name: str, given: Mapping[str, Value], user: str) -> Result:
        """Call a method of the object, or of the class where the method is static.

        What a provider refuses with :class:`MethodFailure` is an answer with that ReturnValue.

        :raises CimFault: no such class, method, object or parameter, or nothing implements the method
        """
        decl = self._repository.declaration(path.namespace, path.class_name)
        method = decl.method(name)
        if method is None:
            raise unknown_method(decl.name, name)
        function, target = self._target(decl, method, path)
        call = Call(target, method.name, checked_arguments(method, given), user)
        try:
            return checked_result(method, self._answering(function, call))
        except MethodFailure as failure:
            return Result(failure.return_value)

    def _target(
        self, decl: ClassDecl, method: MethodDecl, path: ObjectPath
    ) -> tuple[MethodFunction, ObjectPath]:
        """What implements the method for the object named, and the object's own path."""
        if not method.is_static:
            path, decl = self._object(decl, method, path)
        function = self._registry.method(decl, method.name)
        if function is None:
            raise method_not_implemented(decl.name, method.name)
        return function, path

    def _object(self, decl: ClassDecl, method: MethodDecl, path: ObjectPath) -> tuple[ObjectPath, ClassDecl]:
        if not self._repository.answering(decl):
            raise method_not_implemented(decl.name, method.name)
        if not path.keys and not decl.is_singleton:
            raise missing_object(decl.name, method.name)
        instance = self._repository.find(path)
        own_class = self._repository.declaration(instance.namespace, instance.class_name)
        return instance.path or path, own_class
