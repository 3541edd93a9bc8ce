"""os-win says of Windows Server 2012 R2 what it cannot do there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oswin.proving import proves

pytestmark = pytest.mark.usefixtures("windows_2012r2")


@proves("vmutils.VMUtils.add_vtpm", "vmutils.VMUtils.populate_fsk", "vmutils.VMUtils.provision_vm")
def test_machines_are_not_shielded(vmutils: Any) -> None:
    with pytest.raises(NotImplementedError):
        vmutils.add_vtpm("vm", r"C:\a.pdk", True)
    with pytest.raises(NotImplementedError):
        vmutils.populate_fsk(r"C:\a.fsk", {})
    with pytest.raises(NotImplementedError):
        vmutils.provision_vm("vm", r"C:\a.fsk", r"C:\a.pdk")


@proves("vmutils.VMUtils.is_secure_vm")
def test_no_machine_is_secure(vmutils: Any) -> None:
    vmutils.create_vm("plain", False, 2, r"C:\openstack\instances")
    assert vmutils.is_secure_vm("plain") is False
