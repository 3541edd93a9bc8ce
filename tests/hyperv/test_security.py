"""TPM, encryption, shielding and Secure Boot of machines, and the guardians behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError, InvalidInputError, JobError, NotFoundError, UnsupportedError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.security.guardians import LOCAL_GUARDIAN
from openhyperv.hyperv.security.key_protectors import KeyHolders
from openhyperv.hyperv.security.machine_security import SecurityState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_version import WINDOWS_2012_R2
from openhyperv.machine.security import SecureBootTemplate, Security
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, GEN_2, machine_spec, with_disk

WITH_TPM = GEN_2 | {"os_vtpm": "required"}
LINUX = SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(machine_spec("protected"))
    yield created
    created.delete()


@shows("D9", "D14")
def test_a_machine_is_created_with_a_tpm(emulated: EmulatedHost, host: Host) -> None:
    """Five requests more than without, but for the first machine of a session and of a host."""
    host.create(with_disk("first with a TPM", WITH_TPM)).delete()
    with requests(emulated, host) as plain:
        host.create(with_disk("without")).delete()
    with requests(emulated, host) as asked:
        machine = host.create(with_disk("with a TPM", WITH_TPM))
        machine.delete()
    assert sorted(asked) == sorted([*plain, "Enumerate", "Enumerate", "Invoke", "Invoke", "Invoke"])


@shows("D9")
def test_a_machine_with_a_tpm_says_who_can_start_it(emulated: EmulatedHost, host: Host) -> None:
    machine = host.create(machine_spec("told", WITH_TPM))
    with Host.connect(target_of(emulated)) as newcomer:
        security = newcomer.machine(machine.guid).security
        assert security.key_holders() == KeyHolders(LOCAL_GUARDIAN, ())
        assert security.state() == SecurityState(None, has_tpm=True, encrypts_state=True)
    machine.start()
    machine.delete()


def test_each_machine_has_a_key_of_its_own(host: Host, emulated: EmulatedHost) -> None:
    machines = [host.create(machine_spec(f"own {number}", WITH_TPM)) for number in (1, 2)]
    systems = [emulated.host.systems.find(machine.guid) for machine in machines]
    keys = {system.configuration.protection.key_protector for system in systems if system is not None}
    assert len(keys) == 2
    for machine in machines:
        machine.delete()


def test_what_is_on_stays_as_it_is(emulated: EmulatedHost, host: Host, machine: VirtualMachine) -> None:
    machine.security.enable_tpm()
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    before = system.configuration.protection
    with requests(emulated, host) as asked:
        machine.security.enable_tpm()
    assert asked == ["Enumerate"]
    machine.security.disable_tpm()
    with requests(emulated, host) as asked:
        machine.security.disable_tpm()
    assert asked == ["Enumerate"]
    machine.security.enable_tpm(encrypt=False)
    assert system.configuration.protection == before
    assert machine.security.state().has_tpm


@shows("D9")
def test_a_machine_is_reconfigured_to_have_a_tpm_and_keeps_it(host: Host) -> None:
    """What a TPM holds may open a disk: it goes by a word of its own alone."""
    plain = machine_spec("grown")
    machine = host.create(plain)
    with_tpm = evolve(plain, security=Security())
    assert machine.reconfigure(with_tpm) == ["TpmEnabled", "EncryptStateAndVmMigrationTraffic"]
    assert machine.reconfigure(with_tpm) == []
    assert machine.reconfigure(plain) == []
    assert machine.security.state().has_tpm
    machine.delete()


def test_encryption_is_a_switch_of_its_own(machine: VirtualMachine) -> None:
    machine.security.enable_tpm(encrypt=False)
    assert not machine.security.state().encrypts_state
    for on in (True, True, False, False):
        machine.security.encrypt(on=on)
        assert machine.security.state().encrypts_state is on


def test_nothing_changes_while_it_runs(machine: VirtualMachine) -> None:
    machine.start()
    for change in (
        machine.security.enable_tpm,
        machine.security.encrypt,
        machine.security.shield,
        lambda: machine.security.set_secure_boot(LINUX),
    ):
        with pytest.raises(ConflictError) as caught:
            change()
        assert caught.value.code == 32775
    assert machine.security.state() == SecurityState(None)


@shows("D10")
def test_shielding_switches_on_what_it_enforces(machine: VirtualMachine) -> None:
    windows = SecureBootTemplate.MICROSOFT_WINDOWS
    machine.security.shield()
    shielded = SecurityState(windows, has_tpm=True, encrypts_state=True, is_shielded=True)
    assert machine.security.state() == shielded
    for change in (
        machine.security.disable_tpm,
        lambda: machine.security.encrypt(on=False),
        lambda: machine.security.set_secure_boot(None),
    ):
        with pytest.raises(ConflictError) as caught:
            change()
        assert caught.value.code == 32775
    machine.security.unshield()
    assert machine.security.state() == SecurityState(windows, has_tpm=True, encrypts_state=True)


@shows("D5", "D6")
@pytest.mark.parametrize("template", [None, *SecureBootTemplate])
def test_an_existing_machine_gets_any_template(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, template: SecureBootTemplate | None
) -> None:
    assert machine.security.state().secure_boot is None
    machine.security.set_secure_boot(template)
    assert machine.security.state().secure_boot is template
    with requests(emulated, host) as asked:
        machine.security.set_secure_boot(template)
    assert asked == ["Get"]


@shows("D4")
def test_the_first_generation_has_neither(host: Host) -> None:
    machine = host.create(machine_spec("bios", GEN_1))
    with pytest.raises(UnsupportedError, match="generation 1"):
        machine.security.set_secure_boot(LINUX)
    with pytest.raises(UnsupportedError) as caught:
        machine.security.enable_tpm()
    assert caught.value.code == 32770
    machine.delete()


@shows("D11")
def test_2012_r2_has_secure_boot_for_windows_and_nothing_else(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, version="2012R2", has_files=True) as old,
        Host.connect(target_of(old)) as host,
    ):
        security = host.create(machine_spec("old", host=WINDOWS_2012_R2)).security
        for refused in (
            host.guardians.list,
            security.enable_tpm,
            security.key_holders,
            lambda: security.set_secure_boot(LINUX),
        ):
            with pytest.raises(UnsupportedError):
                refused()
        security.set_secure_boot(SecureBootTemplate.MICROSOFT_WINDOWS)
        assert security.state() == SecurityState(SecureBootTemplate.MICROSOFT_WINDOWS)
        security.disable_tpm()


def test_guardians_come_and_go(host: Host) -> None:
    made = host.guardians.create("ours")
    assert made in host.guardians.list()
    assert made.has_private_keys
    with pytest.raises(ConflictError):
        host.guardians.create("OURS")
    with pytest.raises(InvalidInputError):
        host.guardians.create("two\nlines")
    host.guardians.remove("ours")
    host.guardians.remove("ours")
    assert made not in host.guardians.list()


def test_a_machine_is_granted_to_another_hosts_guardian(
    host: Host, machine: VirtualMachine, emulated: EmulatedHost, tmp_path: Path
) -> None:
    """Whose keys only that host has: the key is then wrapped for it, and what is granted stays granted."""
    machine.security.enable_tpm()
    with (
        emulated_host(tmp_path, name="HV2", has_files=True) as other,
        Host.connect(target_of(other)) as there,
    ):
        there.guardians.create("local")
        certificates = there.guardians.export("local")
    brought = host.guardians.bring_in("of HV2", certificates)
    assert not brought.has_private_keys
    with pytest.raises(ConflictError):
        host.guardians.bring_in("of HV2", certificates)
    machine.security.grant("of HV2")
    assert machine.security.key_holders() == KeyHolders(LOCAL_GUARDIAN, ("of HV2",))
    with requests(emulated, host) as asked:
        machine.security.grant("of HV2")
    assert asked == ["Enumerate", "Enumerate", "Invoke", "Invoke"]
    machine.start()
    host.guardians.remove("of HV2")
    left = emulated.host.files.local(r"C:\OpenHyperV\guardians")
    assert not left.exists()


def test_who_is_no_guardian_is_granted_nothing(host: Host, machine: VirtualMachine) -> None:
    with pytest.raises(ConflictError, match="no key protector"):
        machine.security.grant(LOCAL_GUARDIAN)
    machine.security.enable_tpm()
    for act in (lambda: machine.security.grant("nobody"), lambda: host.guardians.export("nobody")):
        with pytest.raises(NotFoundError):
            act()


def test_a_machine_without_its_guardian_does_not_start(host: Host, machine: VirtualMachine) -> None:
    machine.security.enable_tpm(guardian="leaving")
    assert machine.security.key_holders() == KeyHolders("leaving", ())
    host.guardians.remove("leaving")
    with pytest.raises(JobError, match="key protector could not be unwrapped") as caught:
        machine.start()
    assert caught.value.code == 32768
