"""What is read is what was written: addresses and lists of processors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openhyperv.machine.pci import PciAddress
from openhyperv.machine.rules.cpu_list import cpus_of

_ADDRESSES = st.builds(
    PciAddress, st.integers(0, 0xFFFF), st.integers(0, 0xFF), st.integers(0, 0x1F), st.integers(0, 7)
)
_CPUS = st.frozensets(st.integers(0, 300), min_size=1)


@given(_ADDRESSES)
def test_pci_addresses(address: PciAddress) -> None:
    assert PciAddress.parse(str(address)) == address
    assert PciAddress.parse(str(address).upper()) == address


@given(_CPUS)
def test_processors_named_one_by_one(cpus: frozenset[int]) -> None:
    assert cpus_of("x", ",".join(str(cpu) for cpu in cpus)) == cpus


@given(_CPUS)
def test_processors_left_out_of_a_range(cpus: frozenset[int]) -> None:
    left_out = [f"^{cpu}" for cpu in range(max(cpus)) if cpu not in cpus]
    assert cpus_of("x", " , ".join([f"0-{max(cpus)}", *left_out])) == cpus
