"""A virtual machine as its Msvm_ComputerSystem, a planned one as its Msvm_PlannedComputerSystem."""

from __future__ import annotations

from datetime import UTC, datetime

from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, PLANNED_SYSTEM
from openhyperv.emulator.host.machines.virtual_system import SystemState, Undertaking, VirtualSystem
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Scalar, Value

NEVER = datetime(1601, 1, 1, tzinfo=UTC)
"""What hosts show for a time that is not set."""
OK = 2
# UNVERIFIED: that EnabledDefault of a saved VM is 3; recordings show running, off and paused ones
_STABLE_DEFAULT = {SystemState.OFF: 3, SystemState.SAVED: 3, SystemState.PAUSED: 6}
_UNDERTAKINGS = {
    Undertaking.CREATING_SNAPSHOT: "Creating checkpoint",
    Undertaking.APPLYING_SNAPSHOT: "Applying checkpoint",
    Undertaking.DELETING_SNAPSHOT: "Deleting checkpoint",
    Undertaking.MERGING_DISKS: "Merging disks",
    Undertaking.EXPORTING: "Exporting virtual machine",
}


def system_instance(system: VirtualSystem) -> Instance:
    """The VM as the class that it is of."""
    return planned_system(system) if system.is_planned else computer_system(system)


def planned_system(system: VirtualSystem) -> Instance:
    """A planned VM, with what its class has in common with a realized one's."""
    state = int(system.state)
    values: dict[str, Value] = {
        **_identity(system),
        "Caption": "Planned Virtual Machine",
        "CreationClassName": PLANNED_SYSTEM,
        "Description": "Microsoft Planned Virtual Machine",
        "EnabledDefault": state,
        "EnabledState": state,
        "HealthState": 5,
        "OperationalStatus": [OK],
        "RequestedState": 12,
        "StatusDescriptions": ["The service is running normally"],
        "TimeOfLastConfigurationChange": system.configuration_changed,
        "TimeOfLastStateChange": system.state_changed,
        "TransitioningToState": 12,
    }
    del values["NumberOfNumaNodes"]
    return Instance(PLANNED_SYSTEM, values, path=system.path)


def computer_system(system: VirtualSystem) -> Instance:
    """The VM with every property that a recorded one has a value in."""
    values = {**_identity(system), **_state(system), **_REPLICATION}
    return Instance(COMPUTER_SYSTEM, values, path=system.path)


def _identity(system: VirtualSystem) -> dict[str, Value]:
    return {
        "Caption": "Virtual Machine",
        "CreationClassName": COMPUTER_SYSTEM,
        "Description": "Microsoft Virtual Machine",
        "ElementName": system.name,
        "InstallDate": system.configuration.value("CreationTime"),
        "Name": system.guid,
        "NumberOfNumaNodes": 1,
        "ResetCapability": 1,
    }


def _state(system: VirtualSystem) -> dict[str, Value]:
    guest = system.session.guest if system.session else None
    return {
        "EnabledDefault": _STABLE_DEFAULT.get(system.state, 2),
        "EnabledState": int(system.state),
        "EnhancedSessionModeState": 3,
        "HealthState": 5,
        "HwThreadsPerCoreRealized": 0,
        "OnTimeInMilliseconds": system.on_time_ms,
        "OperationalStatus": operational_status(system),
        "ProcessID": guest.process_id if guest else None,
        "RequestedState": system.requested_state,
        "Status": "OK",
        "StatusDescriptions": status_descriptions(system),
        "TimeOfLastConfigurationChange": system.configuration_changed,
        "TimeOfLastStateChange": system.state_changed,
    }


_REPLICATION: dict[str, Value] = {
    "FailedOverReplicationType": 0,
    "LastApplicationConsistentReplicationTime": NEVER,
    "LastReplicationTime": NEVER,
    "LastReplicationType": 0,
    "LastSuccessfulBackupTime": NEVER,
    "ReplicationHealth": 0,
    "ReplicationMode": 0,
    "ReplicationState": 0,
}


def operational_status(system: VirtualSystem) -> list[Scalar | None]:
    """OK, and what the VM is busy with."""
    return [OK] if system.undertaking is None else [OK, int(system.undertaking)]


def status_descriptions(system: VirtualSystem) -> list[Scalar | None]:
    """The texts of :func:`operational_status`."""
    texts: list[Scalar | None] = ["Operating normally"]
    return texts if system.undertaking is None else [*texts, _UNDERTAKINGS[system.undertaking]]
