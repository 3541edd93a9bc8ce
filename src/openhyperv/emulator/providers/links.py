"""Association instances, and which of them touch an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.types import Value


def link(
    class_name: str,
    ends: Mapping[str, ObjectPath],
    values: Mapping[str, Value] | None = None,
    *,
    more_keys: Mapping[str, KeyValue] | None = None,
) -> Instance:
    """An association's instance. Its references are its keys, with ``more_keys`` where a class has others."""
    keys: dict[str, KeyValue] = {**ends, **(more_keys or {})}
    return Instance(class_name, {**keys, **(values or {})}, path=ObjectPath(class_name, keys))


def touching(end: ObjectPath, links: Iterable[Instance]) -> Iterator[Instance]:
    """Those that refer to ``end`` at either side."""
    return (link for link in links if any(value == end for value in link.values()))
