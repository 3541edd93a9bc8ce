"""hv cim."""


def test_query_with_columns_is_a_table_of_them(hv):
    lines = hv.ok("cim", "query", "SELECT ElementName, EnabledState FROM Msvm_ComputerSystem").splitlines()
    assert lines[0].split() == ["ElementName", "EnabledState"]
    assert "vm0001       3" in lines


def test_query_without_columns_shows_whole_objects(hv):
    rows = hv.json("cim", "query", "SELECT * FROM Win32_OperatingSystem", "-n", "root/cimv2")
    assert rows[0]["CSName"] == "HVSIM"
    assert "CSName" in hv.ok("cim", "query", "SELECT * FROM Win32_OperatingSystem", "-n", "root/cimv2")


def test_a_query_that_is_none_is_refused_here(hv, simulator):
    before = simulator.requests()
    done = hv("cim", "query", "SELECT * FROM Msvm_ComputerSystem; DROP TABLE x")
    assert done.returncode == 50
    assert simulator.requests() == before


def test_get_by_keys_and_by_class_alone(hv):
    guid = next(m["guid"] for m in hv.json("vm", "list") if m["name"] == "vm0001")
    path = f'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="{guid}"'
    assert hv.json("cim", "get", path)["ElementName"] == "vm0001"
    assert hv.json("cim", "get", "Msvm_VirtualSystemManagementService")["Started"] is True
    assert hv("cim", "get", "Msvm_ComputerSystem").returncode == 41
    assert hv("cim", "get", path.replace(guid, "x")).returncode == 40


def test_invoke_types_its_arguments_by_the_schema(hv):
    service = "Msvm_VirtualSystemManagementService"
    wanted = ("RequestedInformation=0", "RequestedInformation=1")
    answer = hv.json("cim", "invoke", service, "GetSummaryInformation", *wanted)
    assert answer["ReturnValue"] == 0
    assert "vm0001" in {row["ElementName"] for row in answer["SummaryInformation"]}
    refused = hv("cim", "invoke", service, "GetSummaryInformation", "RequestedInformation=many")
    assert refused.returncode == 50
    assert "uint32" in refused.stderr
    unknown = hv("cim", "invoke", service, "GetSummary")
    assert unknown.returncode == 50
    assert "hv cim explain" in unknown.stderr


def test_a_method_that_refuses_exits_with_its_windows_code(hv):
    path = 'Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="nobody"'
    done = hv("cim", "invoke", path, "RequestStateChange", "RequestedState=2")
    assert done.returncode == 40
    assert "Msvm_ComputerSystem.RequestStateChange" in done.stderr
