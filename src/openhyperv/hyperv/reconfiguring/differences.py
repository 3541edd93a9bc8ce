"""What has to be sent so that a setting becomes as it should be. Pure."""

from __future__ import annotations

from openhyperv.hyperv.names import is_guid
from openhyperv.hyperv.values import entries
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_KEY = "InstanceID"


def difference(wanted: Instance, present: Instance | None) -> Instance | None:
    """The properties of ``wanted`` that ``present`` has otherwise, with its key; None for none."""
    values = {
        name: value
        for name, value in wanted.items()
        if name != _KEY and (present is None or not _is_same(value, present.get(name)))
    }
    return Instance(wanted.class_name, {_KEY: wanted[_KEY], **values}) if values else None


def _is_same(wanted: Value, present: Value) -> bool:
    """GUIDs are compared without case: they come back as the host writes them."""
    if isinstance(wanted, list | tuple):
        return entries(wanted) == entries(present)
    if isinstance(wanted, str) and isinstance(present, str) and is_guid(wanted):
        return wanted.lower() == present.lower()
    return wanted == present
