"""Rules of virtual switches, and what kind they are."""

from __future__ import annotations

import pytest

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2012_R2, WINDOWS_2016
from openhyperv.machine.rules.switches import check_switch, check_switch_release
from openhyperv.machine.switch import LoadBalancing, SwitchKind, SwitchSpec
from openhyperv.machine.violations import BrokenRuleError, Rule


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (SwitchSpec(name="a"), SwitchKind.PRIVATE),
        (SwitchSpec(name="a", management_port=True), SwitchKind.INTERNAL),
        (SwitchSpec(name="a", adapters=("x",)), SwitchKind.EXTERNAL),
        (SwitchSpec(name="a", adapters=("x",), management_port=True), SwitchKind.EXTERNAL),
    ],
)
def test_the_kind_follows_from_the_ports(spec: SwitchSpec, kind: SwitchKind) -> None:
    assert check_switch(spec).kind is kind


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (SwitchSpec(name=""), "has a name"),
        (SwitchSpec(name="a", adapters=tuple("abcdefghi")), "at most 8"),
        (SwitchSpec(name="a", adapters=("x", "x")), "twice"),
        (SwitchSpec(name="a", teaming=True), "needs a network adapter"),
        (SwitchSpec(name="a", adapters=("x",), load_balancing=LoadBalancing.DYNAMIC), "of a team"),
    ],
)
def test_contradictions(spec: SwitchSpec, said: str) -> None:
    with pytest.raises(BrokenRuleError, match=said) as refused:
        check_switch(spec)
    assert refused.value.rule is Rule.SWITCH


@pytest.mark.parametrize(
    "spec",
    [
        SwitchSpec(name="a", adapters=("x", "y")),
        SwitchSpec(name="a", adapters=("x",), teaming=True),
        SwitchSpec(name="a", adapters=("x",), packet_direct=True),
    ],
)
def test_what_came_with_2016(spec: SwitchSpec) -> None:
    check_switch_release(spec, WINDOWS_2016)
    with pytest.raises(UnsupportedError, match="2016"):
        check_switch_release(spec, WINDOWS_2012_R2)
