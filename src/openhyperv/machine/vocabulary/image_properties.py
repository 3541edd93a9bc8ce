"""The properties of images, under OpenStack's names."""

from __future__ import annotations

from openhyperv.machine.rules import (
    drives,
    generation,
    nested,
    numa,
    numa_cells,
    processors,
    secure_boot,
    security,
    serial_ports,
    shielding_data,
)
from openhyperv.machine.vocabulary.host_properties import HOSTS
from openhyperv.machine.vocabulary.words import Choice, Choices, Number, Pattern, Truth, Word

_GENERATION_2 = f"{generation.MACHINE_TYPE}=hyperv-gen2"
_WINDOWS = (_GENERATION_2, f"{secure_boot.IMAGE_PROPERTY}=required", f"{secure_boot.OS_TYPE}=windows")
_PDK = f"{shielding_data.PDK_REFERENCE}=http://barbican/v1/containers/4f1c"

FIRMWARE = (
    Word(
        name=generation.MACHINE_TYPE,
        title="Generation",
        value=Choice(tuple(generation.BY_MACHINE_TYPE)),
        default="`hyperv-gen1`",
        meaning="The generation: 1 has BIOS and IDE, 2 has UEFI and SCSI. Generation 2 needs Windows Server "
        "2012 R2 or newer, and VHDX disks.",
        example=(_GENERATION_2,),
    ),
    Word(
        name=generation.FIRMWARE_TYPE,
        title="Firmware",
        value=Choice(tuple(generation.BY_FIRMWARE_TYPE)),
        meaning="The generation by its firmware: `bios` is 1, `uefi` is 2. If both are set, they "
        "have to agree.",
        example=(f"{generation.FIRMWARE_TYPE}=uefi",),
    ),
    Word(
        name=secure_boot.IMAGE_PROPERTY,
        title="Secure Boot",
        value=Choice(secure_boot.VALUES),
        default="`disabled`",
        meaning="Only `required` switches Secure Boot on. Generation 2 only.",
        example=(
            f"{secure_boot.IMAGE_PROPERTY}=required",
            _GENERATION_2,
            f"{secure_boot.OS_TYPE}=linux",
        ),
    ),
    Word(
        name=secure_boot.OS_TYPE,
        title="Operating system",
        value=Choice(secure_boot.OS_TYPES),
        meaning="Whose signatures the firmware accepts. Needed with Secure Boot. `linux` needs Windows "
        "Server 2016 or newer.",
        example=(
            f"{secure_boot.OS_TYPE}=linux",
            f"{secure_boot.IMAGE_PROPERTY}=required",
            _GENERATION_2,
        ),
    ),
    Word(
        name=security.VTPM,
        title="Virtual TPM",
        value=Choice(security.VALUES),
        default="`disabled`",
        meaning="`required` gives the machine a virtual TPM, and encrypts its state. Generation 2, Windows "
        "Server 2016 or newer.",
        example=(f"{security.VTPM}=required", _GENERATION_2),
    ),
    Word(
        name=security.SHIELDED,
        title="Shielding",
        value=Choice(security.VALUES),
        default="`disabled`",
        meaning="`required` keeps the host's operators out, too. Needs a guarded host, Secure Boot, Windows "
        "in the guest, and shielding data.",
        example=(f"{security.SHIELDED}=required", *_WINDOWS, _PDK),
    ),
    Word(
        name=shielding_data.PDK_REFERENCE,
        title="Shielding data",
        value=Pattern(".+", "where they are"),
        meaning="The shielding data of a machine that is shielded; the same name in the machine's metadata "
        "goes before it.",
        example=(_PDK, f"{security.SHIELDED}=required", *_WINDOWS),
    ),
    Word(
        name=f"hw_{security.TPM_VERSION}",
        title="TPM version",
        value=Choice(security.TPM_VERSIONS),
        meaning=f"As `{security.VTPM}=required`.",
        example=(f"hw_{security.TPM_VERSION}=2.0", _GENERATION_2),
    ),
)

