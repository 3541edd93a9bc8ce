"""A create that is killed while the machine gets its TPM or is provisioned: the same again ends well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.security.machine_security import SecurityState
from openhyperv.machine.security import SecureBootTemplate
from tests.capabilities import shows
from tests.emulated import target_of
from tests.faults.killed import DeadlyWitness, hv, run, run_to_death
from tests.faults.leftovers import machines_named, orphans
from tests.shielding import guarded_host, shielding_data

SECRET = "correct-horse-battery"
SHIELDED = """
[properties]
hw_machine_type = "hyperv-gen2"
os_type = "windows"
os_secure_boot = "required"
os_shielded_vm = "required"

[flavor]
vcpus = 1
memory_mb = 512

[metadata]
img_pdk_reference = "{pdk}"
"fsk:AdminPassword" = "{secret}"
"""
TPM_STATE = SecurityState(None, has_tpm=True, encrypts_state=True)
SHIELDED_STATE = SecurityState(
    SecureBootTemplate.MICROSOFT_WINDOWS, has_tpm=True, encrypts_state=True, is_shielded=True
)


@pytest.fixture(scope="module")
def witness() -> DeadlyWitness:
    return DeadlyWitness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: DeadlyWitness) -> Iterator[EmulatedHost]:
    with guarded_host(tmp_path_factory.mktemp("host"), witness) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


@frozen
class Case:
    """A command that makes a machine, and what the machine is then."""

    command: tuple[str, ...]
    state: SecurityState


@pytest.fixture(params=["a TPM", "shielding data"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    create = ("vm", "create", "secured")
    if request.param == "a TPM":
        properties = ("--property", "hw_machine_type=hyperv-gen2", "--property", "os_vtpm=required")
        return Case((*create, *properties), TPM_STATE)
    pdk, asked = tmp_path / "tenant.pdk", tmp_path / "machine.toml"
    pdk.write_bytes(shielding_data(SECRET))
    asked.write_text(SHIELDED.format(pdk=pdk, secret=SECRET))
    return Case((*create, "--from", str(asked)), SHIELDED_STATE)


def requests_of_security(emulated: EmulatedHost, witness: DeadlyWitness, command: tuple[str, ...]) -> range:
    """Which of a command's requests come between sizing the machine and finishing it, counted from 1."""
    with witness.watching() as seen:
        done = run(emulated.environment(), hv(*command))
    assert done.returncode == 0, done.stderr
    methods = [operation.method for operation in seen]
    return range(methods.index("ModifyResourceSettings") + 2, methods.index("ModifySystemSettings") + 1)


def holders_of(secret: str, folder: Path) -> list[Path]:
    """The files on a host's drive with a secret in them."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


@shows("X6")
@shows("D9", "D10", "D12", "D13", "D14")
def test_a_killed_create_is_made_good_and_leaves_no_secret(
    emulated: EmulatedHost, host: Host, witness: DeadlyWitness, case: Case
) -> None:
    environment = emulated.environment()
    requests = requests_of_security(emulated, witness, case.command)
    assert len(requests) >= 5
    for at in requests:
        host.machine("secured").delete()
        assert run_to_death(witness, environment, hv(*case.command), at=at, is_executed=True)
        again = run(environment, hv(*case.command))
        assert again.returncode == 0, f"after a death at request {at}: {again.stderr}"
        assert len(machines_named(emulated, "secured")) == 1
        assert host.machine("secured").security.state() == case.state, f"after a death at request {at}"
        assert orphans(emulated) == []
        assert holders_of(SECRET, emulated.host.files.drive_c) == []
    host.machine("secured").delete()
