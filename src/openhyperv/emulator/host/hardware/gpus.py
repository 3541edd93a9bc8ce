"""Graphics processors that RemoteFX can share among virtual machines."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge


@frozen(kw_only=True)
class Gpu:
    """A graphics processor; ``is_enabled`` is the administrator's choice to use it for RemoteFX."""

    name: str
    memory_mb: int = field(validator=ge(1))
    directx_version: str = "11.0"
    driver_version: str = "10.0.0.1"
    is_enabled: bool = True

    @property
    def has_directx_11(self) -> bool:
        """RemoteFX asks for DirectX 11 or newer."""
        major = self.directx_version.partition(".")[0]
        return major.isdecimal() and int(major) >= _LEAST_DIRECTX


_LEAST_DIRECTX = 11
