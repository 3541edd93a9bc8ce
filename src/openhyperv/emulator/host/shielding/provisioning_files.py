"""Shielding data files (.pdk) and specialization data files (.fsk): what shielded machines are made from."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

# UNVERIFIED: the contents of both files, which are this emulator's own; real ones are not documented
_PDK, _FSK = "shielding data", "specialization data"


class BadProvisioningFile(Exception):  # noqa: N818  # read as a noun where it is caught
    """A file that is missing, or holds neither shielding nor specialization data."""


@frozen
class ShieldingData:
    """What a tenant gives along: what the machine's secrets are sealed to, and what it may be used for."""

    key_protector: bytes
    policy: bytes


@frozen
class SpecializationData:
    """What the fabric puts in for placeholders such as ``@ComputerName@``."""

    pairs: Mapping[str, str] = field(repr=False)


def read_provisioning_file(file: Path) -> ShieldingData | SpecializationData:
    """The data in a file.

    :raises BadProvisioningFile: there is no such data
    """
    try:
        return _read(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadProvisioningFile(f"{file.name} holds no data to provision from") from error


def _read(data: Any) -> ShieldingData | SpecializationData:
    if data["kind"] == _FSK:
        return SpecializationData({str(key): str(value) for key, value in data["pairs"].items()})
    if data["kind"] == _PDK:
        return ShieldingData(base64.b64decode(data["key_protector"]), base64.b64decode(data["policy"]))
    raise ValueError(data["kind"])


def write_provisioning_file(file: Path, data: ShieldingData | SpecializationData) -> None:
    """Write data to a file, in place of one that was there.

    :raises OSError: the file cannot be written
    """
    file.write_text(json.dumps(_to_json(data)), "utf-8")


def _to_json(data: ShieldingData | SpecializationData) -> dict[str, object]:
    if isinstance(data, SpecializationData):
        return {"kind": _FSK, "pairs": dict(data.pairs)}
    protector, policy = (base64.b64encode(part).decode("ascii") for part in (data.key_protector, data.policy))
    return {"kind": _PDK, "key_protector": protector, "policy": policy}
