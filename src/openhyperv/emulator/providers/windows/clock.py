"""The host's clock and time zone as Windows tells them. The zone is UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ZONE = "Coordinated Universal Time"
_DAYS_IN_WEEK = 7
_MONTHS_IN_QUARTER = 3


class WindowsClockProvider:
    """Time of day twice, which is the same in UTC, and the time zone."""

    @instances_of("Win32_LocalTime")
    def local_times(self) -> Iterator[Instance]:
        """Now."""
        yield _now("Win32_LocalTime")

    @lookup("Win32_LocalTime")
    def local_time(self, _: ObjectPath) -> Instance:
        """Now; the class has no keys."""
        return _now("Win32_LocalTime")

    @instances_of("Win32_UTCTime")
    def universal_times(self) -> Iterator[Instance]:
        """Now."""
        yield _now("Win32_UTCTime")

    @lookup("Win32_UTCTime")
    def universal_time(self, _: ObjectPath) -> Instance:
        """Now; the class has no keys."""
        return _now("Win32_UTCTime")

    @instances_of("Win32_TimeZone")
    def time_zones(self) -> Iterator[Instance]:
        """The zone that is set."""
        values: dict[str, Value] = {
            "Caption": f"(UTC) {_ZONE}",
            "Description": f"(UTC) {_ZONE}",
            "Bias": 0,
            "DaylightBias": 0,
            "DaylightName": _ZONE,
            "StandardBias": 0,
        }
        yield cimv2_instance("Win32_TimeZone", {"StandardName": _ZONE}, values)

    @lookup("Win32_TimeZone")
    def time_zone(self, path: ObjectPath) -> Instance | None:
        """It, if it is meant."""
        return next((zone for zone in self.time_zones() if zone.path == path), None)


def _now(class_name: str) -> Instance:
    now = datetime.now(UTC)
    first_weekday = now.replace(day=1).isoweekday() % _DAYS_IN_WEEK
    values: dict[str, Value] = {
        "Year": now.year,
        "Quarter": (now.month - 1) // _MONTHS_IN_QUARTER + 1,
        "Month": now.month,
        "WeekInMonth": (now.day - 1 + first_weekday) // _DAYS_IN_WEEK + 1,
        "Day": now.day,
        "DayOfWeek": now.isoweekday() % _DAYS_IN_WEEK,
        "Hour": now.hour,
        "Minute": now.minute,
        "Second": now.second,
    }
    return cimv2_instance(class_name, {}, values)
