"""Msvm_VirtualSystemSnapshotService: checkpoints of virtual machines."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.checkpoints.applying import apply_snapshot
from openhyperv.emulator.host.checkpoints.destroying import destroy_snapshots, subtree
from openhyperv.emulator.host.checkpoints.taking import Consistency, Wish, take_snapshot
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.machines.system_defaults import RECOVERY_SNAPSHOT, SNAPSHOT
from openhyperv.emulator.providers.machines.finding import wanted_snapshot, wanted_system
from openhyperv.wire.types import Value

SERVICE = "Msvm_VirtualSystemSnapshotService"
_TYPES: dict[Value, str] = {2: SNAPSHOT, 32768: RECOVERY_SNAPSHOT}
"""VirtualSystemType by CreateSnapshot's SnapshotType; 32768 is what backup tools pass."""


class SnapshotProvider:
    """Every method starts a job."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "CreateSnapshot")
    def create(self, call: Call) -> Result:
        """A checkpoint of a VM; ResultingSnapshot stays NULL, the job leads to it."""
        system = wanted_system(self._host, call["AffectedSystem"])
        system_type = _TYPES.get(call["SnapshotType"])
        if system_type is None:
            raise MethodFailure(Code.INVALID_PARAMETER, "SnapshotType must be 2 or 32768.")
        wish = Wish(system_type, self._consistency(call["SnapshotSettings"]))
        job = take_snapshot(self._host, system, wish)
        return Result(Code.JOB_STARTED, {"Job": job.path})

    def _consistency(self, text: Value) -> Consistency:
        """What the settings ask for, which may be left out."""
        if not text:
            return Consistency.UNKNOWN
        level = read_setting(text, "CIM_SettingData", self._host.schema).get("ConsistencyLevel") or 0
        if level not in tuple(Consistency):
            raise MethodFailure(Code.INVALID_PARAMETER, f"ConsistencyLevel cannot be {level}.")
        return Consistency(int(str(level)))

    @method(SERVICE, "ApplySnapshot")
    def apply(self, call: Call) -> Result:
        """The VM becomes what it was."""
        system, snapshot = wanted_snapshot(self._host, call["Snapshot"])
        job = apply_snapshot(self._host, system, snapshot)
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(SERVICE, "DestroySnapshot")
    def destroy(self, call: Call) -> Result:
        """One checkpoint goes."""
        system, snapshot = wanted_snapshot(self._host, call["AffectedSnapshot"])
        job = destroy_snapshots(self._host, system, [snapshot])
        return Result(Code.JOB_STARTED, {"Job": job.path})

    @method(SERVICE, "DestroySnapshotTree")
    def destroy_tree(self, call: Call) -> Result:
        """A checkpoint goes with all that grew from it."""
        system, snapshot = wanted_snapshot(self._host, call["SnapshotSettingData"])
        job = destroy_snapshots(self._host, system, list(subtree(system, snapshot)))
        return Result(Code.JOB_STARTED, {"Job": job.path})
