"""Instances of root/cimv2, where Windows tells about itself."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import Value

CIMV2 = "root/cimv2"


def cimv2_instance(class_name: str, keys: Mapping[str, KeyValue], values: Mapping[str, Value]) -> Instance:
    """An instance with its path; a class of a single instance has no keys."""
    path = ObjectPath(class_name, keys, CIMV2)
    return Instance(class_name, {**keys, **values}, namespace=CIMV2, path=path)
