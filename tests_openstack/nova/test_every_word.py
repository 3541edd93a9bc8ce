"""Whatever Nova's API takes makes a machine, or a fault that its user can understand; alone and together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import nova.conf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nova import context, exception, objects
from nova.api.validation.extra_specs import hw, os, quota
from nova.objects import fields
from nova.objects.flavor import Flavor
from nova.objects.image_meta import ImageMeta, ImageMetaProps
from nova.objects.instance import Instance
from nova.objects.instance_pci_requests import InstancePCIRequests
from nova.objects.pci_device import PciDeviceList
from tests.emulated import emulated_host, target_of

from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.policy import Policy
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES
from openhyperv.machine.vocabulary.words import Word
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.designing import design_instance
from openhyperv.nova.faults import as_nova_faults

objects.register_all()

_FOR_PROGRAMMERS = re.compile(
    r"Traceback|\w+Error\b|\w+Exception\b|has no attribute|object at 0x|NoneType|<class|not callable"
)
_PATTERNED = {
    "hw:cpu_realtime_mask": "0",
    "hw:cpu_dedicated_mask": "0",
    "hw:mem_page_size": "large",
    "hw:numa_cpus.{num}": "0",
    "hw:pmem": "SMALL",
}
_ROOT = DiskRequest("root", FromImage(r"C:\images\a.vhdx", DiskFormat.VHDX, 1 << 23), boot_index=0)
_MADE = "made"


@pytest.fixture(scope="module", params=["2012R2", "2016", "2025"])
def compute(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComputeHost]:
    nova.conf.CONF([], default_config_files=[])
    folder = tmp_path_factory.mktemp(request.param)
    options = {"version": request.param, "has_files": True}
    with emulated_host(folder, **options) as emulated, Host.connect(target_of(emulated)) as host:
        yield ComputeHost("hv1", host, Policy())
    nova.conf.CONF.clear()  # the next test's fixture adds options of the command line


def outcome(compute: ComputeHost, properties: Mapping[str, str], specs: Mapping[str, str]) -> str:
    """What Nova's user gets to know."""
    try:
        ImageMeta.from_dict({"id": str(uuid4()), "properties": dict(properties)})
        with as_nova_faults():
            design_instance(compute, _instance(properties, specs), _ROOT, None, None)
    except exception.NovaException as fault:
        return fault.format_message()
    return _MADE


def _instance(properties: Mapping[str, str], specs: Mapping[str, str]) -> Instance:
    uuid = str(uuid4())
    return Instance(
        context=context.get_admin_context(),
        id=1,
        uuid=uuid,
        image_ref=str(uuid4()),
        hostname="word",
        metadata={},
        system_metadata={f"image_{name}": value for name, value in properties.items()},
        flavor=Flavor(vcpus=4, memory_mb=4096, root_gb=1, extra_specs=dict(specs)),
        pci_devices=PciDeviceList(objects=[]),
        pci_requests=InstancePCIRequests(instance_uuid=uuid, requests=[]),
        config_drive="",
    )


def _novas_extra_specs() -> Iterator[tuple[str, str]]:
    for each in (*hw.register(), *os.register(), *quota.register()):
        for value in _values_of_schema(each.name, each.value):
            yield each.name.replace("{num}", "0"), value


def _values_of_schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    if name in _PATTERNED:
        yield _PATTERNED[name]
    elif "enum" in schema:
        yield from schema["enum"]
    elif schema["type"] is bool:
        yield from ("true", "false")
    else:
        yield str(max(1, schema.get("min", 1)))


def _novas_properties() -> Iterator[tuple[str, str]]:
    for name, kind in ImageMetaProps.fields.items():
        for value in _values_of_field(kind) if name.startswith(("hw_", "os_", "img_h")) else ():
            yield name, value


def _values_of_field(kind: fields.Field) -> tuple[str, ...]:
    if isinstance(kind, fields.BaseEnumField):
        return tuple(kind.valid_values)
    if isinstance(kind, fields.FlexibleBooleanField):
        return ("true", "false")
    if isinstance(kind, fields.IntegerField):
        return ("1",)
    return ("something",) if isinstance(kind, fields.StringField) else ()


_PROPERTIES = [*_novas_properties(), ("hw_machine_type", "hyperv-gen2"), ("hw_machine_type", "hyperv-gen1")]
_SPECS = list(_novas_extra_specs())


def test_every_word_of_novas(compute: ComputeHost) -> None:
    for name, value in _PROPERTIES:
        found = outcome(compute, {name: value}, {})
        assert not _FOR_PROGRAMMERS.search(found), (name, value, found)
    for name, value in _SPECS:
        found = outcome(compute, {}, {name: value})
        assert not _FOR_PROGRAMMERS.search(found), (name, value, found)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    properties=st.dictionaries(
        st.sampled_from(sorted({n for n, _ in _PROPERTIES})), st.integers(0), max_size=5
    ),
    specs=st.dictionaries(st.sampled_from(sorted({n for n, _ in _SPECS})), st.integers(0), max_size=4),
)
def test_words_of_novas_together(
    compute: ComputeHost, properties: dict[str, int], specs: dict[str, int]
) -> None:
    chosen = outcome(compute, _with_values(properties, _PROPERTIES), _with_values(specs, _SPECS))
    assert not _FOR_PROGRAMMERS.search(chosen)


def _with_values(chosen: Mapping[str, int], words: list[tuple[str, str]]) -> dict[str, str]:
    values = {name: [value for each, value in words if each == name] for name in chosen}
    return {name: values[name][number % len(values[name])] for name, number in chosen.items()}


def test_our_own_words_are_granted_or_refused_for_the_host(compute: ComputeHost) -> None:
    for word in (*IMAGE_PROPERTIES, *EXTRA_SPECS):
        found = outcome(compute, *_assigned(word))
        assert found == _MADE or _is_of_the_host(found), (word.name, found)


def _is_of_the_host(message: str) -> bool:
    """True where another host, or a device of it, is what is missing."""
    return any(
        words in message for words in ("this host is", "alias", "GPU", "RemoteFX", "guarded", "img_pdk")
    )


def _assigned(word: Word) -> tuple[dict[str, str], dict[str, str]]:
    """The assignments of a word's example: those of an image, and those of a flavor."""
    pairs = dict(each.split("=", 1) for each in word.example)
    of_flavor = {name: value for name, value in pairs.items() if ":" in name}
    return {name: value for name, value in pairs.items() if name not in of_flavor}, of_flavor
