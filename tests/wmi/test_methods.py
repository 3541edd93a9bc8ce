"""Method calls: how arguments are bound and results come back."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from openhyperv.cim.schema import Schema
from openhyperv.wire.invocation import Output, read_output
from openhyperv.wire.types import CimType, MethodDecl, ParameterDecl
from openhyperv.wire.xml import parse_xml
from openhyperv.wmi.methods import in_order
from tests.wmi.making import failure_code

INVALID_METHOD_PARAMETERS = -2147217361


@pytest.fixture(scope="module")
def service(conn: Any) -> Any:
    return conn.Msvm_VirtualSystemManagementService()[0]


def test_positions_are_bound_in_alphabetical_order(conn: Any, service: Any) -> None:
    settings = conn.Msvm_VirtualSystemSettingData(ElementName="vm0001")[0]
    code, summaries = service.GetSummaryInformation([1, 100], [settings.path_()])
    assert code == 0
    assert [(each.ElementName, each.EnabledState) for each in summaries] == [("vm0001", 3)]


def test_results_are_sorted_by_name_and_always_a_tuple(wmi: ModuleType, service: Any) -> None:
    job, system, code = service.DefineSystem(SystemSettings=None)
    assert (job, code) == (None, 0)
    assert system.startswith(r"\\HV1\root\virtualization\v2:Msvm_ComputerSystem.")
    assert wmi.WMI(system).EnabledState == 3
    _, code = service.DestroySystem(system)
    assert code in (0, 4096)


def test_references_come_back_as_paths_and_objects_as_objects(
    wmi: ModuleType, conn: Any, service: Any
) -> None:
    settings = conn.Msvm_VirtualSystemSettingData(ElementName="vm0003")[0]
    template = conn.query(
        "SELECT * FROM Msvm_ResourceAllocationSettingData "
        "WHERE ResourceSubType = 'Microsoft:Hyper-V:Synthetic SCSI Controller' AND InstanceID LIKE '%Default'"
    )[0]
    _, added, code = service.AddResourceSettings(settings.path_(), [template.GetText_(1)])
    assert code == 0
    assert isinstance(added, tuple)
    controller = wmi.WMI(added[0])
    assert controller.ResourceSubType == "Microsoft:Hyper-V:Synthetic SCSI Controller"
    assert service.RemoveResourceSettings([controller]) == (None, 0)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((1, 2, 3, 4), {}), ((), {"Nonsense": 1}), (("a",), {"ReferenceConfiguration": "b"})],
)
def test_arguments_that_do_not_fit_are_refused(
    wmi: ModuleType, service: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    with pytest.raises(wmi.x_wmi) as refused:
        service.DefineSystem(*args, **kwargs)
    assert failure_code(refused.value) == INVALID_METHOD_PARAMETERS


def test_methods_and_their_parameters_are_found_in_any_case_of_letters(machine: Any) -> None:
    _, code = machine.requeststatechange(requestedstate=99)
    assert code == 32773


def test_an_operation_may_be_given_less_time(wmi: ModuleType, service: Any) -> None:
    options = {"operation_timeout": 30, "custom_options": []}
    assert service.DefineSystem(operation_options=options)[-1] == 0
    must = {"custom_options": [{"name": "x", "value_type": 0, "value": True, "must_comply": True}]}
    with pytest.raises(wmi.x_wmi):
        service.DefineSystem(operation_options=must)


@pytest.mark.parametrize(
    ("returns", "answered", "keep", "expected"),
    [
        (CimType.UINT32, 0, False, (0, "b", "a")),
        (CimType.BOOLEAN, True, False, ("b", "a")),
        (CimType.BOOLEAN, True, True, (True, "b", "a")),
        (CimType.BOOLEAN, False, False, (False, "b", "a")),
        (None, None, False, ("b", "a")),
    ],
)
def test_a_return_value_of_true_stands_for_none(
    returns: CimType | None, answered: int | None, keep: bool, expected: tuple[Any, ...]
) -> None:
    outputs = [ParameterDecl(name, CimType.STRING, is_in=False, is_out=True) for name in ("aLower", "Upper")]
    decl = MethodDecl("Do", tuple(outputs), returns)
    output = Output(answered, {"aLower": "a", "Upper": "b"})
    assert in_order(decl, output, lambda _, value: value, keep_bool_ret_vals=keep) == expected


def test_a_text_that_a_method_returns_is_a_result_like_others() -> None:
    decl = MethodDecl("GetDistinguishedName", (), CimType.STRING)
    element = parse_xml(
        b'<p:GetDistinguishedName_OUTPUT xmlns:p="urn:dns"><p:ReturnValue>DC=a</p:ReturnValue>'
        b"</p:GetDistinguishedName_OUTPUT>"
    )
    output = read_output(element, decl, Schema.load())
    assert in_order(decl, output, lambda _, value: value, keep_bool_ret_vals=False) == ("DC=a",)


def test_a_method_shows_what_it_takes_and_gives(service: Any) -> None:
    assert repr(service.DestroySystem) == "<Method DestroySystem(AffectedSystem) => (Job, ReturnValue)>"
