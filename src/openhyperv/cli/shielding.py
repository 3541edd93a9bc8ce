"""Where ``hv`` finds the shielding data that ``img_pdk_reference`` names: in a file of this machine."""

from __future__ import annotations

from pathlib import Path

from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.machine.spec import MachineSpec


def shielding_data_of(spec: MachineSpec) -> ShieldingData | None:
    """The shielding data of a machine that is to be created; None where it needs none.

    :raises InvalidInputError: the file cannot be read
    """
    provisioning = spec.security.provisioning if spec.security is not None else None
    return None if provisioning is None else ShieldingData.from_file(Path(provisioning.pdk_reference))
