"""Our own part of each job."""

from __future__ import annotations

from bench.comparison.security_rules import our_port
from bench.comparison.stage import Stage
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.finding import find_port
from openhyperv.hyperv.virtual_machine import VirtualMachine


class Ours:
    """Each method does one job; machines that were spawned here are known by their GUIDs."""

    def __init__(self, host: Host, stage: Stage) -> None:
        self._host = host
        self._stage = stage
        self._spawned: dict[str, VirtualMachine] = {}

    def list_machines(self) -> None:
        """Every machine with its state."""
        for machine in self._host.machines():
            assert machine.name

    def look_at(self, name: str) -> None:
        """One machine; OpenStack knows its GUID."""
        assert self._spawned[name].summary().name == name

    def spawn(self, name: str, disk: str) -> None:
        """Generation 2 with a disk, an adapter, a serial port and a config drive, started."""
        self._spawned[name] = self._host.create(self._stage.spawned(name, disk))
        self._spawned[name].start()

    def destroy(self, name: str) -> None:
        """Right after it was spawned."""
        self._spawned.pop(name).delete()

    def make_unbound(self, name: str) -> str:
        """The name of a new machine's adapter, as spawning leaves it: with a cable that hangs loose."""
        self._spawned[name] = self._host.create(self._stage.unbound(name, f"{name}-port"))
        return f"{name}-port"

    def key_of(self, port: str) -> str:
        """What agents that hear of new adapters know of them."""
        return find_port(self._host.session, port).adapter_id

    def bind(self, port: str) -> None:
        """Switch, VLAN, default deny and all rules."""
        self._host.bind_port(port, our_port(self._stage.switch_guid))

    def measure(self, name: str) -> None:
        """What one machine uses, its disks and adapters together."""
        machine = self._stage.metered[name]
        assert machine.metrics().guid == machine.guid

    def measure_all(self) -> None:
        """Everything that is metered of every machine, each disk and each adapter."""
        use = self._host.metrics()
        assert len(use.machines) == len(use.adapters) == len(self._stage.metered)
        assert len(use.disks) == len(use.machines) * self._stage.disks_of_each

    def host_statistics(self) -> None:
        """Processors, memory, NUMA nodes; drives and switches, too."""
        assert self._host.statistics().numa_nodes
