"""Requests that nothing here grants: they are refused by name, so that nobody believes they were granted.

Every property of the namespaces that ask for virtual hardware (``hw_*`` of images; ``hw:*``, ``quota:*``
and others of flavors) is either understood by a rule, harmless on Hyper-V, or refused. Names come from
OpenStack's references of image properties and extra specs, and from the Hyper-V usage guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.rules.understood import is_read_of_flavor, is_read_of_image
from openhyperv.machine.violations import NotOfferedError

# Device models and habits of other hypervisors: Hyper-V has one model of each device, and guests that suit
# both carry these along. Spelled as image properties; a flavor's hw:name is the same as an image's hw_name.
HARMLESS = frozenset(
    {
        "hw_boot_menu",
        "hw_input_bus",
        "hw_pmu",
        "hw_pointer_model",
        "hw_qemu_guest_agent",
        "hw_rescue_bus",
        "hw_rescue_device",
        "hw_rng_model",
        "hw_scsi_model",
        "hw_sound_model",
        "hw_time_hpet",
        "hw_usb_model",
        "hw_vif_model",
        "hw_vif_multiqueue_enabled",
        "hw_video_model",
        "hw_virtio_packed_ring",
    }
)

# What these values ask for is what a machine gets anyway, or nothing at all.
GRANTED = {
    "hw_cpu_policy": ("shared",),
    "hw_cpu_realtime": ("no", "false"),
    "hw_ephemeral_encryption": ("false", "no"),
    "hw_firmware_stateless": ("false", "no"),
    "hw_locked_memory": ("false", "no"),
    "hw_mem_encryption": ("false", "no"),
    "hw_mem_page_size": ("small", "any"),
    "hw_serial_port_count": ("1", "2"),
    "hw_vm_mode": ("hvm",),
    "hw_watchdog_action": ("disabled",),
    "hw_tpm_model": ("tpm-crb", "tpm-tis"),
    "hw_tpm_secret_security": ("host",),
}

# Why, where there is more to say than that it is not there, and what to do instead.
_REASONS = {
    "hw_cpu_policy": "Hyper-V does not pin processors of machines to those of the host.",
    "hw_cpu_dedicated_mask": "Hyper-V does not pin processors of machines to those of the host.",
    "hw_cpu_thread_policy": "Hyper-V does not pin processors of machines to those of the host.",
    "hw_cpu_realtime": "Hyper-V has no real-time processors.",
    "hw_mem_page_size": "Hyper-V chooses the size of memory pages itself.",
    "hw_mem_encryption": "Hyper-V does not encrypt a machine's memory; os_vtpm encrypts its state.",
    "hw_tpm_secret_security": "Hyper-V seals a TPM with keys of its host.",
    "hw_tpm_model": "Hyper-V has one model of TPM; hw:tpm_version=2.0 alone asks for it.",
}

_IMAGE_REFUSED = ("kernel_id", "ramdisk_id")
_IMAGE_NAMESPACES = ("hw_",)
_FLAVOR_NAMESPACES = (
    "hw:",
    "quota:",
    "pci_passthrough:",
    "accel:",
    "os:",
    "resources:VGPU",
    "resources:PGPU",
    "hyperv:",
    "resources:PCPU",
    "resources:CUSTOM_",
)


_NUMBERED_GROUP = re.compile(r"resources[^:]+:", re.ASCII)
"""Placement's groups of resources: ``resources1:VGPU`` asks for what ``resources:VGPU`` does, in a group."""


def refuse_unsupported(image: ImageProperties, flavor: Flavor) -> None:
    """Refuse the first property or extra spec that asks for something not granted here.

    :raises NotOfferedError: naming it in ``target``
    """
    for name, value in image.values.items():
        if _image_asks(name) and not _is_granted(name, value):
            raise _refusal("image property", name, value)
    for name, value in _asked_of_hardware(flavor.extra_specs).items():
        if not _is_granted(name.replace(":", "_", 1), value):
            raise _refusal("flavor extra spec", name, value)


def _image_asks(name: str) -> bool:
    if is_read_of_image(name):
        return False
    return name in _IMAGE_REFUSED or name.startswith(_IMAGE_NAMESPACES)


def _asked_of_hardware(extra_specs: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name: value
        for name, value in extra_specs.items()
        if _NUMBERED_GROUP.sub("resources:", name).startswith(_FLAVOR_NAMESPACES)
        and not is_read_of_flavor(name)
    }


def _is_granted(name: str, value: str) -> bool:
    return name in HARMLESS or value.lower() in GRANTED.get(name, ())


def _refusal(what: str, name: str, value: str) -> NotOfferedError:
    reason = _REASONS.get(name.replace(":", "_", 1))
    asks = f"The {what} {name}={value} asks for something that is not available here"
    return NotOfferedError(
        f"{asks}." if reason is None else f"{asks}: {reason}",
        target=name,
        remedy=f"Remove the {what}, if the machine can do without it.",
    )
