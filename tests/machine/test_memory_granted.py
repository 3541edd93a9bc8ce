"""Memory: static, dynamic by a ratio or by sizes, and what it does not go with."""

from __future__ import annotations

import pytest

from openhyperv.machine.memory import Memory
from openhyperv.machine.policy import Policy
from tests.capabilities import shows

from .asking import granted

STATIC = Memory.static(4096)


@shows("E1", "E2")
@pytest.mark.parametrize(
    ("words", "memory"),
    [
        ("", STATIC),
        ("hyperv:dynamic_memory_ratio=1", STATIC),
        ("hyperv:dynamic_memory_ratio=1.0", STATIC),
        ("hyperv:dynamic_memory_ratio=2", Memory(2048, 2048, 4096)),
        ("hyperv:dynamic_memory_ratio=2.0", Memory(2048, 2048, 4096)),
        ("hyperv:dynamic_memory_ratio=3", Memory(1364, 1364, 4096)),
        ("hyperv:dynamic_memory_ratio=1.5", Memory(2730, 2730, 4096)),
        ("hyperv:dynamic_memory_ratio=1000", Memory(32, 32, 4096)),
        ("hyperv:minimum_memory_mb=512", Memory(4096, 512, 4096)),
        ("hyperv:minimum_memory_mb=512 hyperv:dynamic_memory_ratio=2", Memory(2048, 512, 4096)),
        ("hyperv:minimum_memory_mb=3000 hyperv:dynamic_memory_ratio=2", Memory(3000, 3000, 4096)),
        ("hyperv:startup_memory_mb=1024", Memory(1024, 1024, 4096)),
        ("hyperv:startup_memory_mb=1024 hyperv:minimum_memory_mb=512", Memory(1024, 512, 4096)),
        ("hyperv:startup_memory_mb=3072 hyperv:dynamic_memory_ratio=2", Memory(3072, 2048, 4096)),
        ("hyperv:startup_memory_mb=4096", STATIC),
        ("hyperv:memory_weight=0", Memory(4096, 4096, 4096, weight=0)),
        (
            "hyperv:dynamic_memory_ratio=2 hyperv:memory_buffer_percent=5 hyperv:memory_weight=10000",
            Memory(2048, 2048, 4096, 5, 10_000),
        ),
    ],
)
def test_memory(words: str, memory: Memory) -> None:
    spec = granted("2025", words)
    assert (spec.memory, spec.remarks) == (memory, ())


@shows("E2")
@pytest.mark.parametrize(
    ("words", "ratio", "startup_mb"),
    [
        ("", 2.0, 2048),
        ("hyperv:dynamic_memory_ratio=4", 2.0, 1024),
        ("hyperv:dynamic_memory_ratio=1", 2.0, 4096),
    ],
)
def test_the_flavor_goes_before_the_policy(words: str, ratio: float, startup_mb: int) -> None:
    spec = granted("2025", words, policy=Policy(dynamic_memory_ratio=ratio))
    assert spec.memory == Memory(startup_mb, startup_mb, 4096)


@shows("E1", "E2")
@pytest.mark.parametrize(
    ("words", "memory", "remark"),
    [
        (
            "hyperv:startup_memory_mb=1025",
            Memory(1024, 1024, 4096),
            "hyperv:startup_memory_mb is 1024 MiB instead of 1025: Hyper-V gives memory in steps of 2 MiB.",
        ),
        (
            "hyperv:minimum_memory_mb=513",
            Memory(4096, 512, 4096),
            "hyperv:minimum_memory_mb is 512 MiB instead of 513: Hyper-V gives memory in steps of 2 MiB.",
        ),
    ],
)
def test_odd_sizes_are_rounded_down_and_that_is_said(words: str, memory: Memory, remark: str) -> None:
    spec = granted("2025", words)
    assert (spec.memory, spec.remarks) == (memory, (remark,))


@shows("E1")
def test_an_odd_amount_is_rounded_down_and_that_is_said() -> None:
    spec = granted("2025", "", memory_mb=4097)
    assert spec.memory == STATIC
    assert spec.remarks == (
        "The machine has 4096 MiB of memory instead of 4097: Hyper-V gives memory in steps of 2 MiB.",
    )


@shows("E3")
@pytest.mark.parametrize("words", ["hw:cpu_features=vmx", "hw_cpu_features=vmx hyperv:minimum_memory_mb=512"])
def test_dynamic_memory_is_off_beside_nested_virtualization(words: str) -> None:
    spec = granted("2025", words, policy=Policy(dynamic_memory_ratio=2.0))
    assert spec.memory == STATIC
    assert spec.remarks == ("Dynamic memory is off: it does not go with nested virtualization.",)
