"""What the network card behind a switch takes off the processors for one port."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen


class InterruptModeration(IntEnum):
    """How often a virtual function interrupts; values of IOVInterruptModeration."""

    DEFAULT = 0
    ADAPTIVE = 1
    OFF = 2
    LOW = 100
    MEDIUM = 200
    HIGH = 300


@frozen(kw_only=True)
class PortOffload:
    """Shares in a card's hardware (Msvm_EthernetSwitchPortOffloadSettingData); None leaves what the port has.

    Weights are 0 to 100: ports of a higher weight come first where there is not enough, and 0 is no offload.
    ``iov_weight`` is for SR-IOV: a virtual function of the card for the guest, with ``iov_queue_pairs``.
    ``vmq_weight`` is for virtual machine queues. ``ipsec_associations`` are at most so many, 0 for none.
    Windows Server 2016 and newer spread a port over several processors (``vrss``) and queues (``vmmq``).
    """

    iov_weight: int | None = None
    iov_queue_pairs: int | None = None
    iov_interrupt_moderation: InterruptModeration | None = None
    vmq_weight: int | None = None
    ipsec_associations: int | None = None
    vrss: bool | None = None
    vmmq: bool | None = None
    vmmq_queue_pairs: int | None = None
