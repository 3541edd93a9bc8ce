"""Embedded instances as text: what Windows and its clients write is read, and what is written reads back."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from openhyperv.cim.schema import Schema
from openhyperv.wire.cimxml import instance_from_text, instance_to_text
from openhyperv.wire.cimxml_values import CimXmlError
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, PropertyDecl

SCHEMA = Schema.load()
V2 = "root/virtualization/v2"
CLASSES = [
    decl
    for name in (
        "Msvm_VirtualSystemSettingData",
        "Msvm_MemorySettingData",
        "Msvm_StorageAllocationSettingData",
        "Msvm_EthernetSwitchPortVlanSettingData",
        "Msvm_SettingsDefineState",
        "Msvm_ConcreteJob",
    )
    if (decl := SCHEMA.find(V2, name))
]

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]))
moments = st.datetimes(datetime(1601, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
intervals = st.timedeltas(timedelta(), timedelta(days=99_999_999))
keys = st.dictionaries(
    st.sampled_from(["InstanceID", "Name", "DeviceID"]),
    texts | st.integers(0, 2**32) | st.booleans(),
    min_size=1,
)
paths = st.builds(
    ObjectPath, st.just("Msvm_ComputerSystem"), keys, st.just(V2), st.sampled_from([None, "HV1"])
)


def values_of(prop: PropertyDecl) -> st.SearchStrategy[object]:
    """Every value that a property of that type can have."""
    by_type: dict[CimType, st.SearchStrategy[object]] = {
        CimType.STRING: texts,
        CimType.BOOLEAN: st.booleans(),
        CimType.DATETIME: moments | intervals,
        CimType.REFERENCE: paths,
        **{kind: st.integers(*bounds) for kind, bounds in INTEGER_BOUNDS.items()},
    }
    single = by_type[prop.type]
    return st.none() | (st.lists(st.none() | single, max_size=3) if prop.is_array else single)


instances = st.sampled_from(CLASSES).flatmap(
    lambda decl: st.fixed_dictionaries(
        {}, optional={p.name: values_of(p) for p in decl.properties.values()}
    ).map(lambda values: Instance(decl.name, values))
)


@given(instances)
def test_what_is_written_is_read_back_the_same(instance: Instance) -> None:
    assert instance_from_text(instance_to_text(instance, SCHEMA), SCHEMA) == instance


def test_the_text_has_the_form_that_windows_takes() -> None:
    text = instance_to_text(
        Instance(
            "Msvm_StorageAllocationSettingData",
            {
                "resourcetype": 31,
                "ElementName": '<a & "b">',
                "HostResource": [r"C:\VMs\disk.vhdx", None],
                "Parent": None,
                "AutomaticAllocation": True,
            },
        ),
        SCHEMA,
    )
    assert text == (
        '<INSTANCE CLASSNAME="Msvm_StorageAllocationSettingData">'
        '<PROPERTY NAME="ResourceType" TYPE="uint16"><VALUE>31</VALUE></PROPERTY>'
        '<PROPERTY NAME="ElementName" TYPE="string"><VALUE>&lt;a &amp; "b"&gt;</VALUE></PROPERTY>'
        '<PROPERTY.ARRAY NAME="HostResource" TYPE="string"><VALUE.ARRAY>'
        r"<VALUE>C:\VMs\disk.vhdx</VALUE><VALUE.NULL/></VALUE.ARRAY></PROPERTY.ARRAY>"
        '<PROPERTY NAME="Parent" TYPE="string"/>'
        '<PROPERTY NAME="AutomaticAllocation" TYPE="boolean"><VALUE>TRUE</VALUE></PROPERTY>'
        "</INSTANCE>"
    )


def test_times_are_in_dmtf_form() -> None:
    text = instance_to_text(
        Instance(
            "Msvm_VirtualSystemSettingData",
            {
                "CreationTime": datetime(2025, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
                "AutomaticStartupActionDelay": timedelta(minutes=30),
            },
        ),
        SCHEMA,
    )
    assert [value.text for value in etree.fromstring(text).iter("VALUE")] == [
        "20250102030405.000006+000",
        "00000000003000.000000:000",
    ]


def test_a_text_as_wmi_itself_writes_it_is_read() -> None:
    """Origins, PROPAGATED, qualifiers and system properties as in GetText's output."""
    instance = instance_from_text(
        r"""<INSTANCE CLASSNAME="msvm_memorysettingdata">
          <QUALIFIER NAME="dynamic" TYPE="boolean" PROPAGATED="true"><VALUE>TRUE</VALUE></QUALIFIER>
          <PROPERTY NAME="__PATH" CLASSORIGIN="___SYSTEM" TYPE="string"><VALUE>\\HV1\root\virtualization\v2:
Msvm_MemorySettingData.InstanceID="Microsoft:A\\B"</VALUE></PROPERTY>
          <PROPERTY NAME="__GENUS" CLASSORIGIN="___SYSTEM" TYPE="sint32"><VALUE>2</VALUE></PROPERTY>
          <PROPERTY NAME="INSTANCEID" CLASSORIGIN="CIM_SettingData" PROPAGATED="true" TYPE="string"
            ><VALUE>Microsoft:A\B</VALUE></PROPERTY>
          <PROPERTY NAME="VirtualQuantity" TYPE="uint64"><QUALIFIER NAME="x" TYPE="string"/><VALUE>2048</VALUE
          ></PROPERTY>
          <PROPERTY NAME="DynamicMemoryEnabled" TYPE="boolean"><VALUE>false</VALUE></PROPERTY>
          <PROPERTY NAME="Weight" TYPE="uint32"></PROPERTY>
          <PROPERTY.ARRAY NAME="HostResource" TYPE="string"/>
        </INSTANCE>""".replace(":\nMsvm", ":Msvm"),
        SCHEMA,
    )
    assert instance.class_name == "Msvm_MemorySettingData"
    assert dict(instance) == {
        "InstanceID": "Microsoft:A\\B",
        "VirtualQuantity": 2048,
        "DynamicMemoryEnabled": False,
        "Weight": None,
        "HostResource": None,
    }
    assert instance.path == ObjectPath("Msvm_MemorySettingData", {"InstanceID": "Microsoft:A\\B"})


