"""What processors show to the guest."""

from __future__ import annotations

import pytest

from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.policy import Policy
from openhyperv.machine.processors import Processors
from tests.capabilities import shows

from .asking import granted, refused


@shows("E6", "E7", "E8")
@pytest.mark.parametrize(
    ("release", "words", "processors"),
    [
        ("2012", "", Processors(4)),
        ("2016", "hw:cpu_features=vmx", Processors(4, nested=True)),
        ("2025", "hw_cpu_features=vmx", Processors(4, nested=True)),
        ("2025", "hw_cpu_features=' VMX '", Processors(4, nested=True)),
        ("2025", "hw:cpu_features='svm , vmx,'", Processors(4, nested=True)),
        ("2022", "hw:cpu_features=Svm", Processors(4, nested=True)),
        ("2025", "hw:cpu_features=vmx hw_cpu_features=svm", Processors(4, nested=True)),
        ("2012", "hw:cpu_features= hw_cpu_features=,", Processors(4)),
        ("2012", "hyperv:limit_cpu_features=true", Processors(4, limit_features=True)),
        ("2025", "hyperv:limit_cpu_features=Yes", Processors(4, limit_features=True)),
        ("2025", "hyperv:limit_cpu_features=no", Processors(4)),
        ("2016", "img_hide_hypervisor_id=true", Processors(4, hide_hypervisor=True)),
        ("2025", "hw:hide_hypervisor_id=1", Processors(4, hide_hypervisor=True)),
        ("2012R2", "hw:hide_hypervisor_id=false img_hide_hypervisor_id=true", Processors(4)),
        ("2012R2", "hw_hide_hypervisor_id=no", Processors(4)),
        ("2025", "hw:cpu_policy=shared hw:mem_page_size=any hw_cpu_realtime=no", Processors(4)),
    ],
)
def test_processors(release: str, words: str, processors: Processors) -> None:
    assert granted(release, words).processors == processors


@shows("E7")
@pytest.mark.parametrize(("words", "is_limited"), [("", True), ("hyperv:limit_cpu_features=false", False)])
def test_the_flavor_goes_before_the_policy(words: str, *, is_limited: bool) -> None:
    spec = granted("2025", words, policy=Policy(limit_cpu_features=True))
    assert spec.processors.limit_features is is_limited


@shows("E8")
@pytest.mark.parametrize("words", ["hw:cpu_features=vmx", "hw_cpu_features=svm"])
def test_no_nesting_on_hosts_in_a_cluster(words: str) -> None:
    assert refused("2025", words, traits=HostTraits(is_clustered=True)) == (
        "unsupported",
        "Nested virtualization does not work on a host that is in a cluster. Use a host outside of clusters.",
    )
    assert not granted("2025", "", traits=HostTraits(is_clustered=True)).processors.nested


@shows("E8")
def test_machines_inside_need_mac_spoofing_and_that_is_said() -> None:
    adapters = (
        NetworkAdapter("nic1", switch="lab"),
        NetworkAdapter("nic2", switch="lab", mac_spoofing=True),
        NetworkAdapter("nic3"),
    )
    nested = granted("2025", "hw:cpu_features=vmx", network_adapters=adapters)
    assert nested.remarks == (
        (
            "The network drops frames of machines inside this one: nic1 may not use other MAC addresses than"
            " its own. Allow MAC spoofing there if they need the network."
        ),
    )
    assert granted("2025", "", network_adapters=adapters).remarks == ()
    assert granted("2025", "hw:cpu_features=vmx", network_adapters=adapters[1:]).remarks == ()
