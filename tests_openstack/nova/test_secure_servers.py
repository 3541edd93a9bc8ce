"""Servers with a virtual TPM and shielded servers, from image properties to the host's provisioning."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

from attrs import evolve
from keystoneauth1.token_endpoint import Token
from tests.capabilities import shows
from tests.shielding import KEY_PROTECTOR, POLICY, shielding_data

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import default_hardware
from openhyperv.machine.security import SecureBootTemplate
from tests_openstack.nova.barbican import CONTAINER, barbican
from tests_openstack.nova.cloud import GEN_2, Cloud

SECRET = "a-tenant's-answer-file"
WINDOWS = GEN_2 | {"os_type": "windows", "os_secure_boot": "required"}


class SecureServers(Cloud):
    host_options = MappingProxyType({"hardware": evolve(default_hardware("HV1"), is_guarded=True)})

    def barbican(self, content: bytes) -> str:
        """Content in three secrets of a container; its reference."""
        third = len(content) // 3
        running = barbican([content[:third], content[third : 2 * third], content[2 * third :]])
        address = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.flags(barbican_endpoint=address, group="barbican")
        token = Token(address, "a-users-token")  # the users of these fixtures have none
        self.stub_out("nova.context.RequestContext.get_auth_plugin", lambda _: token)
        return f"{address}/v1/containers/{CONTAINER}"

    def server_with(self, image: str, metadata: dict[str, str]) -> dict[str, Any]:
        wanted = self._build_server(image_uuid=image, flavor_id=self.flavor(), networks="none")
        server = self.api.post_server({"server": wanted | {"metadata": metadata}})
        return dict(self._wait_for_state_change(self.api.get_server(server["id"]), "ACTIVE"))

    def failed_server(self, image: str, **options: Any) -> str:
        server = self._create_server(
            image_uuid=image, networks="none", flavor_id=self.flavor(), expected_state="ERROR", **options
        )
        return str(server["fault"]["message"])

    @shows("D9", "G4")
    def test_a_server_with_a_tpm(self) -> None:
        state = self.machine(self.server(self.image(**GEN_2, os_vtpm="required"))).security.state()
        assert (state.has_tpm, state.encrypts_state, state.is_shielded) == (True, True, False)

    @shows("D10", "D12", "D13", "D14")
    def test_a_shielded_server_is_made_of_its_tenants_shielding_data(self) -> None:
        reference = self.barbican(shielding_data(SECRET))
        image = self.image(**WINDOWS, os_shielded_vm="required", img_pdk_reference="overridden")
        metadata = {"img_pdk_reference": reference, "fsk:Password": SECRET}
        machine = self.machine(self.server_with(image, metadata))
        state = machine.security.state()
        assert (state.is_shielded, state.secure_boot) == (True, SecureBootTemplate.MICROSOFT_WINDOWS)
        protection = protection_of(self.emulated, machine.guid)
        assert (protection.key_protector, protection.policy) == (KEY_PROTECTOR, POLICY)

    @shows("D12")
    def test_shielding_data_appear_in_no_log(self) -> None:
        reference = self.barbican(shielding_data(SECRET))
        heard = Heard()
        root = logging.getLogger()
        root.addHandler(heard)
        self.addCleanup(root.removeHandler, heard)
        self.server(self.image(**WINDOWS, os_vtpm="required", img_pdk_reference=reference))
        assert [line for line in heard.lines if "Took" in line], "Nothing was heard."
        assert not [line for line in heard.lines if SECRET in line]

    @shows("D12")
    def test_a_reference_that_leads_nowhere_is_a_clear_fault(self) -> None:
        self.barbican(shielding_data())
        reference = "11111111-2222-4333-8444-555555555555"
        fault = self.failed_server(
            self.image(**WINDOWS, os_shielded_vm="required", img_pdk_reference=reference)
        )
        assert "shielding data cannot be read" in fault
        assert not list(self.host.machines())

    @shows("D11")
    def test_what_a_shielded_server_needs_is_checked_first(self) -> None:
        fault = self.failed_server(self.image(**WINDOWS, os_shielded_vm="required"))
        assert "needs shielding data" in fault


class Heard(logging.Handler):
    """All that is logged, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def protection_of(emulated: EmulatedHost, guid: str) -> Any:
    """What the host keeps of a machine's key protector and policy."""
    system = emulated.host.systems.find(guid)
    assert system is not None
    return system.configuration.protection
