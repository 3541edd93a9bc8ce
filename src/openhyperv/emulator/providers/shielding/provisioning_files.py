"""Msps_ProvisioningFileProcessor: shielding and specialization data files on the host's drive."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.cimom.faults import failed
from openhyperv.emulator.cimom.provider import Call, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.shielding.provisioning_files import (
    BadProvisioningFile,
    ShieldingData,
    SpecializationData,
    read_provisioning_file,
    write_provisioning_file,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

MSPS = "root/msps"
_PROCESSOR = "Msps_ProvisioningFileProcessor"


class ProvisioningFileProvider:
    """Both methods are called on the class."""

    def __init__(self, host: Host) -> None:
        self._files = host.files

    @method(_PROCESSOR, "PopulateFromFile")
    def populate(self, call: Call) -> Result:
        """What is in a file: Msps_PDK or Msps_FSK."""
        file = local_file(self._files, call["FilePath"])
        try:
            data = read_provisioning_file(file)
        except BadProvisioningFile as error:
            # UNVERIFIED: a file that cannot be read is a fault rather than a ReturnValue
            raise failed(str(error)) from error
        return Result(Code.COMPLETED, {"ProvisioningFile": _instance(data, file.read_bytes())})

    @method(_PROCESSOR, "SerializeToFile")
    def serialize(self, call: Call) -> Result:
        """Write an Msps_FSK or Msps_PDK; the page promises it for some kinds of files only."""
        # UNVERIFIED: that an Msps_PDK can be written, and not only by the tenant's own tools
        data = _data(call["ProvisioningFile"])
        try:
            write_provisioning_file(local_file(self._files, call["FilePath"]), data)
        except OSError as error:
            raise failed(f"{call['FilePath']} cannot be written: {error.strerror}.") from error
        return Result(Code.COMPLETED)


def local_file(files: HostFiles, windows_path: Value) -> Path:
    """The local file behind a path.

    :raises CimFault: it is no path of this host
    """
    try:
        return files.local(windows_path if isinstance(windows_path, str) else "")
    except BadHostPath as error:
        raise failed(f"{windows_path} is no file of this host.") from error


def _instance(data: ShieldingData | SpecializationData, raw: bytes) -> Instance:
    if isinstance(data, ShieldingData):
        protected = {"KeyProtector": list(data.key_protector), "PolicyData": list(data.policy)}
        return Instance("Msps_PDK", {**protected, "RawData": list(raw)}, namespace=MSPS)
    pairs = [
        Instance("Msps_FabricData", {"key": key, "Value": value}, namespace=MSPS)
        for key, value in data.pairs.items()
    ]
    return Instance("Msps_FSK", {"FabricDataPairs": pairs, "RawData": list(raw)}, namespace=MSPS)


def _data(file: Value) -> ShieldingData | SpecializationData:
    kind = file.class_name.lower() if isinstance(file, Instance) else ""
    if isinstance(file, Instance) and kind == "msps_fsk":
        return SpecializationData(_pairs(file.get("FabricDataPairs")))
    if isinstance(file, Instance) and kind == "msps_pdk":
        return ShieldingData(_bytes(file.get("KeyProtector")), _bytes(file.get("PolicyData")))
    raise failed("ProvisioningFile must be an Msps_FSK or an Msps_PDK.")


def _pairs(entries: Value) -> dict[str, str]:
    given = [e for e in entries if isinstance(e, Instance)] if isinstance(entries, list | tuple) else []
    pairs = {entry.get("key"): entry.get("Value") for entry in given}
    texts = {key: value for key, value in pairs.items() if isinstance(key, str) and isinstance(value, str)}
    if len(texts) != len(given):
        raise failed("Every pair needs a key of its own and a value.")
    return texts


def _bytes(entries: Value) -> bytes:
    return bytes(e for e in entries if isinstance(e, int)) if isinstance(entries, list | tuple) else b""
