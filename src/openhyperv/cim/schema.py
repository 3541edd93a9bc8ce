"""The class schema: which properties, methods and keys each CIM class has, in which Windows release.

The data was gathered from Microsoft's documentation and class dumps of Windows Server 2019 and 23H2; see
``schema_data/README.md``. Declarations are resolved on first use, inherited members included.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files

from attrs import evolve

from openhyperv.cim.declaring import Record, declare
from openhyperv.cim.release import Release
from openhyperv.wire.types import ClassDecl

_DATA_FILES = {
    "root/virtualization/v2": "root_virtualization_v2.json",
    "root/cimv2": "root_cimv2.json",
    "root/standardcimv2": "root_standardcimv2.json",
    "root/default": "root_default.json",
    "root/hypervcluster/v2": "root_hypervcluster_v2.json",
    "root/microsoft/windows/hgs": "root_microsoft_windows_hgs.json",
    "root/microsoft/windows/smb": "root_microsoft_windows_smb.json",
    "root/microsoft/windows/storage": "root_microsoft_windows_storage.json",
    "root/microsoftdns": "root_microsoftdns.json",
    "root/mscluster": "root_mscluster.json",
    "root/msps": "root_msps.json",
    "root/wmi": "root_wmi.json",
}
_SYSTEM_FILE = "root_system.json"
"""WMI's own ``__`` classes, present in every namespace."""

_NAMESPACES_SINCE = {
    # shielded machines came with Windows Server 2016 (Microsoft, "Guarded fabric and shielded VMs overview")
    "root/microsoft/windows/hgs": Release.WS2016,
    "root/msps": Release.WS2016,
}
_SINCE = {
    "2012": Release.WS2012,
    "2012R2": Release.WS2012R2,
    "2016": Release.WS2016,
    # UNVERIFIED: what came between 2022 and 23H2 is only known from a dump of 23H2, so 2022 goes without it
    "2022-23H2": Release.WS23H2,
    "2025": Release.WS2025,
}
_LAST_SEEN = {"docs only": Release.WS2012R2, "ws2019": Release.WS2019}


@cache
def _records(file_name: str) -> Mapping[str, tuple[str, Record]]:
    """Raw records of one data file by lower-case class name."""
    text = files("openhyperv.cim").joinpath("schema_data", file_name).read_text("utf-8")
    return {name.lower(): (name, record) for name, record in json.loads(text)["classes"].items()}


def _own_records(namespace: str) -> Mapping[str, tuple[str, Record]]:
    """The classes of a namespace beside WMI's own; those that only lie above others have none."""
    return _records(_DATA_FILES[namespace]) if namespace in _DATA_FILES else {}


def _above(namespace: str) -> Iterator[str]:
    """The namespaces in which it lies, ``root`` last."""
    while namespace := namespace.rpartition("/")[0]:
        yield namespace


class Schema:
    """Declarations of one Windows release, or of everything known where ``release`` is None.

    ``without`` names namespaces, in lower case, that a host does not have: those of roles not installed.
    Thread-safe: two threads may resolve the same class at once and get equal declarations.
    """

    def __init__(self, release: Release | None = None, without: Collection[str] = ()) -> None:
        self.release = release
        known = [n for n in _DATA_FILES if n not in without and self._is_released(n)]
        self.namespaces = tuple(dict.fromkeys([*known, *(above for n in known for above in _above(n))]))
        """Every namespace with known classes, and those above them, which have WMI's ``__`` classes alone."""
        self._resolved: dict[tuple[str, str], ClassDecl | None] = {}

    @classmethod
    def load(cls, release: Release | None = None, without: Collection[str] = ()) -> Schema:
        """The schema of a release; data files are read on first use of their namespace."""
        return cls(release, without)

    def _is_released(self, namespace: str) -> bool:
        return self.release is None or self.release >= _NAMESPACES_SINCE.get(namespace, self.release)

    def has_namespace(self, namespace: str) -> bool:
        """True for a namespace that is there, in any case of letters."""
        return namespace.lower() in self.namespaces

    def find(self, namespace: str, class_name: str) -> ClassDecl | None:
        """The declaration, or None where this release has no such namespace or class."""
        key = (namespace.lower(), class_name.lower())
        if key not in self._resolved:
            self._resolved[key] = self._resolve(*key)
        return self._resolved[key]

    def classes(self, namespace: str) -> Iterator[ClassDecl]:
        """Every class of a namespace, WMI's ``__`` classes included."""
        for name in self._names(namespace.lower()):
            if (decl := self.find(namespace, name)) is not None:
                yield decl

    def subclasses(self, decl: ClassDecl) -> tuple[ClassDecl, ...]:
        """The class itself and all below it."""
        return tuple(c for c in self.classes(decl.namespace) if c.is_a(decl.name))

    def _names(self, namespace: str) -> list[str]:
        if namespace not in self.namespaces:
            return []
        return [*_own_records(namespace), *_records(_SYSTEM_FILE)]

    def _resolve(self, namespace: str, class_name: str) -> ClassDecl | None:
        if namespace not in self.namespaces:
            return None
        own = _own_records(namespace).get(class_name)
        name, record = own or _records(_SYSTEM_FILE).get(class_name) or (None, None)
        if name is None or record is None or not self._has_class(record):
            return None
        parent = self._parent(namespace, record["super"]) if "super" in record else None
        return declare(namespace, name, record, parent, self._has)

    def _parent(self, namespace: str, class_name: str) -> ClassDecl | None:
        """The superclass. One that came later was cut out of its subclasses, whose members these were."""
        found = self.find(namespace, class_name)
        if found is not None or self.release is None:
            return found
        later = Schema().find(namespace, class_name)
        return None if later is None else evolve(later, ancestry=(), lower_ancestry=frozenset())

    def _has_class(self, record: Record) -> bool:
        last = min((_LAST_SEEN[s] for s in record.get("seen_on", ()) if s in _LAST_SEEN), default=None)
        if self.release is not None and last is not None and self.release > last:
            return False
        return self._has(record.get("min_server"))

    def _has(self, since: str | None) -> bool:
        return self.release is None or since not in _SINCE or self.release >= _SINCE[since]
