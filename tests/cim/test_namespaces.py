"""Which namespaces a plain Hyper-V host has: those of its release, and none of roles that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.wql import select
from tests.emulated import emulated_host, target_of

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
    answers = {code for place, code in codes.items() if place not in missing}
    assert answers == {WbemCode.PROVIDER_NOT_CAPABLE}


def refusal(session: Session, namespace: str, class_name: str) -> int | None:
    with pytest.raises(HyperVError) as caught:
        list(session.query(select(class_name), namespace))
    return caught.value.code
