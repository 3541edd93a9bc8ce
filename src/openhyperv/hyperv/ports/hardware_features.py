"""What a port asks of hardware, as the settings that Hyper-V keeps of it, and back. Pure."""

from __future__ import annotations

from openhyperv.hyperv.ports.features import named
from openhyperv.hyperv.values import member, number
from openhyperv.machine.port_offload import InterruptModeration, PortOffload
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

OFFLOAD = "Msvm_EthernetSwitchPortOffloadSettingData"
RDMA = "Msvm_EthernetSwitchPortRdmaSettingData"

OFFLOAD_DEFAULTS = PortOffload(
    iov_weight=0,
    iov_queue_pairs=1,
    iov_interrupt_moderation=InterruptModeration.DEFAULT,
    vmq_weight=100,
    ipsec_associations=512,
)
"""What a port without such settings has (Msvm_EthernetSwitchPortOffloadSettingData)."""


def offload_settings(offload: PortOffload) -> Instance:
    """Shares in the hardware of a network card."""
    moderation = offload.iov_interrupt_moderation
    values: dict[str, Value | None] = {
        "IOVOffloadWeight": offload.iov_weight,
        "IOVQueuePairsRequested": offload.iov_queue_pairs,
        "IOVInterruptModeration": None if moderation is None else moderation.value,
        "VMQOffloadWeight": offload.vmq_weight,
        "IPSecOffloadLimit": offload.ipsec_associations,
        "VrssEnabled": offload.vrss,
        "VmmqEnabled": offload.vmmq,
        "VmmqQueuePairs": offload.vmmq_queue_pairs,
    }
    return Instance(OFFLOAD, named(values))


def read_offload(settings: Instance) -> PortOffload:
    """The reverse of :func:`offload_settings`; what the host's release does not know is None."""
    return PortOffload(
        iov_weight=number(settings, "IOVOffloadWeight"),
        iov_queue_pairs=number(settings, "IOVQueuePairsRequested"),
        iov_interrupt_moderation=member(InterruptModeration, settings, "IOVInterruptModeration"),
        vmq_weight=number(settings, "VMQOffloadWeight"),
        ipsec_associations=number(settings, "IPSecOffloadLimit"),
        vrss=_flag(settings, "VrssEnabled"),
        vmmq=_flag(settings, "VmmqEnabled"),
        vmmq_queue_pairs=number(settings, "VmmqQueuePairs") or None,
    )


def _flag(settings: Instance, name: str) -> bool | None:
    value = settings.get(name)
    return value if isinstance(value, bool) else None


def rdma_settings(weight: int) -> Instance:
    """The weight of RDMA in the guest; 0 is none."""
    return Instance(RDMA, {"RdmaOffloadWeight": weight})


def read_rdma(settings: Instance) -> int:
    """The reverse of :func:`rdma_settings`."""
    return number(settings, "RdmaOffloadWeight")
