"""Queries of the caller's own, associations, and the paths of what they find."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.cim.session import Session
from openhyperv.errors import FaultError, NotFoundError
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import equal, select
from tests.emulated import emulated_host, target_of


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, machines=2) as host, Session.open(target_of(host)) as session:
        yield session


@pytest.fixture(scope="module")
def machine(session: Session) -> ObjectPath:
    (found,) = session.query(select("Msvm_ComputerSystem").where(equal("ElementName", "vm0001")))
    assert found.path is not None
    return found.path


def test_a_text_of_the_callers_own_is_asked_as_it_is(session: Session, machine: ObjectPath) -> None:
    text = "select * from MSVM_computersystem where elementname = \"VM0001\" or Name = 'nobody'"
    assert [found.path for found in session.query_text(text)] == [machine]
    with pytest.raises(FaultError) as caught:
        list(session.query_text("SELECT FROM"))
    assert caught.value.code == WbemCode.INVALID_QUERY


def test_what_a_query_finds_can_be_got_by_its_path(session: Session) -> None:
    for class_name in ("Msvm_ComputerSystem", "CIM_SettingData", "Msvm_SettingsDefineState"):
        for found in session.query(select(class_name)):
            assert found.path is not None, found
            assert session.get(found.path) == found


def test_columns_have_a_path_where_they_have_all_keys(session: Session, machine: ObjectPath) -> None:
    named = f"FROM Msvm_ComputerSystem WHERE Name = '{machine.key('Name')}'"
    with_keys, without = f"SELECT Name, CreationClassName {named}", f"SELECT Name, EnabledState {named}"
    assert [found.path for found in session.query_text(with_keys)] == [machine]
    assert [(found.path, found["EnabledState"]) for found in session.query_text(without)] == [(None, 3)]


def test_associations_lead_from_a_machine_to_its_settings(session: Session, machine: ObjectPath) -> None:
    (settings,) = session.associators(
        machine,
        "Msvm_SettingsDefineState",
        "CIM_VirtualSystemSettingData",
        role="ManagedElement",
        result_role="SettingData",
    )
    assert settings["VirtualSystemIdentifier"] == machine.key("Name")
    (link,) = session.references(machine, "Msvm_SettingsDefineState", "ManagedElement")
    assert (link["ManagedElement"], link["SettingData"]) == (machine, settings.path)
    everything = {found.path for found in session.associators(machine.on("HV1"))}
    assert settings.path in everything


def test_associations_of_nothing_are_refused(session: Session) -> None:
    gone = ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "gone"})
    with pytest.raises(NotFoundError):
        list(session.associators(gone))
