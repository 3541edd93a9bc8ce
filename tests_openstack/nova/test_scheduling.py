"""Which host the scheduler chooses, and what becomes of a server that comes to the wrong one all the same."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows

from openhyperv.machine.host_version import WINDOWS_2012_R2
from tests_openstack.nova.cloud import GEN_2, Cloud

_FROM_2016 = {"hypervisor_version_requires": ">=10.0", "img_hv_type": "hyperv"}
_FROM_2012_R2 = {"hypervisor_version_requires": ">=6.3", "img_hv_type": "hyperv"}
_NO_HOST = "No valid host was found"


class HostsOfTwoReleases(Cloud):
    """hv1 is Windows Server 2025; old is 2012 R2."""

    def setUp(self) -> None:
        super().setUp()
        emulated = self.start_host("old", version="2012R2")
        self.old = self.client_of(emulated)
        self.start_compute("old", emulated)

    def hosts_of(self, image: str, count: int = 2, **specs: str) -> set[str]:
        """Where that many servers come to be."""
        flavor = self.flavor(**specs)
        servers = [self.server(image, flavor_id=flavor) for _ in range(count)]
        return {server["OS-EXT-SRV-ATTR:host"] for server in servers}

    def failed(self, image: str, **specs: str) -> dict[str, Any]:
        """A server that ends in ERROR."""
        chosen = {"networks": "none", "flavor_id": self.flavor(**specs)}
        return dict(self._create_server(image_uuid=image, expected_state="ERROR", **chosen))

    def fault_of(self, image: str, **specs: str) -> str:
        """Why a server is in ERROR."""
        return str(self.failed(image, **specs)["fault"]["message"])

    def close(self, host: str) -> None:
        """Have no more servers on a host."""
        (service,) = self.admin_api.get_services(host=host, binary="nova-compute")
        self.admin_api.put_service(service["id"], {"status": "disabled"})

    @shows("D2", "M7")
    def test_versions_choose_the_host(self) -> None:
        assert self.hosts_of(self.image(**_FROM_2016)) == {"hv1"}
        self.close("hv1")
        assert self.hosts_of(self.image(**_FROM_2012_R2), 1) == {"old"}
        assert _NO_HOST in self.fault_of(self.image(**_FROM_2016))

    @shows("D1", "D2")
    def test_what_the_scheduler_does_not_compare_the_driver_refuses(self) -> None:
        """Without img_hv_type Nova does not look at versions; another host is tried, if there is one."""
        image = self.image(hypervisor_version_requires=">=10.0")
        assert self.hosts_of(image) == {"hv1"}
        self.close("hv1")
        server = self.failed(image)
        assert f">=10.0; this host is {WINDOWS_2012_R2}" in self.reason(server, "hyperv_spawn")
        assert not list(self.old.machines())

    @shows("D1", "M6")
    def test_traits_choose_the_host(self) -> None:
        since_2016 = self.image(**GEN_2, **{"trait:CUSTOM_HYPERV_SINCE_2016": "required"})
        assert self.hosts_of(since_2016) == {"hv1"}
        assert self.hosts_of(self.image(), trait__CUSTOM_HYPERV_2012_R2="required") == {"old"}
        self.close("hv1")
        assert _NO_HOST in self.fault_of(since_2016)

    @shows("D3", "D5")
    def test_secure_boot_of_linux_is_refused_on_an_old_host(self) -> None:
        image = self.image(**GEN_2, os_secure_boot="required", os_type="linux")
        assert self.hosts_of(image) == {"hv1"}
        self.close("hv1")
        assert "Secure Boot for Linux needs Windows Server 2016" in self.reason(
            self.failed(image), "hyperv_spawn"
        )

    def test_an_image_for_another_hypervisor_finds_no_host(self) -> None:
        assert _NO_HOST in self.fault_of(self.image(img_hv_type="kvm"))

    def test_what_no_host_has_is_refused_at_once(self) -> None:
        fault = self.fault_of(self.image(**GEN_2, hw_watchdog_action="reset"))
        assert "hw_watchdog_action=reset asks for something that is not available here" in fault
        assert "aborted" in fault
