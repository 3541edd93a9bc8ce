"""os-win waits for the host's jobs, ends them, and sends settings and features with them."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import JobFails, JobHangs
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.names import service
from openhyperv.wire.path import ObjectPath, parse_path
from tests.oswin.proving import proves
from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows")

NIC = "Msvm_SyntheticEthernetPortSettingData"
CONNECTION = "Msvm_EthernetPortAllocationSettingData"
VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
MANAGEMENT = service("Msvm_VirtualSystemManagementService")
RUNNING, COMPLETED, KILLED = 4, 7, 9


@pytest.fixture
def jobutils() -> Any:
    from os_win.utils import jobutils  # noqa: PLC0415  # after the gates

    return jobutils.JobUtils()


def wmi_objects(class_name: str, machine: Machine) -> list[Any]:
    """A machine's settings of a class as os-win has them."""
    import wmi  # noqa: PLC0415  # there once a host is led to

    own = f"{machine.settings['InstanceID']}\\"
    connection = wmi.WMI(moniker="root/virtualization/v2")
    return [one for one in getattr(connection, class_name)() if one.InstanceID.startswith(own)]


def template(class_name: str) -> Any:
    """The default settings of a class as os-win has them."""
    import wmi  # noqa: PLC0415  # there once a host is led to

    connection = wmi.WMI(moniker="root/virtualization/v2")
    (found,) = connection.query(f"SELECT * FROM {class_name} WHERE InstanceID LIKE '%\\Default'")
    return found


def started(ours: Session, machine: Machine) -> ObjectPath:
    """The job of a machine that was told to start."""
    assert machine.system.path is not None
    job = ours.invoke(machine.system.path, "RequestStateChange", {"RequestedState": 2})["Job"]
    assert isinstance(job, ObjectPath)
    return job.on("HV1")


@proves("jobutils.JobUtils.check_ret_val")
def test_a_job_is_waited_for(jobutils: Any, machine: Machine, ours: Session) -> None:
    job = started(ours, machine)
    found = jobutils.check_ret_val(4096, str(job))
    assert found.JobState == COMPLETED
    assert ours.get(job)["JobState"] == COMPLETED


@proves("jobutils.JobUtils.check_ret_val")
def test_a_failed_job_is_told_with_its_code(
    jobutils: Any, machine: Machine, ours: Session, windows: EmulatedHost
) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    windows.rules.replace([Rule(action=JobFails(code=32778, text="Not enough memory."))])
    try:
        job = started(ours, machine)
        with pytest.raises(exceptions.WMIJobFailed) as failure:
            jobutils.check_ret_val(4096, str(job))
    finally:
        windows.rules.clear()
    assert (failure.value.error_code, failure.value.job_state) == (32778, 10)
    assert "Not enough memory." in str(failure.value)


@proves("jobutils.JobUtils.stop_jobs", "vmutils.VMUtils.stop_vm_jobs")
def test_a_job_that_hangs_is_killed(
    vmutils: Any, machine: Machine, ours: Session, windows: EmulatedHost
) -> None:
    with_a_job = {"ComputerSystem": machine.system.path, "ExportDirectory": rf"C:\exports\{machine.name}"}
    windows.rules.replace([Rule(action=JobHangs())])
    try:
        job = ours.invoke(MANAGEMENT, "ExportSystemDefinition", with_a_job)["Job"]
    finally:
        windows.rules.clear()
    assert isinstance(job, ObjectPath)
    assert ours.get(job)["JobState"] == RUNNING
    vmutils.stop_vm_jobs(machine.name, timeout=5)
    assert ours.get(job)["JobState"] == KILLED
    vmutils.set_vm_state(machine.name, 2)
    assert machine.state == 2


def test_a_job_that_cannot_be_ended_is_told(
    vmutils: Any, machine: Machine, ours: Session, windows: EmulatedHost
) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    windows.rules.replace([Rule(action=JobHangs())])
    try:
        job = started(ours, machine)
    finally:
        windows.rules.clear()
    with pytest.raises(exceptions.JobTerminateFailed):
        vmutils.stop_vm_jobs(machine.name, timeout=1)
    assert ours.get(job)["JobState"] == RUNNING


@proves(
    "jobutils.JobUtils.add_virt_resource",
    "jobutils.JobUtils.modify_virt_resource",
    "jobutils.JobUtils.remove_virt_resource",
    "jobutils.JobUtils.remove_multiple_virt_resources",
)
def test_resources_come_change_and_go(jobutils: Any, machine: Machine, vmutils: Any) -> None:
    wanted = template(NIC)
    wanted.ElementName = "nic"
    parent = vmutils._lookup_vm_check(machine.name)  # noqa: SLF001  # as os-win finds it
    paths = jobutils.add_virt_resource(wanted, parent)
    assert [parse_path(path) for path in paths] == [machine.device(NIC).path]

    (nic,) = wmi_objects(NIC, machine)
    nic.ElementName = "renamed"
    jobutils.modify_virt_resource(nic)
    assert machine.device(NIC)["ElementName"] == "renamed"

    jobutils.remove_virt_resource(nic)
    assert machine.devices(NIC) == []


@proves(
    "jobutils.JobUtils.add_virt_feature",
    "jobutils.JobUtils.add_multiple_virt_features",
    "jobutils.JobUtils.modify_virt_feature",
    "jobutils.JobUtils.remove_virt_feature",
    "jobutils.JobUtils.remove_multiple_virt_features",
)
def test_features_come_change_and_go(jobutils: Any, machine: Machine, vmutils: Any) -> None:
    vmutils.create_nic(machine.name, "nic")
    (nic,) = wmi_objects(NIC, machine)
    plug = template(CONNECTION)
    plug.Parent = nic.path_()
    jobutils.add_virt_resource(plug, vmutils._lookup_vm_check(machine.name))  # noqa: SLF001

    vlan = template(VLAN)
    vlan.OperationMode, vlan.AccessVlanId = 1, 42
    (connection,) = wmi_objects(CONNECTION, machine)
    jobutils.add_virt_feature(vlan, connection)
    assert machine.device(VLAN)["AccessVlanId"] == 42

    (feature,) = wmi_objects(VLAN, machine)
    feature.AccessVlanId = 43
    jobutils.modify_virt_feature(feature)
    assert machine.device(VLAN)["AccessVlanId"] == 43

    jobutils.remove_virt_feature(feature)
    assert machine.devices(VLAN) == []


def test_a_resource_that_is_gone_is_not_found(jobutils: Any, machine: Machine, vmutils: Any) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    vmutils.create_nic(machine.name, "gone")
    (nic,) = wmi_objects(NIC, machine)
    vmutils.destroy_nic(machine.name, "gone")
    with pytest.raises(exceptions.OSWinException):
        jobutils.remove_virt_resource(nic)
