"""CIM scalars as text and back: the WS-CIM form (DSP0230 7.3) and the DMTF datetime form (DSP0004 5.2.4)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from openhyperv.errors import InvalidInputError
from openhyperv.wire.types import INTEGER_BOUNDS, CimType

ScalarText = bool | int | float | str | datetime | timedelta
"""What a simple element's text can stand for."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_TRUE, _FALSE = ("true", "1"), ("false", "0")
_DURATION = re.compile(
    r"^(?P<sign>-?)P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?"
    r"(?:(?P<seconds>\d+)(?:\.(?P<fraction>\d{1,9}))?S)?)?$"
)
_XML_TIME = re.compile(r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$")
_DMTF_TIME = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$")
_DMTF_INTERVAL = re.compile(r"^(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000$")
_MINUTES_PER_HOUR = 60


def _bad(text: str, kind: str) -> InvalidInputError:
    return InvalidInputError(f"{text[:80]!r} is not a CIM {kind}.")


def scalar_to_text(value: ScalarText) -> str:
    """The WS-CIM text of a value; datetimes and intervals too, without their wrapping element.

    :raises InvalidInputError: characters that XML cannot carry
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return xml_text(value)
    if isinstance(value, datetime):
        return _xml_time(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    return _real_text(value) if isinstance(value, float) else str(value)


def scalar_from_text(text: str, kind: CimType) -> ScalarText:
    """The value that an element's text stands for.

    :raises InvalidInputError: the text does not fit the type, or the number its bounds
    """
    return _READERS[kind](text)


def text_reader(kind: CimType) -> Callable[[str], ScalarText]:
    """:func:`scalar_from_text` for one type."""
    return _READERS[kind]


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(value: str) -> str:
    """The string itself, if XML 1.0 can carry it.

    :raises InvalidInputError: it cannot: a control character or half a surrogate pair
    """
    if not value.isprintable() and _NOT_XML.search(value):  # every printable character is one of XML
        raise InvalidInputError("The text contains a control character, which XML cannot carry.")
    return value


def _real_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def _read_boolean(text: str) -> bool:
    lowered = text.strip().lower()
    if lowered not in _TRUE + _FALSE:
        raise _bad(text, "boolean")
    return lowered in _TRUE


def _integer_reader(kind: CimType) -> Callable[[str], int]:
    low, high = INTEGER_BOUNDS[kind]

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text.strip()):
            raise _bad(text, kind)
        value = int(text)
        if not low <= value <= high:
            raise _bad(text, kind)
        return value

    return read


def _read_real(text: str) -> float:
    try:
        return float(text.strip().replace("INF", "inf"))
    except ValueError:
        raise _bad(text, "real number") from None


def read_time(text: str) -> datetime | timedelta:
    """A datetime or an interval in XML's form or in DMTF's."""
    stripped = text.strip()
    if match := _XML_TIME.match(stripped):
        return _from_xml_time(match)
    if match := _DURATION.match(stripped):
        return _from_duration(match)
    return from_dmtf(stripped)


def _xml_time(value: datetime) -> str:
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    text = value.isoformat(timespec="microseconds")
    head, offset = text[:26].rstrip("0").rstrip("."), text[26:]
    return head + ("Z" if offset == "+00:00" else offset)


def _from_xml_time(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    microsecond = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, _xml_offset(match[8]))
    except ValueError:
        raise _bad(match[0], "datetime") from None


def _xml_offset(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    minutes = int(text[1:3]) * _MINUTES_PER_HOUR + int(text[4:6]) if text else 0
    return timezone(timedelta(minutes=-minutes if text and text[0] == "-" else minutes))


def duration_text(value: timedelta) -> str:
    """An interval as WS-CIM writes it: ``P0DT0H5M0S``, seconds with a fraction where there is one."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, _MINUTES_PER_HOUR)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"P{value.days}DT{hours}H{minutes}M{seconds}{fraction}S"


def _from_duration(match: re.Match[str]) -> timedelta:
    parts = {name: int(match[name] or 0) for name in ("days", "hours", "minutes", "seconds")}
    microseconds = int((match["fraction"] or "0").ljust(6, "0")[:6])
    try:
        value = timedelta(**parts, microseconds=microseconds)
    except OverflowError:
        raise _bad(match[0], "interval") from None
    return -value if match["sign"] else value


def to_dmtf(value: datetime | timedelta) -> str:
    """The 25-character DMTF form; datetimes keep their offset, in minutes from UTC."""
    if isinstance(value, timedelta):
        hours, rest = divmod(value.seconds, 3600)
        return f"{value.days:08d}{hours:02d}{rest // 60:02d}{rest % 60:02d}.{value.microseconds:06d}:000"
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    offset = value.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    return f"{value:%Y%m%d%H%M%S.%f}{minutes:+04d}"


def from_dmtf(text: str) -> datetime | timedelta:
    """A datetime or interval from its DMTF form.

    :raises InvalidInputError: the text has another form, or ``*`` wildcards
    """
    if match := _DMTF_INTERVAL.match(text):
        days, hours, minutes, seconds, micro = (int(part) for part in match.groups())
        return timedelta(days, seconds, micro, 0, minutes, hours)
    if not (match := _DMTF_TIME.match(text)):
        raise _bad(text, "datetime")
    year, month, day, hour, minute, second, micro = (int(part) for part in match.groups()[:7])
    offset = timedelta(minutes=int(match[8] + match[9]))
    try:
        return datetime(year, month, day, hour, minute, second, micro, timezone(offset) if offset else UTC)
    except ValueError:
        raise _bad(text, "datetime") from None


_READERS: dict[CimType, Callable[[str], ScalarText]] = {
    CimType.BOOLEAN: _read_boolean,
    CimType.STRING: str,
    CimType.CHAR16: str,
    CimType.DATETIME: read_time,
    CimType.REAL32: _read_real,
    CimType.REAL64: _read_real,
    **{kind: _integer_reader(kind) for kind in INTEGER_BOUNDS},
}
