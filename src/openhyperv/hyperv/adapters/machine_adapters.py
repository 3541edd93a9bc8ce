"""The network adapters of one machine: which there are, and changing that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError, error_context
from openhyperv.hyperv import settings
from openhyperv.hyperv.adapters.changing import add_adapter, change_adapter
from openhyperv.hyperv.adapters.hot_plug import check_plugging
from openhyperv.hyperv.adapters.machine_adapter import MachineAdapter, read_adapters
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.device_changes import add_devices, remove_devices
from openhyperv.hyperv.disks.drives import read_storage
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.ports.binding import read_features
from openhyperv.hyperv.switches.finding import find_switch
from openhyperv.hyperv.switches.promises import demand_promise
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.limits import limits_of
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.rules.network import network_adapters_of
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


class MachineAdapters:
    """The adapters of a machine, each named by its display name, or by its key where several have that.

    What a machine's state forbids is refused before anything is sent, and every call may be made again after
    one that broke off. A port is what it should be before it is plugged in; rules that somebody gave it stay.
    """

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid

    def list(self) -> list[MachineAdapter]:
        """Every adapter with its port: one query, and one more for each adapter that has a cable."""
        adapters = list(read_adapters(self._settings()))
        reads = [self._reading_port(each) for each in adapters]
        return [read() for read in reads]

    def key(self, name_or_key: str) -> str:
        """The key of the adapter of that name, in one query.

        :raises NotFoundError: the machine has no such adapter
        :raises ConflictError: several have that name
        """
        with self._context("find a network adapter"):
            found = _named(list(read_adapters(self._settings())), name_or_key)
            if found is None:
                raise NotFoundError("The machine has no such network adapter.", target=name_or_key)
            return found.key

    def add(self, adapter: NetworkAdapter) -> MachineAdapter:
        """Add an adapter, or make the one of that name what it should be.

        :raises BrokenRuleError: no adapter is like that, or the machine has as many as it can
        :raises ConflictError: the machine's state forbids it; several adapters have that name
        :raises NotFoundError: there is no such switch, or no such machine
        :raises UnsupportedError: the host is too old for what is asked
        """
        with self._context("add a network adapter"):
            return self._converge(adapter, adds=True)

    def change(self, adapter: NetworkAdapter, *, key: str | None = None) -> MachineAdapter:
        """Make the adapter of that name, or of that key, what it should be.

        Its switch, VLAN, guards and bandwidth may change while the machine runs, its MAC address may not.

        :raises NotFoundError: the machine has no such adapter, or the host no such switch
        :raises BrokenRuleError, ConflictError, UnsupportedError: as for :meth:`add`
        """
        with self._context("change a network adapter"):
            return self._converge(adapter, key=key)

    def remove(self, name_or_key: str) -> None:
        """Remove an adapter with its port.

        :raises NotFoundError: the machine has no such adapter
        :raises ConflictError: the machine's state forbids it, or several adapters have that name
        """
        with self._context("remove a network adapter"):
            version = self._session.aside(self._version)
            devices = self._settings()
            found = _named(list(read_adapters(devices)), name_or_key)
            if found is None:
                raise NotFoundError("The machine has no such network adapter.", target=name_or_key)
            check_plugging(self._session, self._guid, read_storage(devices).generation, version())
            remove_devices(self._session, self._guid, [found.path])

    def add_missing(self, adapters: Sequence[NetworkAdapter]) -> None:
        """Add those that it lacks by name, plugged in nowhere, in one call; the others stay as they are.

        :raises ConflictError: the machine's state forbids it
        """
        with self._context("add network adapters"):
            present = {each.name for each in read_adapters(self._settings())}
            missing = [settings.network_adapter(each) for each in adapters if each.name not in present]
            if missing:
                add_devices(self._session, self._guid, missing)

    def clear(self) -> None:
        """Remove all of them with their ports, in one call.

        :raises ConflictError: the machine's state forbids it
        """
        with self._context("remove network adapters"):
            if found := [each.path for each in read_adapters(self._settings())]:
                remove_devices(self._session, self._guid, found)

    def _converge(
        self, adapter: NetworkAdapter, *, key: str | None = None, adds: bool = False
    ) -> MachineAdapter:
        version = self._session.aside(self._version)
        switch = self._session.aside(partial(self._switch, adapter.switch))
        devices = self._settings()
        generation = read_storage(devices).generation
        (wanted,) = network_adapters_of([adapter], generation, version())
        present = _named(list(read_adapters(devices)), key or wanted.name)
        socket = switch()
        if socket is not None:
            demand_promise(self._session, socket, wanted.bandwidth)
        if present is not None:
            present = self._reading_port(present)()
        elif adds:
            self._check_room(devices, generation, version())
            present = add_adapter(self._session, self._guid, wanted)
        else:
            raise NotFoundError("The machine has no such network adapter.", target=key or wanted.name)
        change_adapter(self._session, self._guid, present, wanted, socket)
        return present

    def _check_room(self, devices: Sequence[Instance], generation: Generation, version: HostVersion) -> None:
        most = limits_of(version, generation).network_adapters
        if len(list(read_adapters(devices))) >= most:
            message = f"A host {version} gives a machine {most} network adapters."
            raise BrokenRuleError(
                Rule.NETWORK_ADAPTER, self._guid, message, operation="add a network adapter"
            )
        check_plugging(self._session, self._guid, generation, version)

    def _reading_port(self, adapter: MachineAdapter) -> Callable[[], MachineAdapter]:
        if not adapter.has_cable:
            return lambda: adapter
        features = self._session.aside(partial(read_features, self._session, adapter.port.cable))
        return partial(_with_port, adapter, features)

    def _settings(self) -> Sequence[Instance]:
        return device_settings(self._session, self._guid)

    def _switch(self, name_or_guid: str | None) -> ObjectPath | None:
        return None if name_or_guid is None else find_switch(self._session, name_or_guid)

    def _version(self) -> HostVersion:
        return host_version(self._session)

    def _context(self, operation: str) -> AbstractContextManager[None]:
        return error_context(host=self._session.host, target=self._guid, operation=operation)


def _with_port(adapter: MachineAdapter, read: Callable[[], Sequence[Instance]]) -> MachineAdapter:
    """The adapter with its port; somebody may have pulled its cable out since the adapter was read."""
    try:
        return adapter.with_features(read())
    except NotFoundError:
        return adapter.without_cable()


def _named(adapters: Sequence[MachineAdapter], name_or_key: str) -> MachineAdapter | None:
    found = [each for each in adapters if name_or_key in (each.name, each.key)]
    if len(found) > 1:
        keys = ", ".join(each.key for each in found)
        raise ConflictError(
            f"Several network adapters have that name: {keys}.",
            target=name_or_key,
            remedy="Name the adapter by its key.",
        )
    return found[0] if found else None
