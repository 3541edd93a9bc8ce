"""What a lab chooses once."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from lab.ini import render
from lab.places import Places
from lab.settings import Account, HostSettings, Lab


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab.open(Places(tmp_path / "lab"))


def test_what_was_chosen_is_kept(lab: Lab) -> None:
    again = Lab.open(lab.places)
    assert again == lab
    assert [host.name for host in again.hosts] == ["hv1", "hv2"]


def test_each_account_of_each_lab_has_a_password_of_its_own(lab: Lab, tmp_path: Path) -> None:
    other = Lab.open(Places(tmp_path / "other"))
    passwords = [each.password(account) for each in (lab, other) for account in Account]
    assert len(set(passwords)) == 2 * len(Account)
    assert not any(password in repr(lab) for password in passwords)


def test_nobody_else_can_read_what_a_lab_keeps(lab: Lab) -> None:
    assert stat.S_IMODE(lab.places.settings.stat().st_mode) == 0o600
    assert stat.S_IMODE(lab.places.state.stat().st_mode) == 0o700


def test_hosts_that_are_chosen_stay_until_others_are(lab: Lab) -> None:
    old = HostSettings("old", "2012R2")
    lab.with_hosts([old], "none")
    assert list(Lab.open(lab.places).with_hosts([], None).hosts) == [old]


def test_configuration_is_text_that_oslo_reads_back() -> None:
    sections = {"DEFAULT": {"debug": True, "workers": 2}, "filter": {"names": ("One", "Two"), "key": "a$b"}}
    assert render(sections) == (
        "[DEFAULT]\ndebug = true\nworkers = 2\n\n[filter]\nnames = One,Two\nkey = a$$b\n"
    )
