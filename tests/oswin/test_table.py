"""The table of os-win's methods leaves none out, contradicts itself nowhere and keeps its promise."""

from __future__ import annotations

import re

from tests.oswin.methods import public_methods
from tests.oswin.table import Outcome, claims

OVER_WMI_ALONE = {
    "vmutils",
    "vmutils10",
    "networkutils",
    "metricsutils",
    "hostutils",
    "hostutils10",
    "migrationutils",
    "diskutils",
    "nvgreutils",
    "jobutils",
    "rdpconsoleutils",
}
"""The modules in which everything that needs only WMI has to pass."""

NOT_WMI = re.compile(r"(advapi32|clusapi|hbaapi|iscsidsc|kernel32|virtdisk): \w|local (files|socket): \w")


def test_every_public_method_has_one_row() -> None:
    found = {
        str(method): [row.outcome.value for row in claims().about(method)] for method in public_methods()
    }
    assert {name: outcomes for name, outcomes in found.items() if len(outcomes) != 1} == {}


def test_every_claim_is_about_a_public_method() -> None:
    assert claims().names() <= {str(method) for method in public_methods()}


def test_what_needs_only_wmi_passes() -> None:
    rows = [
        row
        for method in public_methods()
        if method.module in OVER_WMI_ALONE
        for row in claims().about(method)
        if row.outcome is Outcome.FAILS
    ]
    assert not rows


def test_what_is_impossible_names_the_library_or_what_is_local() -> None:
    reasons = claims().unserved[Outcome.IMPOSSIBLE]
    assert not [name for name, why in reasons.items() if not NOT_WMI.match(why)]
