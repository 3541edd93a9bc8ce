"""Values as old code writes and reads them, type by type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import CimType, PropertyDecl, Value
from openhyperv.wmi import x_wmi
from openhyperv.wmi.values import read_value, write_value


def written(kind: CimType, value: Any, *, is_array: bool = False) -> Value:
    return write_value(value, PropertyDecl("P", kind, is_array=is_array), "root/cimv2")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (CimType.BOOLEAN, True, True),
        (CimType.BOOLEAN, "TRUE", True),
        (CimType.BOOLEAN, "yes", True),
        (CimType.BOOLEAN, "1", True),
        (CimType.BOOLEAN, "no", False),
        (CimType.BOOLEAN, 0, False),
        (CimType.UINT16, 7, 7),
        (CimType.UINT16, "7", 7),
        (CimType.SINT32, -7, -7),
        (CimType.UINT64, 2.0, 2),
        (CimType.REAL64, 1, 1.0),
        (CimType.REAL32, 1.5, 1.5),
        (CimType.CHAR16, 65, "A"),
        (CimType.STRING, 7, "7"),
        (CimType.STRING, "7", "7"),
        (CimType.STRING, None, None),
        (CimType.REFERENCE, 'C.K="v"', ObjectPath("C", {"K": "v"}, "root/cimv2")),
    ],
)
def test_what_is_written_becomes_the_declared_type(kind: CimType, value: Any, expected: Value) -> None:
    result = written(kind, value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CimType.UINT8, 256),
        (CimType.UINT16, "seven"),
        (CimType.UINT16, True),
        (CimType.UINT16, 1.5),
        (CimType.STRING, False),
        (CimType.REAL64, "much"),
        (CimType.REFERENCE, "no path at all"),
        (CimType.OBJECT, "text"),
    ],
)
def test_what_does_not_fit_is_refused(kind: CimType, value: Any) -> None:
    with pytest.raises(x_wmi):
        written(kind, value)


def test_arrays_are_written_from_lists_and_tuples() -> None:
    assert written(CimType.UINT8, (1, "2", None), is_array=True) == [1, 2, None]
    assert written(CimType.UINT8, b"\x01\x02", is_array=True) == [1, 2]
    assert written(CimType.STRING, [], is_array=True) == []
    with pytest.raises(TypeError):
        written(CimType.STRING, "one", is_array=True)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), timedelta(1), "20260101"])
def test_datetimes_are_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        written(CimType.DATETIME, value)


def read(value: Value, kind: CimType | None = None) -> object:
    return read_value(value, kind, lambda instance: instance.class_name, str)


def test_datetimes_are_read_in_the_hosts_own_time() -> None:
    stamp = datetime(2026, 11, 21, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    assert read(stamp) == datetime(2026, 11, 21, 10, 30)  # noqa: DTZ001 - naive is the point
    assert read(timedelta(hours=1)) == timedelta(hours=1)


def test_arrays_are_read_as_tuples_and_characters_as_numbers() -> None:
    assert read(["a", None]) == ("a", None)
    assert read([]) == ()
    assert read("A", CimType.CHAR16) == 65
    assert read(["A"], CimType.CHAR16) == (65,)
    assert read([Instance("Some_Class")]) == ("Some_Class",)
    assert read([ObjectPath("C", {"K": 1})]) == ("C.K=1",)
    assert read(None) is None
