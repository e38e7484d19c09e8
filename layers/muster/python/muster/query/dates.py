"""Days, moments and periods as a query writes them, seen from one moment in one time zone.

Years, months, weeks and days are counted on the caller's calendar: the clock on the wall stays,
also over a change to summer time. Hours and minutes are time that passes. Of a wall clock's time
that comes twice the first is meant; one that is left out lies as far behind the change.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

from muster.days import Span, first_day

type Unit = Literal["Day", "Week", "Month", "Quarter", "Year"]

UNITS: tuple[Unit, ...] = ("Day", "Week", "Month", "Quarter", "Year")
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MONTHS = 12
_LONGEST = 60
"""Characters of an offset, which also keeps its numbers short."""

_LITERAL = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*([+-]?)\s*((?:\d+\s*[a-z]+\s*)+)", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"(\d+)\s*([a-z]+)", re.ASCII | re.IGNORECASE)

_BARE = {"y": "years", "m": "months", "w": "weeks", "d": "days"}
_INSIDE = {"y": "years", "mo": "months", "w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


class NoDateError(Exception):
    """A text is no date, no offset, or leads out of the years 1 to 9999; says why."""


@dataclass(frozen=True)
class Clock:
    """The caller's moment and time zone."""

    now: datetime
    """Aware."""
    zone: ZoneInfo

    @property
    def wall(self) -> datetime:
        """The moment as the caller's clock shows it."""
        return self.now.astimezone(self.zone)


@dataclass(frozen=True)
class Moment:
    """A moment, or a whole day: from `start` on and before `end`; both in UTC.

    `day` is the caller's day of it. Of the first and the last day that there are, which reach out
    of the years 1 to 9999 in UTC, what lies within counts.
    """

    start: datetime
    day: date
    end: datetime | None = None


@dataclass(frozen=True)
class Offset:
    """A length of calendar and clock, with its sign in each number."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0


def read_literal(text: str, clock: Clock) -> Moment:
    """Return the day, or the moment, that a text such as `2026-11-24T08:30Z` names.

    Without a zone the time is the caller's. Raises NoDateError.
    """
    match = _LITERAL.fullmatch(text.strip())
    if match is None:
        raise NoDateError(f"{text[:40]!r} is no date such as 2026-11-24 or 2026-11-24T08:30.")
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        if match[4] is None:
            return day_of(day, clock)
        clocked = time(int(match[4]), int(match[5]), int(match[6] or 0), _micros(match[7]))
        wall = datetime.combine(day, clocked, _zone(match[8], clock))
        return moment(_utc(wall), clock)
    except (ValueError, OverflowError) as error:
        raise NoDateError(f"There is no date {text.strip()[:40]!r}.") from error


def day_of(day: date, clock: Clock) -> Moment:
    """Return a whole day of the caller's."""
    return Moment(_midnight(day, clock), day, _midnight_after(day, clock))


def moment(at: datetime, clock: Clock) -> Moment:
    """Return a moment, with the caller's day of it; raises NoDateError near the ends of time."""
    try:
        return Moment(at.astimezone(UTC), at.astimezone(clock.zone).date())
    except (OverflowError, ValueError) as error:
        raise _beyond() from error


def read_offset(text: str, *, inside: bool) -> Offset:
    """Return the offset that a text such as `-2m3w2d` writes; a sign counts for all of it.

    `m` is months, but in a function's brackets, `inside`, minutes; there `mo` is months and `h`
    hours. Raises NoDateError.
    """
    units = _INSIDE if inside else _BARE
    example = '"-2h 15m" or -1mo' if inside else "-2m3w2d"
    match = _OFFSET.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise NoDateError(f"{text[:40]!r} is no offset such as {example}.")
    sign = -1 if match[1] == "-" else 1
    counts = dict.fromkeys(units.values(), 0)
    for number, unit in _PART.findall(match[2]):
        if unit == "M" and inside:
            raise NoDateError("M is ambiguous: write mo for months or m for minutes.")
        if unit.lower() not in units:
            known = ", ".join(f"{short} ({long})" for short, long in units.items())
            raise NoDateError(f"{unit[:20]!r} is no unit of time here. There are: {known}.")
        counts[units[unit.lower()]] += sign * int(number)
    return Offset(**counts)


