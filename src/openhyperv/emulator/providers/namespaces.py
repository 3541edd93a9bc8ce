"""What namespaces lie in a namespace: ``__NAMESPACE``, which clients ask for to see whether there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.windows.instances import windows_instance
from openhyperv.wire.instance import Instance

_CLASS = "__NAMESPACE"


def namespace_providers(namespaces: Sequence[str]) -> Iterator[ClassProvider]:
    """For each namespace of the host, the provider of those directly below it."""
    for namespace in namespaces:
        yield fixed_provider(_CLASS, partial(_children, namespace, namespaces), namespace=namespace)


def _children(parent: str, namespaces: Iterable[str]) -> Iterator[Instance]:
    for namespace in namespaces:
        above, _, name = namespace.rpartition("/")
        if above == parent:
            yield windows_instance(parent, _CLASS, {"Name": name}, {})
