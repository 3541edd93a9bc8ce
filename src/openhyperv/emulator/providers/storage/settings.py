"""MSFT_StorageSetting: what Windows does with disks that it sees for the first time."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.hardware.known_disks import SanPolicy
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.storage.codes import StorageCode
from openhyperv.emulator.providers.storage.disks import STORAGE
from openhyperv.wire.instance import Instance

_CLASS = "MSFT_StorageSetting"


class StorageSettingProvider:
    """A class of static methods alone: the new disk policy, and looking for disks."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(_CLASS, "Get")
    def get(self, _: Call) -> Result:
        """The settings as an object inside the answer. The integrity scanner's policy is not emulated."""
        setting = Instance(_CLASS, {"NewDiskPolicy": int(self._host.disks.policy)}, namespace=STORAGE)
        return Result(StorageCode.SUCCESS, {"StorageSetting": setting})

    @method(_CLASS, "Set")
    def set(self, call: Call) -> Result:
        """Another policy for new disks; what is not given stays, as documented."""
        policy = call["NewDiskPolicy"]
        if call["ScrubPolicy"] is not None:
            raise MethodFailure(StorageCode.NOT_SUPPORTED, "There is no integrity scanner.")
        if policy is not None:
            if not isinstance(policy, int) or policy not in list(SanPolicy):
                # UNVERIFIED: the code; the page of this method lists none
                raise MethodFailure(StorageCode.INVALID_PARAMETER, f"{policy} is no policy for new disks.")
            self._host.disks.policy = SanPolicy(policy)
        return Result(StorageCode.SUCCESS)

    @method(_CLASS, "UpdateHostStorageCache")
    def update_cache(self, _: Call) -> Result:
        """Find disks that were plugged in since, notice those that are gone or have grown."""
        self._host.disks.rescan()
        return Result(StorageCode.SUCCESS)