def shifted(at: datetime, offset: Offset, clock: Clock) -> datetime:
    """Return what lies so far away, in UTC; raises NoDateError beyond the years 1 to 9999."""
    try:
        if offset.years or offset.months or offset.weeks or offset.days:
            return _set_off(at.astimezone(clock.zone).replace(tzinfo=None), offset, clock)
        return at.astimezone(UTC) + timedelta(hours=offset.hours, minutes=offset.minutes)
    except (OverflowError, ValueError) as error:
        raise _beyond() from error


def _set_off(wall: datetime, offset: Offset, clock: Clock) -> datetime:
    """Shift a wall clock's time, which may be one that the clock leaves out, and tell the moment.

    Raises OverflowError, ValueError, NoDateError.
    """
    there = _utc(_on_calendar(wall, offset).replace(tzinfo=clock.zone))
    return there + timedelta(hours=offset.hours, minutes=offset.minutes)


def from_now(offset: Offset, clock: Clock) -> Moment:
    """Return the moment that lies so far from now."""
    return moment(shifted(clock.now, offset, clock), clock)


def today(clock: Clock) -> Moment:
    """Return the caller's day, as a whole."""
    return day_of(clock.wall.date(), clock)


def start_of(unit: Unit, clock: Clock, offset: Offset | None = None) -> Moment:
    """Return the first moment of the caller's day, week (from Monday), month, quarter or year.

    The offset counts from there.
    """
    first = first_day(clock.wall.date(), _SPANS[unit])
    return moment(_from_midnight(first, offset, clock), clock)


def end_of(unit: Unit, clock: Clock, offset: Offset | None = None) -> Moment:
    """Return the last moment, a microsecond before the next day, week, month, quarter or year.

    The offset counts from the beginning of the next one, so that the end of a month in a month is
    the end of the next one, however long either is.
    """
    following = _next_first_day(unit, clock.wall.date())
    return moment(_from_midnight(following, offset, clock) - _TICK, clock)


def _from_midnight(day: date, offset: Offset | None, clock: Clock) -> datetime:
    try:
        return _set_off(datetime.combine(day, time()), offset or Offset(), clock)
    except (OverflowError, ValueError) as error:
        raise _beyond() from error


_SPANS: dict[Unit, Span] = {
    "Day": "day",
    "Week": "week",
    "Month": "month",
    "Quarter": "quarter",
    "Year": "year",
}
_LENGTHS: dict[Unit, Offset] = {
    "Day": Offset(days=1),
    "Week": Offset(weeks=1),
    "Month": Offset(months=1),
    "Quarter": Offset(months=3),
    "Year": Offset(years=1),
}


def _next_first_day(unit: Unit, day: date) -> date:
    first = datetime.combine(first_day(day, _SPANS[unit]), time())
    try:
        return _on_calendar(first, _LENGTHS[unit]).date()
    except (OverflowError, ValueError) as error:
        raise _beyond() from error


def _on_calendar(wall: datetime, offset: Offset) -> datetime:
    """Shift a wall clock's time; a day that the month does not have becomes its last one."""
    months = (wall.year + offset.years) * _MONTHS + wall.month - 1 + offset.months
    year, month = divmod(months, _MONTHS)
    if not 1 <= year <= MAXYEAR:
        raise _beyond()
    day = min(wall.day, monthrange(year, month + 1)[1])
    moved = wall.replace(year=year, month=month + 1, day=day, fold=0)
    return moved + timedelta(weeks=offset.weeks, days=offset.days)


def _midnight(day: date, clock: Clock) -> datetime:
    """Return a day's first moment; what lies before the year 1 in UTC is the first there is."""
    try:
        return _utc(datetime.combine(day, time(), clock.zone))
    except OverflowError:
        return _FIRST


def _midnight_after(day: date, clock: Clock) -> datetime:
    try:
        return _utc(datetime.combine(day + timedelta(days=1), time(), clock.zone))
    except OverflowError:
        return _LAST


def _utc(wall: datetime) -> datetime:
    return wall.astimezone(UTC)


def _zone(written: str | None, clock: Clock) -> ZoneInfo | timezone:
    if written is None:
        return clock.zone
    if written in "Zz":
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    if minutes >= 60:  # noqa: PLR2004 - a clock's face
        raise ValueError(written)
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if written[0] == "-" else ahead)


def _micros(digits: str | None) -> int:
    return int((digits or "").ljust(6, "0"))


def _beyond() -> NoDateError:
    return NoDateError("This leads out of the years 1 to 9999.")