def reference_in(value: str) -> object:
    text = (
        '<INSTANCE CLASSNAME="Msvm_SettingsDefineState"><PROPERTY.REFERENCE NAME="ManagedElement" '
        f'REFERENCECLASS="Msvm_ComputerSystem">{value}</PROPERTY.REFERENCE></INSTANCE>'
    )
    return instance_from_text(text, SCHEMA)["ManagedElement"]


NAME = '<INSTANCENAME CLASSNAME="C"><KEYBINDING NAME="K"><KEYVALUE>v</KEYVALUE></KEYBINDING></INSTANCENAME>'
CIMV2 = '<LOCALNAMESPACEPATH><NAMESPACE NAME="root"/><NAMESPACE NAME="cimv2"/></LOCALNAMESPACEPATH>'


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("", None),
        (f"<VALUE.REFERENCE>{NAME}</VALUE.REFERENCE>", ObjectPath("C", {"K": "v"})),
        (
            f"<VALUE.REFERENCE><LOCALINSTANCEPATH>{CIMV2}{NAME}</LOCALINSTANCEPATH></VALUE.REFERENCE>",
            ObjectPath("C", {"K": "v"}, "root/cimv2"),
        ),
        (
            (
                f"<VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>HV1</HOST>{CIMV2}</NAMESPACEPATH>{NAME}"
                "</INSTANCEPATH></VALUE.REFERENCE>"
            ),
            ObjectPath("C", {"K": "v"}, "root/cimv2", "HV1"),
        ),
        (
            r'<VALUE.REFERENCE>\\HV1\root\virtualization\v2:C.K="a\\b",N=5</VALUE.REFERENCE>',
            ObjectPath("C", {"K": r"a\b", "N": 5}),
        ),
        (
            (
                '<VALUE.REFERENCE><INSTANCENAME CLASSNAME="A"><KEYBINDING NAME="End"><VALUE.REFERENCE>'
                f"<LOCALINSTANCEPATH>{CIMV2}{NAME}</LOCALINSTANCEPATH></VALUE.REFERENCE></KEYBINDING>"
                '<KEYBINDING NAME="N"><KEYVALUE VALUETYPE="numeric">7</KEYVALUE></KEYBINDING></INSTANCENAME>'
                "</VALUE.REFERENCE>"
            ),
            ObjectPath("A", {"End": ObjectPath("C", {"K": "v"}, "root/cimv2"), "N": 7}),
        ),
    ],
)
def test_references_of_every_form(value: str, path: ObjectPath | None) -> None:
    assert reference_in(value) == path


