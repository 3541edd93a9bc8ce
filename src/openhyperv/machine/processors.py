"""The virtual processors of a machine."""

from __future__ import annotations

from attrs import frozen


@frozen
class Processors:
    """How many, and what they show to the guest.

    - ``nested``: virtualization extensions, so that the guest can run machines of its own
    - ``limit_features``: only what hosts of different processors have in common, so that it can move
    - ``hide_hypervisor``: the guest is not told that it runs on one
    """

    count: int
    nested: bool = False
    limit_features: bool = False
    hide_hypervisor: bool = False
