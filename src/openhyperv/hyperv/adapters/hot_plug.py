"""When network adapters can come and go, known before anything is sent."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.power import read_state
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.spec import Generation


def check_plugging(session: Session, guid: str, generation: Generation, host: HostVersion) -> None:
    """Refuse what Hyper-V does to a machine that is off only: since Windows Server 2016, adapters of
    generation 2 come and go at any time (Microsoft, "What's new in Hyper-V on Windows Server").

    :raises ConflictError: the machine is not off, and of generation 1 or on an older host
    """
    state = read_state(session, guid)
    if state is MachineState.OFF or (generation is Generation.TWO and host >= WINDOWS_2016):
        return
    reason = "of generation 1" if generation is Generation.ONE else f"on a host {host}"
    raise ConflictError(
        f"Network adapters of a machine {reason} come and go only while it is off; it is {state.label}.",
        host=session.host,
        target=guid,
        remedy="Shut the machine down first.",
    )
