"""The support matrix leaves nothing out and contradicts itself nowhere."""

from __future__ import annotations

from tests.capability_table import REPOSITORY, not_done, proofs, subjects


def test_every_row_has_a_test_or_a_reason() -> None:
    rows = [capability for subject in subjects() for capability in subject.capabilities]
    assert [row.identifier for row in rows if not row.proofs and not row.not_done] == []


def test_no_row_is_both_proved_and_not_done() -> None:
    assert sorted(proofs().keys() & not_done().keys()) == []


def test_every_mark_names_a_row() -> None:
    rows = {capability.identifier for subject in subjects() for capability in subject.capabilities}
    assert sorted((proofs().keys() | not_done().keys()) - rows) == []


def test_what_a_guest_showed_is_shown_by_tests_that_boot_one() -> None:
    files = {proof.test.partition("::")[0] for each in proofs().values() for proof in each if proof.in_guest}
    assert [
        file for file in sorted(files) if "mark.guest" not in (REPOSITORY / file).read_text("utf-8")
    ] == []