def test_an_embedded_object_is_read_as_text_and_as_element() -> None:
    job = Instance("Msvm_ConcreteJob", {"InstanceID": "J", "JobState": 7})
    summary = Instance("Msvm_SummaryInformation", {"Name": "X", "AsynchronousTasks": [job]})
    text = instance_to_text(summary, SCHEMA)
    assert instance_from_text(text, SCHEMA) == summary
    as_elements = (
        '<INSTANCE CLASSNAME="Msvm_SummaryInformation"><PROPERTY.OBJECTARRAY NAME="AsynchronousTasks">'
        f"<VALUE.OBJECTARRAY><VALUE.OBJECT>{instance_to_text(job, SCHEMA)}</VALUE.OBJECT></VALUE.OBJECTARRAY>"
        "</PROPERTY.OBJECTARRAY></INSTANCE>"
    )
    assert instance_from_text(as_elements, SCHEMA)["AsynchronousTasks"] == [job]


MEMORY = '<INSTANCE CLASSNAME="Msvm_MemorySettingData">{}</INSTANCE>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not XML",
        "<INSTANCE",
        "<CLASS/>",
        "\ud800",
        '<!DOCTYPE x [<!ENTITY a "b">]><INSTANCE CLASSNAME="Msvm_MemorySettingData"/>',
        "<INSTANCE/>",
        '<INSTANCE CLASSNAME="Msvm_NoSuchClass"/>',
        MEMORY.format('<PROPERTY NAME="NoSuch" TYPE="string"/>'),
        MEMORY.format('<PROPERTY TYPE="string"/>'),
        MEMORY.format('<PROPERTY NAME="Weight"><VALUE>1</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY NAME="Weight" TYPE="number"><VALUE>1</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY NAME="Weight" TYPE="uint32"><VALUE>x</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY NAME="Weight" TYPE="uint32"><VALUE>-1</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY NAME="Weight" TYPE="uint32"/>' * 2),
        MEMORY.format('<PROPERTY NAME="DynamicMemoryEnabled" TYPE="boolean"><VALUE>yes</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY NAME="HostResource" TYPE="string"><VALUE>x</VALUE></PROPERTY>'),
        MEMORY.format('<PROPERTY.ARRAY NAME="Weight" TYPE="uint32"/>'),
        MEMORY.format('<PROPERTY.REFERENCE NAME="Parent"/>'),
        MEMORY.format('<PROPERTY NAME="__PATH" TYPE="string"><VALUE>no path!</VALUE></PROPERTY>'),
        (
            '<INSTANCE CLASSNAME="Msvm_VirtualSystemSettingData">'
            '<PROPERTY NAME="CreationTime" TYPE="datetime">'
            "<VALUE>2025-01-01T00:00:00Z</VALUE></PROPERTY></INSTANCE>"
        ),
        (
            '<INSTANCE CLASSNAME="Msvm_SettingsDefineState"><PROPERTY NAME="SettingData" TYPE="string">'
            "<VALUE>Msvm_X.K=1</VALUE></PROPERTY></INSTANCE>"
        ),
    ],
)
def test_what_a_class_does_not_allow_is_refused(text: str) -> None:
    with pytest.raises(CimXmlError):
        instance_from_text(text, SCHEMA)


def test_the_error_names_the_property() -> None:
    with pytest.raises(CimXmlError) as caught:
        instance_from_text(MEMORY.format('<PROPERTY NAME="HostResource" TYPE="string"/>'), SCHEMA)
    assert caught.value.target == "HostResource"


def test_depth_is_bounded() -> None:
    summary = Instance("Msvm_SummaryInformation", {"Name": "innermost"})
    for _ in range(9):
        summary = Instance("Msvm_SummaryInformation", {"Snapshots": [summary]})
    with pytest.raises(CimXmlError, match="deep"):
        instance_from_text(instance_to_text(summary, SCHEMA), SCHEMA)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NoSuch", 1),
        ("VirtualQuantity", "2048"),
        ("VirtualQuantity", True),
        ("VirtualQuantity", -1),
        ("VirtualQuantity", [1]),
        ("HostResource", "C:\\x"),
        ("HostResource", [1]),
        ("DynamicMemoryEnabled", 1),
        ("ElementName", "\x00"),
        ("ElementName", ObjectPath("C")),
    ],
)
def test_a_value_of_another_type_is_not_written(name: str, value: object) -> None:
    with pytest.raises(CimXmlError):
        instance_to_text(Instance("Msvm_MemorySettingData", {name: value}), SCHEMA)


@given(st.text() | texts.map(MEMORY.format))
def test_nothing_but_its_own_error_comes_out(text: str) -> None:
    with suppress(CimXmlError):
        instance_from_text(text, SCHEMA)
