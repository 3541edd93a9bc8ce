"""os-win and an older host: what came with 2016 is not asked for."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from tests.oswin.gates import factory
from tests.oswin.proving import proves

pytestmark = pytest.mark.usefixtures("windows_2012r2")


@pytest.fixture
def hostutils() -> Any:
    return factory().get_hostutils()


@proves(
    "hostutils.HostUtils.is_host_guarded",
    "hostutils.HostUtils.supports_nested_virtualization",
    "hostutils.HostUtils.get_pci_passthrough_devices",
)
def test_2012r2_guards_nests_and_assigns_nothing(hostutils: Any, ours: Session) -> None:
    assert hostutils.is_host_guarded() is False
    assert hostutils.supports_nested_virtualization() is False
    assert hostutils.get_pci_passthrough_devices() == []
    with pytest.raises(HyperVError):
        list(ours.enumerate("Msvm_PciExpress"))


def test_remotefx_needs_a_graphics_processor(hostutils: Any, ours: Session) -> None:
    with pytest.raises(Exception, match="DirectX 11") as caught:
        hostutils.verify_host_remotefx_capability()
    assert type(caught.value).__name__ == "HyperVRemoteFXException"
    (pool,) = ours.enumerate("Msvm_Synth3dVideoPool")
    assert pool["IsGPUCapable"] is False
