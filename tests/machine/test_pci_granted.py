"""PCI devices: by the addresses that were claimed, else by what is free."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.errors import InvalidInputError
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.pci import MmioSpace, PciAddress, PciAlias, PciDevice
from openhyperv.machine.policy import Policy
from tests.capabilities import shows

from .asking import granted, refused

GPU, NIC = PciAlias("gpu", "10de", "1eb8"), PciAlias("nic", "8086", "1572")
FIRST, SECOND, THIRD = (PciAddress.parse(text) for text in ("0000:3b:00.0", "0000:3c:00.0", "0001:04:1f.7"))
FREE = HostTraits(
    pci_devices=(
        PciDevice(FIRST, "10de", "1eb8"),
        PciDevice(THIRD, "8086", "1572"),
        PciDevice(SECOND, "10de", "1eb8"),
    )
)


def devices(*claims: PciAddress) -> dict[str, Any]:
    return {"traits": FREE, "pci_aliases": (GPU, NIC), "pci_claims": claims}


@shows("F6")
@pytest.mark.parametrize(
    ("alias", "claims", "addresses"),
    [
        ("gpu:1", (SECOND,), (SECOND,)),
        ("gpu:1", (FIRST,), (FIRST,)),
        ("nic:1,gpu:1", (FIRST, THIRD), (FIRST, THIRD)),
        ("gpu:2", (SECOND, FIRST), (SECOND, FIRST)),
        ("gpu:1,gpu:1", (FIRST, SECOND), (FIRST, SECOND)),
        ("gpu:1", (), (FIRST,)),
        ("gpu:2", (), (FIRST, SECOND)),
        (" nic:1 , gpu:1", (), (THIRD, FIRST)),
        ("gpu:0", (), ()),
    ],
)
def test_devices(alias: str, claims: tuple[PciAddress, ...], addresses: tuple[PciAddress, ...]) -> None:
    words = f"'pci_passthrough:alias={alias}'"
    assert granted("2016", words, **devices(*claims)).pci_devices == addresses


GONE = (
    "The PCI device 0000:ff:00.0 cannot be given to a machine: the host does not have it, does not allow it, "
    "or has given it away. Look at what is free (hv host pci), and claim one of those."
)
TOO_FEW = (
    "3 PCI devices gpu (10de:1eb8) are asked for; the host has 2 of them free. "
    "Use another host, or give up a device for machines (hv host pci)."
)
OTHER_KIND = "The claimed devices 0001:04:1f.7 are not what gpu:1 asks for."
TWICE = "The claimed devices 0000:3b:00.0, 0000:3b:00.0 are not what gpu:2 asks for."
TOO_MANY = "The claimed devices 0000:3b:00.0, 0000:3c:00.0 are not what gpu:1 asks for."
UNASKED = "The PCI device 0000:3b:00.0 is claimed, but pci_passthrough:alias does not ask for any."
UNKNOWN = "There is no PCI alias 'fpga'; there are: gpu, nic."
OLD = "A PCI device for one machine needs Windows Server 2016 (10.0) or newer; this host is 6.3.9600."


@shows("F6")
@pytest.mark.parametrize(
    ("release", "alias", "claims", "rule", "text"),
    [
        ("2025", "gpu:1", (PciAddress(0, 255, 0, 0),), "unsupported", GONE),
        ("2025", "gpu:3", (), "unsupported", TOO_FEW),
        ("2025", "gpu:1", (THIRD,), "pci-claim", OTHER_KIND),
        ("2025", "gpu:2", (FIRST, FIRST), "pci-claim", TWICE),
        ("2025", "gpu:1", (FIRST, SECOND), "pci-claim", TOO_MANY),
        ("2025", "gpu:0", (FIRST,), "pci-claim", UNASKED),
        ("2025", "fpga:1", (), "pci-alias", UNKNOWN),
        ("2012R2", "gpu:1", (), "unsupported", OLD),
        ("2012R2", "gpu:1", (FIRST,), "unsupported", OLD),
    ],
)
def test_devices_that_are_refused(
    release: str, alias: str, claims: tuple[PciAddress, ...], rule: str, text: str
) -> None:
    words = f"pci_passthrough:alias={alias}"
    assert refused(release, words, **devices(*claims)) == (rule, text)


@shows("E10", "F6")
def test_a_machine_with_a_device_is_not_saved_and_its_memory_is_static() -> None:
    words = "pci_passthrough:alias=gpu:1 hyperv:dynamic_memory_ratio=2"
    spec = granted("2025", words, **devices())
    assert (spec.stop_action, spec.memory) == (StopAction.TURN_OFF, Memory.static(4096))
    assert spec.mmio == MmioSpace(3072, 33_280)
    assert spec.remarks == ("Dynamic memory is off: it does not go with PCI devices of the host.",)


@shows("E10")
def test_a_machine_with_a_device_cannot_be_told_to_be_saved() -> None:
    words = "pci_passthrough:alias=gpu:1 hyperv:stop_action=save"
    assert refused("2025", words, **devices()) == (
        "stop-action",
        (
            "A machine with a device of its host cannot be saved when the host stops. "
            "Set hyperv:stop_action to shut_down or turn_off, or leave it out."
        ),
    )
    turned_off = granted("2025", words.replace("save", "turn_off"), **devices())
    assert turned_off.stop_action is StopAction.TURN_OFF


@shows("E10")
def test_a_policy_of_shutting_down_holds_beside_a_device() -> None:
    policy = Policy(automatic_shutdown=True)
    spec = granted("2025", "pci_passthrough:alias=gpu:1", policy=policy, **devices())
    assert spec.stop_action is StopAction.SHUT_DOWN


@pytest.mark.parametrize(
    ("words", "space"),
    [
        ("", None),
        ("hyperv:low_mmio_mb=128", MmioSpace(128, 33_280)),
        ("hyperv:high_mmio_mb=65536", MmioSpace(3072, 65_536)),
        ("hyperv:low_mmio_mb=2048 hyperv:high_mmio_mb=1024", MmioSpace(2048, 1024)),
    ],
)
def test_address_space(words: str, space: MmioSpace | None) -> None:
    assert granted("2016", words).mmio == space


@pytest.mark.parametrize(
    "text", ["", "3b:00.0", "0000:3b:00.8", "0000:3b:20.0", "0000:3b:00.0 ", "0000:3g:00.0"]
)
def test_texts_that_are_no_address(text: str) -> None:
    with pytest.raises(InvalidInputError):
        PciAddress.parse(text)


def test_an_address_is_written_as_it_is_read() -> None:
    assert str(PciAddress.parse("0001:3B:1F.7")) == "0001:3b:1f.7"
