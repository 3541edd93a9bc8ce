"""The devices of one machine, as its settings name them: all in one query."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import owner_of, system_settings
from openhyperv.hyperv.power import read_state
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import AssociatorsOf


def device_settings(session: Session, guid: str) -> list[Instance]:
    """The settings of every device of a machine, in the host's order; not those in its checkpoints.

    :raises NotFoundError: there is no such machine
    """
    query = AssociatorsOf(
        system_settings(guid),
        association_class="Msvm_VirtualSystemSettingDataComponent",
        result_class="CIM_ResourceAllocationSettingData",
    )
    found = [
        each for each in session.query(query) if owner_of(text(each, "InstanceID")).upper() == guid.upper()
    ]
    if not found:
        raise NotFoundError("There is no such machine.", host=session.host, target=guid)
    return found


def demand_off(session: Session, guid: str, reason: str) -> None:
    """Refuse, before anything is sent, what a host does to a machine that is off only.

    :raises ConflictError: the machine is in another state; ``reason`` says what it forbids
    """
    state = read_state(session, guid)
    if state is not MachineState.OFF:
        raise ConflictError(
            f"{reason} This machine is {state.label}.",
            host=session.host,
            target=guid,
            remedy="Shut the machine down first.",
        )
