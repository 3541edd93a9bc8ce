"""Create, Put and Delete over the wire, where a provider takes them and where none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from openhyperv.cim.session import Session
from openhyperv.cim.subscription import Subscription
from openhyperv.errors import ConflictError, FaultError, InvalidInputError, NotFoundError, UnsupportedError
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from openhyperv.wire.wql import select, target_is

from .targets import KIND, NAMESPACE, target_path, target_server

OTHER = ObjectPath("WT_Portal", {"Address": "10.0.0.1"}, NAMESPACE)


@pytest.fixture(scope="module")
def server() -> Iterator[Session]:
    with target_server() as session:
        yield session


@pytest.fixture
def session(server: Session) -> Iterator[Session]:
    yield server
    for target in list(server.enumerate(KIND, NAMESPACE)):
        server.delete(target.path or target_path(""))


def target(name: str, **values: Value) -> Instance:
    return Instance(KIND, {"HostName": name, **values}, namespace=NAMESPACE, path=target_path(name))


def test_what_is_created_is_there_and_named_by_its_path(session: Session) -> None:
    path = session.create(target("web", Description="first", Enabled=True))
    assert path == target_path("web")
    made = session.get(path)
    assert (made["Description"], made["Enabled"], made["Status"]) == ("first", True, 0)


def test_keys_that_are_taken_are_refused(session: Session) -> None:
    session.create(target("web"))
    with pytest.raises(ConflictError) as caught:
        session.create(target("WEB"))
    assert caught.value.code == WbemCode.ALREADY_EXISTS


def test_put_changes_what_it_gives_and_leaves_the_rest(session: Session) -> None:
    session.create(target("web", Description="first", Enabled=True))
    session.put(target("web", Description="second"))
    changed = session.get(target_path("web"))
    assert (changed["Description"], changed["Enabled"]) == ("second", True)


def test_a_whole_instance_can_be_put_back_with_a_property_set_to_null(session: Session) -> None:
    session.create(target("web", Description="first", Enabled=True))
    session.put(session.get(target_path("web")).with_values({"description": None}))
    changed = session.get(target_path("web"))
    assert (changed["Description"], changed["Enabled"], changed["Status"]) == (None, True, 0)


@pytest.mark.parametrize("values", [{"HostName": "db"}, {"Status": 7}])
def test_keys_and_read_only_properties_cannot_be_changed(session: Session, values: dict[str, Value]) -> None:
    session.create(target("web"))
    with pytest.raises(FaultError) as caught:
        session.put(target("web").with_values(values))
    assert caught.value.code == WbemCode.READ_ONLY
    assert session.get(target_path("web"))["Status"] == 0


def test_what_is_deleted_is_gone(session: Session) -> None:
    session.create(target("web"))
    session.create(target("db"))
    session.delete(target_path("web"))
    assert [each["HostName"] for each in session.enumerate(KIND, NAMESPACE)] == ["db"]


@pytest.mark.parametrize(
    "deed",
    [lambda session: session.put(target("gone")), lambda session: session.delete(target_path("gone"))],
)
def test_what_is_not_there_cannot_be_changed(session: Session, deed: Callable[[Session], None]) -> None:
    with pytest.raises(NotFoundError):
        deed(session)


@pytest.mark.parametrize(
    "deed",
    [
        lambda session: session.create(Instance("WT_Portal", {"Address": "::"}, namespace=NAMESPACE)),
        lambda session: session.put(Instance("WT_Portal", {"Port": 1}, namespace=NAMESPACE, path=OTHER)),
        lambda session: session.delete(OTHER),
    ],
)
def test_a_class_whose_provider_does_not_take_it_says_so(
    session: Session, deed: Callable[[Session], None]
) -> None:
    with pytest.raises(UnsupportedError) as caught:
        deed(session)
    assert caught.value.code == WbemCode.PROVIDER_NOT_CAPABLE


@pytest.mark.parametrize(
    "instance",
    [
        Instance("WT_Nothing", namespace=NAMESPACE, path=target_path("x")),
        target("x", Nothing=1),
        Instance(KIND, {"HostName": "x"}, namespace=NAMESPACE),
    ],
)
def test_what_the_schema_does_not_know_is_not_sent(session: Session, instance: Instance) -> None:
    with pytest.raises(InvalidInputError):
        session.put(instance)


def test_watchers_hear_of_each_change(session: Session) -> None:
    def next_event(subscription: Subscription) -> tuple[str, Value]:
        event = next(iter(subscription.events(timeout_s=10.0)))
        changed = event["TargetInstance"]
        assert isinstance(changed, Instance)
        return event.class_name, changed["Description"]

    query = select("__InstanceOperationEvent").within(0.05).where(target_is(KIND))
    with session.subscribe(query, NAMESPACE) as subscription:
        session.create(target("web", Description="first"))
        assert next_event(subscription) == ("__InstanceCreationEvent", "first")
        session.put(target("web", Description="second"))
        assert next_event(subscription) == ("__InstanceModificationEvent", "second")
        session.delete(target_path("web"))
        assert next_event(subscription) == ("__InstanceDeletionEvent", "second")


def test_columns_of_an_event_are_typed_and_hold_the_object_itself(session: Session) -> None:
    query = (
        f"SELECT TIME_CREATED, Description, TargetInstance FROM __InstanceCreationEvent WITHIN 0.05 "
        f"WHERE TargetInstance ISA '{KIND}'"
    )
    with session.subscribe_text(query, NAMESPACE) as subscription:
        session.create(target("web", Status=5))
        event = next(iter(subscription.events(timeout_s=10.0)))
    made = event["TargetInstance"]
    assert isinstance(made, Instance)
    assert (made.class_name, made["HostName"], made["Status"]) == (KIND, "web", 5)
    assert isinstance(event["TIME_CREATED"], int)
