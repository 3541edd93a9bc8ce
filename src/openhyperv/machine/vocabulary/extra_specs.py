"""The extra specs of flavors: OpenStack's, and those for which it has no words."""

from __future__ import annotations

from openhyperv.machine.rules import (
    disk_qos,
    gpu_partitions,
    nested,
    numa,
    numa_cells,
    pci_devices,
    processors,
    remotefx,
    secure_boot,
    security,
)
from openhyperv.machine.vocabulary.own_extra_specs import OWN_EXTRA_SPECS
from openhyperv.machine.vocabulary.words import Choice, Choices, Number, Pattern, Truth, Word

_DISPLAY = f"{remotefx.RESOLUTION}=1920x1200"
_GENERATION_2 = "hw_machine_type=hyperv-gen2"

OPENSTACK_EXTRA_SPECS = (
    Word(
        name=secure_boot.EXTRA_SPEC,
        title="Secure Boot",
        value=Choice(secure_boot.VALUES),
        meaning=f"As `{secure_boot.IMAGE_PROPERTY}`, and stronger than it. Nova takes no "
        "`optional`, and no contradiction.",
        example=(f"{secure_boot.EXTRA_SPEC}=required", _GENERATION_2, f"{secure_boot.OS_TYPE}=linux"),
    ),
    Word(
        name=nested.EXTRA_SPEC,
        title="Nested virtualization",
        value=Choices(tuple(nested.SINCE)),
        meaning=f"As `{nested.IMAGE_PROPERTY}`; what either asks for is given.",
        example=(f"{nested.EXTRA_SPEC}=vmx",),
    ),
    Word(
        name=f"hw:{security.TPM_VERSION}",
        title="TPM version",
        value=Choice(security.TPM_VERSIONS),
        meaning=f"As `{security.VTPM}=required`.",
        example=(f"hw:{security.TPM_VERSION}=2.0", _GENERATION_2),
    ),
    Word(
        name=f"hw:{processors.HIDE_HYPERVISOR}",
        title="Hide the hypervisor",
        value=Truth(),
        meaning=f"As `{processors.IMAGE_HIDE_HYPERVISOR}`, and stronger than it.",
        example=(f"hw:{processors.HIDE_HYPERVISOR}=true",),
    ),
    Word(
        name=f"hw:{numa.NODES}",
        title="NUMA nodes",
        value=Number(numa.NODE_COUNTS),
        meaning="So many NUMA nodes, all of one size. Dynamic memory is off then.",
        example=(f"hw:{numa.NODES}=2",),
    ),
    Word(
        name=f"hw:{numa_cells.CPUS}{{num}}",
        title="Processors of a NUMA node",
        value=Pattern(".+", "`0-3,^2`"),
        meaning="The processors of the node. For all nodes or for none: then they share evenly. Together "
        "they have to be the machine's.",
        example=(
            f"hw:{numa_cells.CPUS}0=0-1",
            f"hw:{numa_cells.CPUS}1=2-3",
            f"hw:{numa_cells.MEMORY}0=2048",
            f"hw:{numa_cells.MEMORY}1=2048",
            f"hw:{numa.NODES}=2",
        ),
    ),
    Word(
        name=f"hw:{numa_cells.MEMORY}{{num}}",
        title="Memory of a NUMA node",
        value=Number(numa_cells.MEMORY_MB),
        meaning="The memory of the node in MiB. For all nodes or for none: then they share evenly. Together "
        "they have to be the machine's.",
        example=(
            f"hw:{numa_cells.MEMORY}0=4096",
            f"hw:{numa_cells.CPUS}0=0-3",
            f"hw:{numa.NODES}=1",
        ),
    ),
    Word(
        name=disk_qos.TOTAL_IOPS,
        title="Disk operations per second",
        value=Number(disk_qos.NUMBERS),
        meaning="The most operations per second of each disk that is made for the machine; `0` is no limit. "
        "Windows Server 2012 R2 or newer.",
        example=(f"{disk_qos.TOTAL_IOPS}=500",),
    ),
    Word(
        name=disk_qos.TOTAL_BYTES,
        title="Disk bytes per second",
        value=Number(disk_qos.NUMBERS),
        meaning=f"The most bytes per second of each such disk, where `{disk_qos.TOTAL_IOPS}` is not given: "
        "in operations of 8192 bytes, rounded down, one at least.",
        example=(f"{disk_qos.TOTAL_BYTES}=8192000",),
    ),
    Word(
        name=pci_devices.ALIAS,
        title="PCI devices",
        value=Pattern(r"[^:,]+:\d{1,3}(\s*,\s*[^:,]+:\d{1,3})*", "`gpu:1,nic:2`"),
        meaning="PCI devices of the host, by aliases. Windows Server 2016 or newer. Dynamic memory is off "
        "then, and the machine is turned off with its host.",
        example=(f"{pci_devices.ALIAS}=gpu:1",),
    ),
    Word(
        name=gpu_partitions.PARTITIONS,
        title="GPU partitions",
        value=Number(gpu_partitions.COUNTS),
        meaning="A partition of one of the host's GPUs. Windows Server 2025.",
        example=(f"{gpu_partitions.PARTITIONS}=1",),
    ),
    Word(
        name=remotefx.RESOLUTION,
        title="RemoteFX resolution",
        value=Choice(remotefx.RESOLUTIONS),
        meaning="A RemoteFX display. Windows Server 2012 R2 and 2016 only, generation 2 and the last one on "
        "2016 only; Microsoft removed it.",
        example=(_DISPLAY,),
    ),
    Word(
        name=remotefx.MONITORS,
        title="RemoteFX monitors",
        value=Number(remotefx.MONITOR_COUNTS),
        meaning="How many monitors, 1 if left out; the larger the resolution, the fewer.",
        example=(f"{remotefx.MONITORS}=2", _DISPLAY),
    ),
    Word(
        name=remotefx.VRAM,
        title="RemoteFX video memory",
        value=Choice(remotefx.VRAM_SIZES),
        meaning="Video memory in MiB. Windows Server 2016 only.",
        example=(f"{remotefx.VRAM}=256", _DISPLAY),
    ),
)

EXTRA_SPECS = (*OPENSTACK_EXTRA_SPECS, *OWN_EXTRA_SPECS)
