"""Nova's API takes our extra specs, and refuses values that the rules would refuse when it is too late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from nova import exception
from nova.api.validation.extra_specs import validators
from stevedore import extension
from tests.capabilities import shows

from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.nova import extra_specs

OURS = {validator.name for validator in extra_specs.register()}


def assignments() -> Iterator[tuple[str, str]]:
    """Every extra spec of every example."""
    for word in EXTRA_SPECS:
        for assignment in word.example:
            name, _, value = assignment.partition("=")
            if ":" in name:
                yield name, value


@shows("X9")
@pytest.mark.parametrize(("name", "value"), sorted(set(assignments())))
def test_every_example_is_taken(name: str, value: str) -> None:
    validators.validate(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("os:vram", "65"),
        ("os:monitors", "9"),
        ("os:resolution", "640x480"),
        ("hw:cpu_features", "vmx,aes"),
        ("hyperv:dynamic_memory_ratio", "0.5"),
        ("hyperv:memory_buffer_percent", "4"),
        ("hyperv:limit_cpu_features", "perhaps"),
        ("hyperv:stop_action", "explode"),
        ("hyperv:gpu_vram_mb", "0"),
        ("hyperv:gpu", ""),
        ("hyperv:no_such_word", "1"),
    ],
)
def test_what_no_rule_grants_is_refused(name: str, value: str) -> None:
    with pytest.raises(exception.ValidationError):
        validators.validate(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("hw:cpu_features", "VMX, svm"), ("hyperv:limit_cpu_features", "Yes"), ("os:vram", "1024")],
)
def test_values_are_as_free_as_the_rules_have_them(name: str, value: str) -> None:
    validators.validate(name, value)


def test_nova_knows_every_other_word_and_none_of_ours() -> None:
    known = {
        validator.name.replace("{group}", "")
        for each in extension.ExtensionManager("nova.api.extra_spec_validators")
        if each.module_name.startswith("nova.")
        for validator in each.plugin.register()
    }
    assert {word.name for word in EXTRA_SPECS} - OURS == extra_specs.KNOWN_TO_NOVA
    assert known >= extra_specs.KNOWN_TO_NOVA
    assert not OURS & known
