"""The rules of machines: limits, and each rule with a request that breaks it and what is answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

from attrs import evolve, frozen

from extension.markdown import code, escape, table
from openhyperv.errors import HyperVError
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat, FromImage
from openhyperv.machine.host_version import (
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
    HostVersion,
)
from openhyperv.machine.limits import limits_of
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.pci import PciAddress
from openhyperv.machine.port import AccessVlan, Direction, PortBandwidth, PortRange, PortRule, PortSpec
from openhyperv.machine.port_offload import PortOffload
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DiskRequest, DvdRequest, MachineRequest
from openhyperv.machine.rules.ports import check_port
from openhyperv.machine.rules.refusals import GRANTED, HARMLESS
from openhyperv.machine.rules.switches import check_switch
from openhyperv.machine.spec import Generation
from openhyperv.machine.switch import SwitchSpec
from openhyperv.machine.violations import BrokenRuleError, Rule

_GIB = 1024**3
_IMAGE = FromImage("C:\\OpenHyperV\\images\\image.vhdx", DiskFormat.VHDX, 2 * _GIB)
_ROOT = DiskRequest("root", _IMAGE, boot_index=0)
_BASIS = MachineRequest(
    "web01", UUID(int=1), Flavor(2, 2048), WINDOWS_2025, disks=(_ROOT,), network_adapters=()
)
_PORT_22 = PortRule(Direction.INCOMING, ports=PortRange(22, 22))
_ONE_MBIT = PortBandwidth(minimum_bps=1_000_000)
_WEIGHT_101 = PortOffload(iov_weight=101)
_GEN2 = {"hw_machine_type": "hyperv-gen2"}
_SECURE_LINUX = {**_GEN2, "os_secure_boot": "required", "os_type": "linux"}
_PCI_ADDRESS = PciAddress.parse("0000:3b:00.0")

_Request: TypeAlias = MachineRequest | PortSpec | SwitchSpec


@frozen
class _Example:
    """A request that is refused, and how it differs from one that is not."""

    words: str
    request: _Request


def _properties(**values: str) -> _Example:
    words = " ".join(f"{name}={value}" for name, value in values.items())
    return _Example(words, evolve(_BASIS, image=ImageProperties(values)))


def _flavor(words: str, flavor: Flavor) -> _Example:
    return _Example(words, evolve(_BASIS, flavor=flavor))


def _specs(*, generation_2: bool = False, **specs: str) -> _Example:
    """Extra specs: ``hw__numa_nodes`` is ``hw:numa_nodes``."""
    extra_specs = {name.replace("__", ":", 1): value for name, value in specs.items()}
    words = " ".join(f"{name}={value}" for name, value in extra_specs.items())
    image = ImageProperties(_GEN2 if generation_2 else {})
    return _Example(words, evolve(_BASIS, image=image, flavor=Flavor(2, 2048, extra_specs=extra_specs)))


def _disks(words: str, *disks: DiskRequest, generation_2: bool = False) -> _Example:
    image = ImageProperties(_GEN2 if generation_2 else {})
    return _Example(words, evolve(_BASIS, image=image, disks=disks))


def _adapters(words: str, *adapters: NetworkAdapter) -> _Example:
    return _Example(words, evolve(_BASIS, network_adapters=adapters))


def _blank(number: int, bus: Bus | None = None) -> DiskRequest:
    return DiskRequest(f"disk{number}", BlankDisk(), bus, _GIB)


_EXAMPLES = (
    _properties(hw_machine_type="hyperv-gen3"),
    _properties(hw_firmware_type="efi"),
    _properties(hw_machine_type="hyperv-gen2", hw_firmware_type="bios"),
    _properties(**_GEN2, architecture="i686"),
    _properties(os_secure_boot="yes"),
    _properties(os_secure_boot="required", os_type="linux"),
    _properties(**_GEN2, os_secure_boot="required"),
    _properties(interactive_serial_port="3"),
    _properties(hypervisor_type="qemu"),
    _properties(hypervisor_version_requires="newer than 2016"),
    _properties(hypervisor_version_requires=">=10.1"),
    _properties(hw_cpu_policy="dedicated"),
    _properties(**_GEN2, hw_disk_bus="ide"),
    _flavor("2049 processors", Flavor(2049, 2048)),
    _flavor("16 MB of memory", Flavor(2, 16)),
    _specs(hw__numa_nodes="65"),
    _specs(hw__numa_nodes="3"),
    _specs(**{"hw__numa_nodes": "1", "hw__numa_cpus.0": "0"}),
    _specs(**{"hw__numa_nodes": "1", "hw__numa_cpus.0": "0", "hw__numa_mem.0": "2048"}),
    _specs(**{"hw__numa_nodes": "1", "hw__numa_cpus.0": "0-1", "hw__numa_mem.0": "1024"}),
    _Example(
        "hw:numa_nodes=1 hw_numa_nodes=2",
        evolve(
            _BASIS,
            image=ImageProperties({"hw_numa_nodes": "2"}),
            flavor=Flavor(2, 2048, extra_specs={"hw:numa_nodes": "1"}),
        ),
    ),
    _specs(hw__cpu_features="vmx,aes"),
    _specs(hyperv__dynamic_memory_ratio="0.5"),
    _specs(hyperv__checkpoints="yes"),
    _specs(hyperv__stop_action="suspend"),
    _specs(hyperv__low_mmio_mb="1"),
    _specs(quota__disk_total_iops_sec="many"),
    _Example(
        "os:monitors=2 on Windows Server 2016",
        evolve(_BASIS, host=WINDOWS_2016, flavor=Flavor(2, 2048, extra_specs={"os:monitors": "2"})),
    ),
    _specs(os__resolution="1024x768"),
    _specs(resources__VGPU="100"),
    _specs(resources__VGPU="1"),
    _specs(pci_passthrough__alias="gpu:1"),
    _Example("a claimed PCI device without an alias", evolve(_BASIS, pci_claims=(_PCI_ADDRESS,))),
    _specs(hyperv__secure_boot_template="MicrosoftWindows", generation_2=True),
    _properties(os_vtpm="yes"),
    _properties(os_vtpm="required"),
    _properties(**_GEN2, os_shielded_vm="required"),
    _properties(**_GEN2, os_shielded_vm="required", img_pdk_reference="containers/1"),
    _properties(**_SECURE_LINUX, os_shielded_vm="required", img_pdk_reference="containers/1"),
    _Example(
        "the metadata fsk:ComputerName=db01 for a machine web01",
        evolve(
            _BASIS,
            image=ImageProperties({**_GEN2, "os_vtpm": "required", "img_pdk_reference": "containers/1"}),
            metadata={"fsk:ComputerName": "db01"},
        ),
    ),
    _Example(
        "a config drive with boot index 0",
        evolve(_BASIS, config_drive=DvdRequest("config", "C:\\config.iso", boot_index=0), disks=()),
    ),
    _disks(
        "generation 2 with a VHD",
        evolve(_ROOT, source=evolve(_IMAGE, format=DiskFormat.VHD)),
        generation_2=True,
    ),
    _disks("a root disk smaller than its image", evolve(_ROOT, size_bytes=_GIB)),
    _disks("five disks on IDE", *(_blank(number, Bus.IDE) for number in range(5))),
    _disks("two disks of one name", _blank(1), _blank(1)),
    _disks("two disks with boot index 0", _ROOT, evolve(_blank(1), boot_index=0)),
    _adapters("an adapter in VLAN 5000", NetworkAdapter("nic1", switch="Internal", vlan_id=5000)),
    _adapters(
        "an adapter with the MAC address 01:00:5E:00:00:01", NetworkAdapter("nic1", "01:00:5E:00:00:01")
    ),
    _Example("a name with a line break", evolve(_BASIS, name="web\n01")),
    _Example("notes with a control character", evolve(_BASIS, notes="bell\x07")),
    _Example("a port on no switch", PortSpec(switch="")),
    _Example("a port in VLAN 4095", PortSpec(switch="lab", vlan=AccessVlan(4095))),
    _Example("a rule about port 22 of any protocol", PortSpec(switch="lab", rules=(_PORT_22,))),
    _Example("a port that is promised 1 Mbit/s", PortSpec(switch="lab", bandwidth=_ONE_MBIT)),
    _Example("a private switch with SR-IOV", SwitchSpec(name="lab", iov_preferred=True)),
    _Example("a port with weight 101 for SR-IOV", PortSpec(switch="lab", offload=_WEIGHT_101)),
)
_NOT_SHOWN = {Rule.PROPERTY_TEXT}
"""Only a program can break it: a property that is no text."""


def machine_rules() -> str:
    """Each rule with an example, and what is answered to it; a rule without one stops the build."""
    answers = [(example, _answer(example)) for example in _EXAMPLES]
    shown = {error.rule for _, error in answers if isinstance(error, BrokenRuleError)}
    missing = set(Rule) - shown - _NOT_SHOWN
    if missing:
        raise LookupError(f"There is no example for {missing}.")
    rows = [(_name(error), escape(example.words), _text(error)) for example, error in answers]
    return table(("rule", "asked for", "answer"), sorted(rows))


def _answer(example: _Example) -> HyperVError:
    wanted = example.request
    try:
        _design(wanted)
    except HyperVError as error:
        return error
    raise AssertionError(f"{example.words} is granted")


def _design(wanted: _Request) -> None:
    if isinstance(wanted, PortSpec):
        check_port(wanted)
    elif isinstance(wanted, SwitchSpec):
        check_switch(wanted)
    else:
        design_machine(wanted)


def _name(error: HyperVError) -> str:
    return code(error.rule.value) if isinstance(error, BrokenRuleError) else "(not supported)"


def _text(error: HyperVError) -> str:
    return escape(" ".join(filter(None, (error.message, error.remedy))))


def machine_limits() -> str:
    """What one machine may have, by release of Windows."""
    rows = [
        (release, *_limits(host, Generation.ONE), *_limits(host, Generation.TWO))
        for release, host in _RELEASES
    ]
    one, two = ("processors, gen. 1", "memory, gen. 1"), ("processors, gen. 2", "memory, gen. 2")
    adapters = [f"{limits_of(host, Generation.TWO).network_adapters}" for _, host in _RELEASES]
    head = ("host", *one, *two, "network adapters")
    return table(head, [(*row, count) for row, count in zip(rows, adapters, strict=True)])


_RELEASES = (
    ("2012 R2", WINDOWS_2012_R2),
    ("2016", WINDOWS_2016),
    ("2019", WINDOWS_2019),
    ("2022", WINDOWS_2022),
    ("2025", WINDOWS_2025),
)


def _limits(host: HostVersion, generation: Generation) -> tuple[str, str]:
    limits = limits_of(host, generation)
    return f"{limits.vcpus:,}", f"{limits.memory_mb // 1024**2:,} TiB"


def harmless_properties() -> str:
    """Properties that are taken and have no effect."""
    return _list(code(name) for name in sorted(HARMLESS))


def granted_properties() -> str:
    """Properties of which only some values are taken."""
    rows = [(code(name), ", ".join(code(value) for value in values)) for name, values in GRANTED.items()]
    return table(("property", "values that are taken"), rows)


def _list(entries: Iterable[str]) -> str:
    return ", ".join(entries) + "\n"
