"""nova-compute was killed in the middle of switching servers: it ends what it began as it starts again."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from nova import context
from nova.compute import task_states, vm_states
from nova.objects.instance import Instance
from tests.capabilities import shows

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until


@frozen
class Killed:
    """What Nova had noted, what the host had done, and what shall become of it."""

    task_state: str
    vm_state: str
    done: MachineState
    status: str
    state: MachineState


RUNNING, OFF, PAUSED = MachineState.RUNNING, MachineState.OFF, MachineState.PAUSED
KILLED = (
    Killed(task_states.POWERING_OFF, vm_states.ACTIVE, OFF, "SHUTOFF", OFF),
    Killed(task_states.POWERING_OFF, vm_states.ACTIVE, RUNNING, "SHUTOFF", OFF),
    Killed(task_states.POWERING_ON, vm_states.STOPPED, RUNNING, "ACTIVE", RUNNING),
    Killed(task_states.POWERING_ON, vm_states.STOPPED, OFF, "ACTIVE", RUNNING),
    Killed(task_states.REBOOT_STARTED_HARD, vm_states.ACTIVE, OFF, "ACTIVE", RUNNING),
    Killed(task_states.UNPAUSING, vm_states.PAUSED, PAUSED, "ACTIVE", RUNNING),
)


class KilledPower(Cloud):
    def arrange(self, server: dict[str, Any], killed: Killed) -> None:
        """Have Nova and the host be as they are when nova-compute was killed."""
        if killed.done is not RUNNING:
            self.machine(server).reach(killed.done)
        instance = Instance.get_by_uuid(context.get_admin_context(), server["id"])
        instance.task_state, instance.vm_state = killed.task_state, killed.vm_state
        instance.save()

    @shows("H3", "H4", "H6", "H7", "H8")
    def test_everything_is_ended_as_it_was_begun(self) -> None:
        image = self.image(**GEN_2)
        servers = [self.server(image) for _ in KILLED]
        self.compute.stop()
        for server, killed in zip(servers, KILLED, strict=True):
            self.arrange(server, killed)
        self.start_compute("hv1", self.emulated)
        for server, killed in zip(servers, KILLED, strict=True):
            wanted = {"status": killed.status, "OS-EXT-STS:task_state": None}
            self._wait_for_server_parameter(server, wanted)
            assert self.machine(server).state() is killed.state

    @shows("H9")
    def test_servers_that_ran_are_started_where_the_operator_wants_that(self) -> None:
        self.flags(resume_guests_state_on_host_boot=True)
        server = self.server(self.image(**GEN_2))
        self.compute.stop()
        self.machine(server).turn_off()
        self.start_compute("hv1", self.emulated)
        wait_until(lambda: self.machine(server).state() is RUNNING)
        assert self.api.get_server(server["id"])["status"] == "ACTIVE"
