"""WinRM's quotas, with the values that Windows Server 2012 and later start with (MS-WSMV 3.1.1)."""

from __future__ import annotations

from attrs import frozen


@frozen
class ServiceLimits:
    """``winrm get winrm/config`` as far as the service heeds it."""

    max_envelope_bytes: int = 500 * 1024
    max_timeout_s: float = 60.0
    max_batch_items: int = 32000
    enumeration_timeout_s: float = 240.0
    max_operations_per_user: int = 1500
    subscription_expires_s: float = 600.0
    # UNVERIFIED: how long Windows keeps a WMI pull subscription that does not ask for a time


SMALLEST_ENVELOPE_BYTES = 8192
"""A smaller MaxEnvelopeSize is refused (DSP0226 R13.1-4)."""
