"""Days and moments as a query writes them; worked out with a calendar, one step at a time."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from muster.query.tree import Argument, Call, Value, Word
from tests.oracle.refusal import Refusal

_LITERAL = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)\s*(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
_OFFSET = re.compile(r"([+-]?)\s*((?:\d+\s*(?:y|mo|m|w|d|h)\s*)+)", re.ASCII | re.IGNORECASE)
_PART = re.compile(r"(\d+)\s*(y|mo|m|w|d|h)", re.ASCII | re.IGNORECASE)
_EDGE = re.compile(r"(start|end)of(day|week|month|quarter|year)")


@dataclass(frozen=True)
class Stretch:
    """A moment (`end` is None), or a whole day; `day` is the caller's."""

    start: datetime
    day: date
    end: datetime | None = None


@dataclass(frozen=True)
class Calendar:
    """The caller's moment and time zone."""

    now: datetime
    zone: ZoneInfo

    def utc(self, wall: datetime) -> datetime:
        """Return the moment at which the caller's clock shows this."""
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    @property
    def wall(self) -> datetime:
        """What the caller's clock shows now, without a zone."""
        return self.now.astimezone(self.zone).replace(tzinfo=None)

    def moment(self, at: datetime) -> Stretch:
        """Return a moment."""
        return Stretch(at.astimezone(UTC), at.astimezone(self.zone).date())

    def whole(self, day: date) -> Stretch:
        """Return a whole day."""
        after = day + timedelta(days=1)
        midnights = [self.utc(datetime.combine(each, time())) for each in (day, after)]
        return Stretch(midnights[0], day, midnights[1])

    def shifted(self, at: datetime, offset: dict[str, int]) -> datetime:
        """Return a wall clock's time moved by an offset, as a moment."""
        months = at.year * 12 + at.month - 1 + offset["y"] * 12 + offset["mo"]
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        moved = at.replace(year=year, month=month + 1, day=min(at.day, last), fold=0)
        moved += timedelta(weeks=offset["w"], days=offset["d"])
        same = moved == at.replace(fold=0)
        moment = self.now.astimezone(UTC) if same and at == self.wall else self.utc(moved)
        return moment + timedelta(hours=offset["h"], minutes=offset["m"])

    def read(self, value: Value) -> Stretch | None:
        """Return what a value means as a time, None for what is none."""
        if isinstance(value, Call):
            return self._called(value)
        found = _LITERAL.fullmatch(value.text.strip())
        if found:
            return self._literal(found)
        offset = offset_of(value.text, inside=False)
        return self.moment(self.shifted(self.wall, offset)) if offset else None

    def _literal(self, found: re.Match[str]) -> Stretch:
        day, clock, zone = found.groups()
        try:
            if clock is None:
                return self.whole(date.fromisoformat(day))
            if zone:
                return self.moment(datetime.fromisoformat(f"{day}T{clock}{zone}"))
            return self.moment(self.utc(datetime.fromisoformat(f"{day}T{clock}")))
        except ValueError as error:
            raise Refusal("invalid_date") from error

    def _called(self, call: Call) -> Stretch | None:
        name = call.name.casefold()
        if name == "today":
            return self.whole(self.wall.date())
        offset = _argument(call.arguments)
        if name == "now":
            return self.moment(self.shifted(self.wall, offset))
        edge = _EDGE.fullmatch(name)
        if edge is None:
            return None
        which, unit = edge.groups()
        if which == "start":
            start = datetime.combine(_first_day(self.wall.date(), unit), time())
            return self.moment(self.shifted(start, offset))
        after = datetime.combine(_next_first(self.wall.date(), unit), time())
        return self.moment(self.shifted(after, offset) - timedelta(microseconds=1))


def _argument(arguments: tuple[Argument, ...]) -> dict[str, int]:
    if not arguments:
        return dict.fromkeys(("y", "mo", "w", "d", "h", "m"), 0)
    value = arguments[0].value
    offset = offset_of(value.text, inside=True) if isinstance(value, Word) else None
    if offset is None:
        raise Refusal("wrong_arguments")
    return offset


def offset_of(text: str, *, inside: bool) -> dict[str, int] | None:
    """Return how many of each unit an offset has; bare, `m` is months, inside brackets minutes."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        return None
    sign = -1 if found[1] == "-" else 1
    total = dict.fromkeys(("y", "mo", "w", "d", "h", "m"), 0)
    for number, written in _PART.findall(found[2]):
        unit = written.casefold()
        if not inside and unit in ("mo", "h"):
            return None
        unit = "mo" if unit == "m" and not inside else unit
        total[unit] += sign * int(number)
    return total


def _first_day(day: date, unit: str) -> date:
    """Return the first day of the week, month … that a day is in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if unit == "year" else day


def _next_first(day: date, unit: str) -> date:
    """Return the first day of the next week, month …, found by walking there."""
    begin = _first_day(day, unit)
    while _first_day(day, unit) == begin:
        day += timedelta(days=1)
    return day
