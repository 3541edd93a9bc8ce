"""Extra specs of OpenHyperV's own, in the namespace ``hyperv:``."""

from __future__ import annotations

from openhyperv.machine.limits import MEMORY_MIN_MB
from openhyperv.machine.rules import (
    dynamic_memory,
    gpu_partitions,
    lifecycle,
    mmio,
    numa_cells,
    processors,
    secure_boot,
)
from openhyperv.machine.vocabulary.words import Choice, Number, Pattern, Truth, Word

_SIZES_MB = range(MEMORY_MIN_MB, numa_cells.MEMORY_MB.stop)
_A_PARTITION = f"{gpu_partitions.PARTITIONS}=1"

OWN_EXTRA_SPECS = (
    Word(
        name=dynamic_memory.RATIO,
        title="Dynamic memory",
        value=Pattern(dynamic_memory.RATIO_FORM.pattern, "a number such as `2.0`, 1 at least"),
        meaning="The machine starts with its memory divided by this, and may get all of it.",
        example=(f"{dynamic_memory.RATIO}=2.0",),
    ),
    Word(
        name=dynamic_memory.STARTUP,
        title="Memory at the start",
        value=Number(_SIZES_MB),
        meaning="What it starts with in MiB, whatever the ratio; up to the machine's memory.",
        example=(f"{dynamic_memory.STARTUP}=1024",),
    ),
    Word(
        name=dynamic_memory.MINIMUM,
        title="Least memory",
        value=Number(_SIZES_MB),
        meaning="What Hyper-V may leave it with, in MiB.",
        example=(f"{dynamic_memory.MINIMUM}=512",),
    ),
    Word(
        name=dynamic_memory.BUFFER,
        title="Memory buffer",
        value=Number(dynamic_memory.BUFFERS),
        meaning="How much more than the guest uses is held ready, in percent; 20 if left out.",
        example=(f"{dynamic_memory.BUFFER}=50",),
    ),
    Word(
        name=dynamic_memory.WEIGHT,
        title="Memory weight",
        value=Number(dynamic_memory.WEIGHTS),
        meaning="Who is served first where memory is short; 5000 if left out.",
        example=(f"{dynamic_memory.WEIGHT}=8000",),
    ),
    Word(
        name=processors.LIMIT_FEATURES,
        title="Common processor features",
        value=Truth(),
        meaning="Only processor features that other hosts have as well, so that it can move there.",
        example=(f"{processors.LIMIT_FEATURES}=true",),
    ),
    Word(
        name=secure_boot.TEMPLATE,
        title="Secure Boot template",
        value=Choice(secure_boot.TEMPLATE_NAMES),
        meaning="Whose signatures the firmware accepts, instead of what `os_type` says.",
        example=(
            f"{secure_boot.TEMPLATE}=MicrosoftUEFICertificateAuthority",
            f"{secure_boot.EXTRA_SPEC}=required",
            f"{secure_boot.OS_TYPE}=linux",
            "hw_machine_type=hyperv-gen2",
        ),
    ),
    Word(
        name=lifecycle.STOP_ACTION,
        title="When the host stops",
        value=Choice(tuple(lifecycle.STOP_ACTIONS)),
        meaning="What becomes of the machine when its host stops. A machine with a device of its host cannot "
        "be saved.",
        example=(f"{lifecycle.STOP_ACTION}=shut_down",),
    ),
    Word(
        name=lifecycle.CHECKPOINTS,
        title="Checkpoints",
        value=Choice(tuple(lifecycle.CHECKPOINT_KINDS)),
        meaning="The kind of checkpoints. Windows Server 2016 or newer, but `standard` everywhere.",
        example=(f"{lifecycle.CHECKPOINTS}=production",),
    ),
    Word(
        name=gpu_partitions.GPU,
        title="GPU",
        value=Pattern(".+", "a GPU's name"),
        meaning="Of which GPU a partition is.",
        example=(f"{gpu_partitions.GPU}=GPU0", _A_PARTITION),
    ),
    Word(
        name=gpu_partitions.VRAM,
        title="Video memory of a GPU partition",
        value=Number(gpu_partitions.VRAM_MB),
        meaning="The partition's video memory in MiB.",
        example=(f"{gpu_partitions.VRAM}=1024", _A_PARTITION),
    ),
    Word(
        name=mmio.LOW,
        title="Address space below 4 GiB",
        value=Number(mmio.LOW_MB),
        meaning="Address space for devices in MiB, below 4 GiB. A machine with a device of its host has 3072 "
        "if left out.",
        example=(f"{mmio.LOW}=3072",),
    ),
    Word(
        name=mmio.HIGH,
        title="Address space above 4 GiB",
        value=Number(mmio.HIGH_MB),
        meaning="Address space for devices in MiB, above 4 GiB. A machine with a device of its host has "
        "33280 if left out.",
        example=(f"{mmio.HIGH}=33280",),
    ),
)
