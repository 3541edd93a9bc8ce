"""What makes an object itself: its path, on its host."""

from __future__ import annotations

from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wmi.failures import failure
from openhyperv.wmi.members import Declared
from openhyperv.wmi.paths import WmiPath


class Identified(Declared):
    """An object with a path, or a new one, which has none."""

    __slots__ = ("_instance",)

    _instance: Instance

    def path_(self) -> str:
        r"""The full path, such as ``\\HV1\root\cimv2:Win32_Service.Name="vmms"``; empty for a new object."""
        return "" if self._instance.path is None else str(self._space.full(self._instance.path))

    def path(self) -> WmiPath:
        """The path in parts."""
        return WmiPath.of(self._space.full(self._own_path()))

    Path_ = property(path)

    def _own_path(self) -> ObjectPath:
        if self._instance.path is None:
            raise failure(WbemCode.INVALID_OBJECT_PATH, f"The {self._decl.name} has no path: it is new.")
        return self._instance.path

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Identified):
            return NotImplemented
        path = self._instance.path
        return self is other or (path is not None and self._same_host(other) and path == other._instance.path)

    def _same_host(self, other: Identified) -> bool:
        return self._space.host.target == other._space.host.target

    def __hash__(self) -> int:
        return id(self) if self._instance.path is None else hash(self._instance.path)
