"""Property values that healthy elements of the host have in common."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.wire.types import Value

HEALTHY: Mapping[str, Value] = {
    "HealthState": 5,
    "OperationalStatus": [2],
    "Status": "OK",
    "StatusDescriptions": ["OK"],
}
"""What every CIM_ManagedSystemElement without a fault says."""

ENABLED: Mapping[str, Value] = {"EnabledDefault": 2, "EnabledState": 2, "RequestedState": 12}
"""What every CIM_EnabledLogicalElement that runs and takes no requests says."""
