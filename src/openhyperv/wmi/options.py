"""Operation options: the dictionary that PyMI's operations take."""

from __future__ import annotations

from typing import Any, TypedDict

from openhyperv.wire.fault import WbemCode
from openhyperv.wmi.failures import failure

DEFAULT_OPERATION_TIMEOUT = 60
"""Seconds for an operation where nobody says otherwise: WinRM ends what takes longer (MaxTimeoutms)."""


class CustomOption(TypedDict):
    """An option for a provider. WinRM passes none on that this library could send."""

    name: str
    value_type: int
    value: Any
    must_comply: bool


class OperationOptions(TypedDict, total=False):
    """What one operation can be told; ``operation_timeout`` is in seconds."""

    operation_timeout: float
    custom_options: list[CustomOption]


def timeout_s(options: OperationOptions | None, default_s: float) -> float:
    """How long an operation may take.

    :raises x_wmi: a provider must comply with an option, which cannot be sent
    """
    options = options or {}
    for option in options.get("custom_options", ()):
        if option.get("must_comply"):
            raise failure(
                WbemCode.NOT_SUPPORTED, f"The option {option['name']} cannot be sent to a provider."
            )
    return float(options.get("operation_timeout") or default_s)