DEVICES = (
    Word(
        name=drives.DISK_BUS,
        title="Bus of the root disk",
        value=Choice(drives.BUSES),
        default="`ide` in generation 1, `scsi` in 2",
        meaning="The root disk's bus; the generation has to have it.",
        example=(f"{drives.DISK_BUS}=scsi", _GENERATION_2),
    ),
    Word(
        name=drives.CDROM_BUS,
        title="Bus of DVD drives",
        value=Choice(drives.BUSES),
        default="`ide` in generation 1, `scsi` in 2",
        meaning="The bus of DVD drives; the generation has to have it.",
        example=(f"{drives.CDROM_BUS}=ide",),
    ),
    Word(
        name=serial_ports.INTERACTIVE,
        title="Serial port to type at",
        value=Choice(serial_ports.NUMBERS),
        default="`1`",
        meaning="The serial port that is read and written.",
        example=(f"{serial_ports.INTERACTIVE}=1",),
    ),
    Word(
        name=serial_ports.LOGGING,
        title="Serial port that is logged",
        value=Choice(serial_ports.NUMBERS),
        default="`1`",
        meaning="The serial port that is only read. A port asked for both ways is read and written. A "
        "shielded machine has none.",
        example=(f"{serial_ports.LOGGING}=2",),
    ),
)

PROCESSORS = (
    Word(
        name=nested.IMAGE_PROPERTY,
        title="Nested virtualization",
        value=Choices(tuple(nested.SINCE)),
        meaning="Nested virtualization: `vmx` from Windows Server 2016 on, `svm` (AMD) from 2022 on. Not on "
        "hosts in a cluster. Dynamic memory is off then.",
        example=(f"{nested.IMAGE_PROPERTY}=vmx",),
    ),
    Word(
        name=processors.IMAGE_HIDE_HYPERVISOR,
        title="Hide the hypervisor",
        value=Truth(),
        default="`false`",
        meaning="The guest is not told that it runs on a hypervisor. Windows Server 2016 or newer.",
        example=(f"{processors.IMAGE_HIDE_HYPERVISOR}=true",),
    ),
    Word(
        name=f"hw_{processors.HIDE_HYPERVISOR}",
        title="Hide the hypervisor",
        value=Truth(),
        default="`false`",
        meaning=f"As `{processors.IMAGE_HIDE_HYPERVISOR}`, and stronger than it.",
        example=(f"hw_{processors.HIDE_HYPERVISOR}=true",),
    ),
    Word(
        name=f"hw_{numa.NODES}",
        title="NUMA nodes",
        value=Number(numa.NODE_COUNTS),
        meaning=f"As the extra spec `hw:{numa.NODES}`.",
        example=(f"hw_{numa.NODES}=2",),
    ),
    Word(
        name=f"hw_{numa_cells.CPUS}{{num}}",
        title="Processors of a NUMA node",
        value=Pattern(".+", "`0-3,^2`"),
        meaning=f"As the extra spec `hw:{numa_cells.CPUS}N`.",
        example=(
            f"hw_{numa_cells.CPUS}0=0-1",
            f"hw_{numa_cells.CPUS}1=2-3",
            f"hw_{numa_cells.MEMORY}0=2048",
            f"hw_{numa_cells.MEMORY}1=2048",
            f"hw_{numa.NODES}=2",
        ),
    ),
    Word(
        name=f"hw_{numa_cells.MEMORY}{{num}}",
        title="Memory of a NUMA node",
        value=Number(numa_cells.MEMORY_MB),
        meaning=f"As the extra spec `hw:{numa_cells.MEMORY}N`.",
        example=(
            f"hw_{numa_cells.MEMORY}0=4096",
            f"hw_{numa_cells.CPUS}0=0-3",
            f"hw_{numa.NODES}=1",
        ),
    ),
)

IMAGE_PROPERTIES = (*FIRMWARE, *DEVICES, *PROCESSORS, *HOSTS)
