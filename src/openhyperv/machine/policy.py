"""What whoever runs the hosts has decided for all machines that do not say otherwise."""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.lifecycle import CheckpointKind


@frozen(kw_only=True)
class Policy:
    """An operator's defaults; a flavor's extra specs go before them.

    - ``dynamic_memory_ratio``: machines start with their memory divided by this; 1 is static memory
    - ``limit_cpu_features``: machines shall be able to move between hosts of different processors
    - ``automatic_shutdown``: guests are shut down with their host instead of being saved
    - ``checkpoints``: their kind; None is Hyper-V's own default
    """

    dynamic_memory_ratio: float = 1.0
    limit_cpu_features: bool = False
    automatic_shutdown: bool = False
    checkpoints: CheckpointKind | None = None
