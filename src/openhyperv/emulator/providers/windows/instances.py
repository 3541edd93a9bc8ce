"""Instances of root/cimv2 and of the other namespaces where Windows tells about itself."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import Value

CIMV2 = "root/cimv2"


def cimv2_instance(class_name: str, keys: Mapping[str, KeyValue], values: Mapping[str, Value]) -> Instance:
    """An instance of root/cimv2 with its path; a class of a single instance has no keys."""
    return windows_instance(CIMV2, class_name, keys, values)


def windows_instance(
    namespace: str, class_name: str, keys: Mapping[str, KeyValue], values: Mapping[str, Value]
) -> Instance:
    """An instance of any namespace with its path."""
    path = ObjectPath(class_name, keys, namespace)
    return Instance(class_name, {**keys, **values}, namespace=namespace, path=path)
