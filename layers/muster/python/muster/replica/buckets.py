"""Days and moments as the day, week, month, quarter or year of a time zone, in SQL."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from muster.days import Span, first_day
from muster.replica.cells import from_moment

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)
"""No zone changed its offset and back within one."""
_SECOND = timedelta(seconds=1)
_MICROSECONDS = 1_000_000
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d{6}z", re.ASCII)
_SPANS: dict[Span, str] = {
    "day": "{day}",
    "week": "date({day}, '-6 days', 'weekday 1')",
    "month": "substr({day}, 1, 7) || '-01'",
    "quarter": "substr({day}, 1, 5) || "
    "substr('010101040404070707101010', 2 * substr({day}, 6, 2) - 1, 2) || '-01'",
    "year": "substr({day}, 1, 4) || '-01-01'",
}


def of_column(column: str, by: Span, time_zone: str) -> str:
    """Return the expression for the first day of the span, of a column in microseconds."""
    seconds = f"{column} / {_MICROSECONDS}"
    return _SPANS[by].format(day=_local_day(seconds, seconds, _by_second(time_zone)))


def of_value(value: str, by: Span, time_zone: str) -> str:
    """Return the same of a value of the table `value`; NULL for what is no day and no moment.

    A day is that day in any time zone.
    """
    moment = f"unixepoch(substr({value}, 1, 10) || ' ' || substr({value}, 12, 8))"
    local = _local_day(moment, value, _by_text(time_zone))
    day = (
        f"CASE WHEN {value} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' THEN {value}"
        f" WHEN {value} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]t*z' THEN {local} END"
    )
    return _SPANS[by].format(day=f"({day})")


def bucket(value: Any, by: Span, time_zone: str, *, is_time: bool) -> str | None:
    """Return the same first day of a value in Python; `is_time`: it is of a column."""
    if is_time:
        day = from_moment(value).astimezone(ZoneInfo(time_zone)).date()
    elif not isinstance(value, str):
        return None
    elif _MOMENT.fullmatch(value):
        at = datetime.fromisoformat(f"{value[:19]}+00:00".upper())
        day = at.astimezone(ZoneInfo(time_zone)).date()
    elif _DAY.fullmatch(value):
        day = date.fromisoformat(value)
    else:
        return None
    return first_day(day, by).isoformat()


type _Steps = tuple[tuple[str, ...], tuple[int, ...]]
"""From when on (SQL literals) the zone's offset is another one; and the offsets, one more."""


def _local_day(seconds: str, compared: str, steps: _Steps) -> str:
    return f"date({seconds} + {_offset(compared, *steps)}, 'unixepoch')"


def _offset(compared: str, froms: tuple[str, ...], offsets: tuple[int, ...]) -> str:
    """Return a tree of comparisons: a hundred changes to and from summer time are seven of them."""
    if not froms:
        return f"({offsets[0]})"
    middle = len(froms) // 2
    before = _offset(compared, froms[:middle], offsets[: middle + 1])
    after = _offset(compared, froms[middle + 1 :], offsets[middle + 1 :])
    return f"CASE WHEN {compared} < {froms[middle]} THEN {before} ELSE {after} END"


def _by_second(time_zone: str) -> _Steps:
    froms, offsets = _changes(time_zone)
    return tuple(str(int(at.timestamp())) for at in froms), offsets


def _by_text(time_zone: str) -> _Steps:
    froms, offsets = _changes(time_zone)
    return tuple(f"'{at:%Y-%m-%dt%H:%M:%S}'" for at in froms), offsets


@lru_cache(maxsize=64)
def _changes(time_zone: str) -> tuple[tuple[datetime, ...], tuple[int, ...]]:
    """Return when a zone's offset changes, to the second, and the offsets in seconds."""
    zone = ZoneInfo(time_zone)
    froms, offsets, at = [], [_seconds(_FIRST, zone)], _FIRST
    while at < _LAST:
        if _seconds(at + _WEEK, zone) != offsets[-1]:
            froms.append(_first_of(at, offsets[-1], zone))
            offsets.append(_seconds(at + _WEEK, zone))
        at += _WEEK
    return tuple(froms), tuple(offsets)


def _first_of(at: datetime, offset: int, zone: ZoneInfo) -> datetime:
    """Return the first second of a week from which on the offset is another one."""
    low, high = 0, int(_WEEK.total_seconds())
    while low < high:
        middle = (low + high) // 2
        if _seconds(at + middle * _SECOND, zone) == offset:
            low = middle + 1
        else:
            high = middle
    return at + low * _SECOND


def _seconds(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
