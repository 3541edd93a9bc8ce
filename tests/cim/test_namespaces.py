"""Which namespaces a plain Hyper-V host has: those of its release, and none of roles that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.cim.schema import Schema
from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.wql import select
from tests.emulated import emulated_host, target_of

STORAGE, SMB = "root/microsoft/windows/storage", "root/microsoft/windows/smb"
QUESTIONS = {
    "root/msps": "Msps_ProvisioningJob",
    "root/microsoft/windows/hgs": "MSFT_HgsGuardian",
    "root/Microsoft/Windows/SMB": "MSFT_SmbShareAccessControlEntry",
    "root/WMI": "MSiSCSI_NICConfig",
    "root/default": "StdRegProv",
    "root/MSCluster": "MSCluster_Cluster",
    "root/HyperVCluster/v2": "Msvm_VirtualSystemManagementService",
    "root/MicrosoftDNS": "MicrosoftDNS_Zone",
    "root/nowhere": "Win32_Nothing",
}
OF_SHIELDED_MACHINES = {"root/msps", "root/microsoft/windows/hgs"}
OF_ROLES = {"root/MSCluster", "root/HyperVCluster/v2", "root/MicrosoftDNS", "root/nowhere"}


@pytest.mark.parametrize(
    ("version", "missing"), [("2012R2", OF_ROLES | OF_SHIELDED_MACHINES), ("2016", OF_ROLES)]
)
def test_a_namespace_that_is_not_there_is_told_from_a_class_without_provider(
    tmp_path: Path, version: str, missing: set[str]
) -> None:
    with emulated_host(tmp_path, version=version) as host, Session.open(target_of(host)) as session:
        codes = {place: refusal(session, place, class_name) for place, class_name in QUESTIONS.items()}
    assert {place for place, code in codes.items() if code == WbemCode.INVALID_NAMESPACE} == missing
    assert codes["root/WMI"] == WbemCode.PROVIDER_NOT_CAPABLE


def refusal(session: Session, namespace: str, class_name: str) -> int | None:
    """The code with which the host refuses to list a class, None where it lists it."""
    try:
        list(session.query(select(class_name), namespace))
    except HyperVError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("namespace", "class_name", "methods"),
    [
        (STORAGE, "MSFT_StorageSetting", ("Get", "Set", "UpdateHostStorageCache")),
        (STORAGE, "MSFT_FileIntegrity", ("Get", "Repair", "Set")),
        (SMB, "MSFT_SmbClientConfiguration", ("GetConfiguration", "SetConfiguration")),
        (SMB, "MSFT_SmbMapping", ("Create",)),
        (SMB, "MSFT_SmbShare", ("CreateShare",)),
    ],
)
def test_what_has_no_object_yet_is_called_on_the_class(
    namespace: str, class_name: str, methods: tuple[str, ...]
) -> None:
    decl = Schema().find(namespace, class_name)
    assert decl is not None
    declared = [decl.method(name) for name in methods]
    assert [method is not None and method.is_static for method in declared] == [True] * len(methods)


@pytest.mark.parametrize(
    ("namespace", "class_name", "method"),
    [(STORAGE, "MSFT_Disk", "Initialize"), (SMB, "MSFT_SmbShare", "GrantAccess")],
)
def test_what_changes_an_object_is_not(namespace: str, class_name: str, method: str) -> None:
    decl = Schema().find(namespace, class_name)
    found = decl and decl.method(method)
    assert found
    assert not found.is_static


@pytest.mark.parametrize(("version", "has_tools"), [("2012R2", False), ("2025", True)])
def test_namespaces_can_be_walked_from_the_root(tmp_path: Path, version: str, has_tools: bool) -> None:
    with emulated_host(tmp_path, version=version) as host, Session.open(target_of(host)) as session:
        found = set(namespaces_below(session, "root"))
    assert {"root/virtualization/v2", "root/cimv2", "root/microsoft/windows/storage"} <= found
    assert ("root/msps" in found) is has_tools
    assert "root/mscluster" not in found


def namespaces_below(session: Session, namespace: str) -> Iterator[str]:
    for child in session.query(select("__NAMESPACE"), namespace):
        below = f"{namespace}/{child['Name']}"
        yield below.lower()
        yield from namespaces_below(session, below)
