"""How much memory a machine has, and how far Hyper-V may take and give of it."""

from __future__ import annotations

from attrs import frozen


@frozen
class Memory:
    """Memory in MiB: what it starts with, and the bounds of what it has later.

    ``buffer_percent`` is how much more than the guest uses Hyper-V holds ready (TargetMemoryBuffer),
    ``weight`` who is served first where there is too little (Weight, 0 to 10,000); both matter to dynamic
    memory only.
    """

    startup_mb: int
    minimum_mb: int
    maximum_mb: int
    buffer_percent: int = 20
    weight: int = 5000

    @classmethod
    def static(cls, mb: int) -> Memory:
        """The same amount always."""
        return cls(mb, mb, mb)

    @property
    def is_dynamic(self) -> bool:
        """True where Hyper-V balances the memory while the machine runs."""
        return not self.startup_mb == self.minimum_mb == self.maximum_mb
