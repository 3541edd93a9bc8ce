"""The table of default resource settings."""

from __future__ import annotations

import pytest

from openhyperv.cim.schema import Schema
from openhyperv.emulator.host.defaults import UnknownResource, default_setting, default_values, resource_kinds
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.host.profile import Profile

HARDWARE = Hardware(logical_processors=24, memory_mb=98_304, numa_nodes=2)


@pytest.mark.parametrize("label", ["2012R2", "2016", "2019", "2022", "2025"])
def test_every_default_fits_its_class(label: str) -> None:
    profile = Profile.named(label)
    schema = Schema.load(profile.release)
    for kind in resource_kinds(profile):
        decl = schema.find("root/virtualization/v2", kind.class_name)
        assert decl is not None, kind.name
        for name, value in default_values(kind, profile, HARDWARE).items():
            declared = decl.property(name)
            assert declared is not None, (kind.name, name)
            assert declared.is_array == isinstance(value, list), (kind.name, name)


def test_a_sub_type_is_found_in_any_case_and_told_apart_by_its_type() -> None:
    profile = Profile.named("2025")
    memory = default_setting(4, "microsoft:hyper-v:memory", profile, HARDWARE)
    assert memory["VirtualQuantity"] == 1024
    assert memory["MaxMemoryBlocksPerNumaNode"] == 49_152
    with pytest.raises(UnknownResource):
        default_setting(3, "Microsoft:Hyper-V:Memory", profile, HARDWARE)


def test_releases_differ_where_windows_does() -> None:
    old, new = Profile.named("2012R2"), Profile.named("2025")
    processor = "Microsoft:Hyper-V:Processor"
    assert "ExposeVirtualizationExtensions" not in default_setting(3, processor, old, HARDWARE)
    assert default_setting(3, processor, new, HARDWARE)["MaxProcessorsPerNumaNode"] == 12
    assert default_setting(21, "Microsoft:Hyper-V:Serial Port", old, HARDWARE)["Connection"] == [""]
    with pytest.raises(UnknownResource):
        default_setting(24, "Microsoft:Hyper-V:Synthetic 3D Display Controller", new, HARDWARE)


def test_adapters_outlive_a_restart_and_differ_between_hosts() -> None:
    assert adapters_for("HV1", 2) == adapters_for("hv1", 2)
    assert {a.mac for a in adapters_for("HV1", 2)}.isdisjoint(a.mac for a in adapters_for("HV2", 2))
