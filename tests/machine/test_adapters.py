"""Adapters: what may be said of their ports, and booting from them."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest
from tests.capabilities import shows

from .asking import granted, refused
from .requests import IMAGE

MBIT = 1_000_000
ROOT, DATA = Slot(Bus.SCSI, 0, 0), Slot(Bus.SCSI, 0, 1)


@pytest.mark.parametrize(
    "said",
    [
        {"mac_spoofing": True, "dhcp_guard": True, "router_guard": True},
        {"maximum_bandwidth_bps": 100 * MBIT},
        {"minimum_bandwidth_bps": 10 * MBIT, "maximum_bandwidth_bps": 10 * MBIT},
        {"vlan_id": 4094},
    ],
)
def test_what_can_be_said_of_a_port(said: dict[str, Any]) -> None:
    adapter = NetworkAdapter("nic", switch="lab", **said)
    assert granted("2012R2", "", network_adapters=(adapter,)).network_adapters == (adapter,)


@pytest.mark.parametrize(
    ("said", "rule", "text"),
    [
        (
            {"mac_spoofing": True},
            "network-adapter",
            "MAC spoofing needs a switch that the adapter is connected to.",
        ),
        (
            {"dhcp_guard": True},
            "network-adapter",
            "A DHCP guard needs a switch that the adapter is connected to.",
        ),
        (
            {"router_guard": True},
            "network-adapter",
            "A router guard needs a switch that the adapter is connected to.",
        ),
        ({"vlan_id": 5}, "network-adapter", "A VLAN needs a switch that the adapter is connected to."),
        (
            {"maximum_bandwidth_bps": MBIT},
            "network-adapter",
            "A bandwidth needs a switch that the adapter is connected to.",
        ),
        (
            {"switch": "lab", "minimum_bandwidth_bps": MBIT},
            "port-bandwidth",
            "The least minimum is 10000000 bits per second.",
        ),
    ],
)
def test_what_cannot(said: dict[str, Any], rule: str, text: str) -> None:
    adapter = NetworkAdapter("nic", **said)
    assert refused("2025", "", network_adapters=(adapter,)) == (rule, text)


@shows("F8")
def test_guests_read_names_of_adapters_since_windows_server_2016() -> None:
    adapter = NetworkAdapter("nic", device_naming=True)
    assert granted("2016", "gen2", network_adapters=(adapter,)).network_adapters == (adapter,)
    assert refused("2012R2", "gen2", network_adapters=(adapter,)) == (
        "unsupported",
        "An adapter's name in the guest needs Windows Server 2016 (10.0) or newer; this host is 6.3.9600.",
    )


@shows("D8")
def test_drives_and_adapters_boot_by_index_mixed() -> None:
    disks = (DiskRequest("root", IMAGE, boot_index=1), DiskRequest("data", IMAGE))
    adapters = (
        NetworkAdapter("last"),
        NetworkAdapter("pxe", boot_index=0),
        NetworkAdapter("next", boot_index=5),
    )
    spec = granted("2025", "gen2", disks=disks, network_adapters=adapters)
    assert spec.boot_order == UefiBoot(("pxe", ROOT, "next", DATA, "last"))


@shows("D7")
def test_generation_1_does_not_boot_from_adapters() -> None:
    adapters = (NetworkAdapter("pxe", boot_index=2),)
    assert refused("2025", "gen1", network_adapters=adapters) == (
        "boot-index",
        (
            "Generation 1 does not boot from a synthetic network adapter. "
            "Leave the boot index out, or use generation 2 (hw_machine_type=hyperv-gen2)."
        ),
    )


def test_an_adapter_does_not_have_a_drives_boot_index() -> None:
    adapters = (NetworkAdapter("pxe", boot_index=0),)
    assert refused("2025", "gen2", network_adapters=adapters) == (
        "boot-index",
        "Boot index 0 is that of root too.",
    )
