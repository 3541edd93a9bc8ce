"""Which network adapters a host's machines have, by name, kept up to date by events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.names import COMPUTER_SYSTEM, is_guid, owner_of
from openhyperv.hyperv.ports.finding import ADAPTER, read_adapters
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select


class AdapterHappening(StrEnum):
    """What happened to the adapter of a name."""

    APPEARED = "appeared"
    REPLACED = "replaced"
    """Another adapter has that name now; the former one is gone with its port."""
    GONE = "gone"


@frozen
class AdapterChange:
    """A machine's adapter came or went; ``key`` is the one that has the name now, or had it last."""

    happening: AdapterHappening
    name: str
    key: str


class AdapterInventory:
    """The adapters of machines by display name. For one thread.

    A checkpoint holds copies of its machine's adapters, of the same names; only where a name has several
    does the host have to be asked which of them is a machine's.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._keys: dict[str, set[str]] = {}
        self._current: dict[str, str] = {}

    @property
    def names(self) -> Collection[str]:
        """The names that a machine's adapter has."""
        return self._current.keys()

    def read(self) -> list[AdapterChange]:
        """List every adapter anew, in three queries at the same time; what is different from before.

        :raises HyperVError: the list could not be read; nothing has changed here
        """
        machines = self._session.aside(self._machines)
        found: dict[str, set[str]] = defaultdict(set)
        for row in read_adapters(self._session):
            if is_guid(owner_of(text(row, "InstanceID"))):
                found[text(row, "ElementName")].add(text(row, "InstanceID"))
        return self._settle_all(found, machines())

    def take(self, adapters: Mapping[str, Collection[str]]) -> list[AdapterChange]:
        """These are the keys of machines' adapters by name, as somebody has read them; what is different."""
        owners = {owner_of(key).upper() for keys in adapters.values() for key in keys}
        return self._settle_all({name: set(keys) for name, keys in adapters.items()}, owners)

    def hear(self, event: Instance) -> list[AdapterChange]:
        """What a lifecycle event of an adapter's settings changes; one about its other settings, nothing.

        :raises HyperVError: the host could not say whose adapter it is; :meth:`read` puts that right
        """
        changes: list[AdapterChange] = []
        for name, key in self._named(event, "PreviousInstance"):
            changes += self._forget(name, key)
        for name, key in self._named(event, "TargetInstance"):
            deleted = event.class_name == "__InstanceDeletionEvent"
            changes += self._forget(name, key) if deleted else self._learn(name, key)
        return changes

    def _named(self, event: Instance, which: str) -> Iterator[tuple[str, str]]:
        """The name and key in an event; of what was before, only where it had another name."""
        adapter, now = event.get(which), event.get("TargetInstance")
        if not isinstance(adapter, Instance) or not isinstance(now, Instance):
            return
        name, key = text(adapter, "ElementName"), text(adapter, "InstanceID")
        is_renamed = which == "PreviousInstance" and name != text(now, "ElementName")
        if is_guid(owner_of(key)) and (which == "TargetInstance" or is_renamed):
            yield name, key

    def _learn(self, name: str, key: str) -> list[AdapterChange]:
        """A second adapter of a name is a checkpoint's copy, or the first is gone unseen: the host knows."""
        keys = self._keys.get(name, set())
        self._keys[name] = {key} if keys <= {key} else self._listed(name)
        return list(self._settle(name))

    def _listed(self, name: str) -> set[str]:
        query = select(ADAPTER, "InstanceID").where(equal("ElementName", name))
        return {text(row, "InstanceID") for row in self._session.query(query)}

    def _forget(self, name: str, key: str) -> list[AdapterChange]:
        self._keys.get(name, set()).discard(key)
        return list(self._settle(name))

    def _settle_all(self, found: dict[str, set[str]], machines: Collection[str]) -> list[AdapterChange]:
        names = self._current.keys() | found.keys()
        self._keys = found
        return [change for name in sorted(names) for change in self._settle(name, machines)]

    def _settle(self, name: str, machines: Collection[str] | None = None) -> Iterator[AdapterChange]:
        """Decide which adapter has a name now. ``machines`` are their GUIDs, where those are known."""
        keys, before = self._keys.get(name, set()), self._current.get(name)
        if before in keys and machines is None:
            return
        now = self._machines_key(keys, before, machines)
        if not keys:
            self._keys.pop(name, None)
        if now is None:
            self._current.pop(name, None)
        else:
            self._current[name] = now
        yield from _change(name, before, now)

    def _machines_key(
        self, keys: Collection[str], before: str | None, machines: Collection[str] | None
    ) -> str | None:
        """The key that is a machine's; that of a name never seen before is taken at its word."""
        if machines is None and before is None and len(keys) == 1:
            return next(iter(keys))
        owners = self._machines() if machines is None and keys else machines or ()
        of_machines = sorted(key for key in keys if owner_of(key).upper() in owners)
        return before if before in of_machines else next(iter(of_machines), None)

    def _machines(self) -> set[str]:
        rows = self._session.query(select(COMPUTER_SYSTEM, "Name"))
        return {text(row, "Name").upper() for row in rows}


def _change(name: str, before: str | None, now: str | None) -> Iterator[AdapterChange]:
    if before == now:
        return
    if now is None:
        yield AdapterChange(AdapterHappening.GONE, name, before or "")
    else:
        happening = AdapterHappening.APPEARED if before is None else AdapterHappening.REPLACED
        yield AdapterChange(happening, name, now)
