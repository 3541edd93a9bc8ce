"""What dynamic memory is refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   hyperv:dynamic_memory_ratio=0.5
       dynamic-memory: The ratio of dynamic memory is '0.5'; it is a number such as 2.0, 1 at least.
2025   hyperv:dynamic_memory_ratio=0
       dynamic-memory: The ratio of dynamic memory is '0'; it is a number such as 2.0, 1 at least.
2025   hyperv:dynamic_memory_ratio=two
       dynamic-memory: The ratio of dynamic memory is 'two'; it is a number such as 2.0, 1 at least.
2025   hyperv:dynamic_memory_ratio=-2
       dynamic-memory: The ratio of dynamic memory is '-2'; it is a number such as 2.0, 1 at least.
2025   hyperv:minimum_memory_mb=16
       dynamic-memory: hyperv:minimum_memory_mb is '16'; allowed is a number from 32 to 4096.
2025   hyperv:minimum_memory_mb=8192
       dynamic-memory: hyperv:minimum_memory_mb is '8192'; allowed is a number from 32 to 4096.
2025   hyperv:startup_memory_mb=8192
       dynamic-memory: hyperv:startup_memory_mb is '8192'; allowed is a number from 32 to 4096.
2025   hyperv:minimum_memory_mb=1024 hyperv:startup_memory_mb=512
       dynamic-memory: hyperv:startup_memory_mb is '512'; allowed is a number from 1024 to 4096.
2025   hyperv:startup_memory_mb=half
       dynamic-memory: hyperv:startup_memory_mb is 'half'; allowed is a number from 32 to 4096.
2025   hyperv:memory_buffer_percent=4
       dynamic-memory: hyperv:memory_buffer_percent is '4'; allowed is a number from 5 to 2000.
2025   hyperv:memory_buffer_percent=2001
       dynamic-memory: hyperv:memory_buffer_percent is '2001'; allowed is a number from 5 to 2000.
2025   hyperv:memory_weight=10001
       dynamic-memory: hyperv:memory_weight is '10001'; allowed is a number from 0 to 10000.
2025   hyperv:memory_weight=high
       dynamic-memory: hyperv:memory_weight is 'high'; allowed is a number from 0 to 10000.
"""


@shows("E2")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
