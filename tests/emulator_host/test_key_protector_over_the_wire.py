"""A key protector of a local guardian, from making it to a machine with a TPM, as a client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.cim.session import Session
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulated import emulated_host, target_of

HGS = "root/microsoft/windows/hgs"
SECURITY = "Msvm_SecuritySettingData"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session with a host that has one machine. Bytes fill envelopes: each is an element of its own."""
    with emulated_host(tmp_path, machines=1) as host, Session.open(target_of(host)) as session:
        session.learn_envelope_size()
        yield session


def _made(session: Session, class_name: str, method: str, arguments: dict[str, Value]) -> Instance:
    made = session.invoke(ObjectPath(class_name, {}, HGS), method, arguments)["cmdletOutput"]
    assert isinstance(made, Instance)
    return made


def _ask(session: Session, method: str, arguments: dict[str, Value], **changes: Value) -> object:
    (service,) = session.enumerate("Msvm_SecurityService")
    (settings,) = session.enumerate(SECURITY)
    values = {"InstanceID": settings["InstanceID"], **changes}
    text = instance_to_text(Instance(SECURITY, values), session.schema)
    assert service.path is not None
    return session.run(service.path, method, {"SecuritySettingData": text, **arguments})


def test_a_machine_gets_its_tpm_by_a_local_guardian(session: Session) -> None:
    names: dict[str, Value] = {"Name": "UntrustedGuardian", "GenerateCertificates": True}
    guardian = _made(session, "MSFT_HgsGuardian", "NewByGenerateCertificates", names)
    protector = _made(
        session,
        "MSFT_HgsKeyProtector",
        "NewByGuardians",
        {"Owner": guardian, "Guardian": [], "AllowUntrustedRoot": True, "AllowExpired": True},
    )
    owner = protector["Owner"]
    assert isinstance(owner, Instance)
    assert owner["Name"] == "UntrustedGuardian"
    _ask(session, "SetKeyProtector", {"KeyProtector": protector["RawData"]})
    _ask(session, "ModifySecuritySettings", {}, TpmEnabled=True)
    (settings,) = session.enumerate(SECURITY)
    assert settings["TpmEnabled"] is True
