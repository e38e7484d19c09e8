"""Values that are dates, times of day and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.terms import Handler, TextDialect, ValueContext, ValueProblem, want_text

_LONGEST = 64
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
_PIVOT = 70
"""Two-digit years below it are of this century, as POSIX has it with 69."""
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PARTS = re.compile(r"(\d{1,4})([./\-\s])(\d{1,2})\2(\d{1,4})", re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})[.\s/-]*([^\W\d_]{3,12})|([^\W\d_]{3,12})[.\s]*(\d{1,2}))"
    r"[.,\s/-]*(\d{4}|\d{2})"
)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_CLOCK_TEXT = re.compile(
    r"[T\s]+(\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,6})?)\s*([AaPp][Mm])?\s*"
    r"(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOON = 12


def _parse_date(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _LONGEST, "a date such as 2026-11-24")
    if not text:
        return None
    if not _ISO_DATE.fullmatch(text):
        raise _no_date(field, text)
    return _checked(field, text, *(int(part) for part in text.split("-"))).isoformat()


def _read_date(
    field: FieldType, text: str, dialect: TextDialect, _context: ValueContext
) -> str | None:
    text = text.strip()
    clock = _CLOCK_TEXT.search(text)
    return _date_of(field, text[: clock.start()] if clock else text, dialect).isoformat()


def _date_of(field: FieldType, text: str, dialect: TextDialect) -> date:
    match = _PARTS.fullmatch(text.strip())
    if match:
        first, second, third = match[1], match[3], match[4]
        if len(first) == len("2026"):
            return _checked(field, text, int(first), int(second), int(third))
        order = "mdy" if dialect.date_order == "mdy" else "dmy"
        if dialect.date_order == "ymd" and len(third) < len("2026"):
            return _checked(field, text, _year(first), int(second), int(third))
        day, month = (first, second) if order == "dmy" else (second, first)
        return _checked(field, text, _year(third), int(month), int(day))
    named = _NAMED.fullmatch(text.strip())
    if named:
        day, word = (named[1], named[2]) if named[1] else (named[4], named[3])
        month = word[:3].casefold()
        if month in _MONTHS:
            return _checked(field, text, _year(named[5]), _MONTHS.index(month) + 1, int(day))
    raise _no_date(field, text)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - two digits are a short year
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _checked(field: FieldType, text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError as error:
        detail = f"{field.label}: there is no day {text[:40]!r}."
        raise ValueProblem("invalid_date", detail) from error
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        detail = f"{field.label} takes years from {_FIRST_YEAR} to {_LAST_YEAR}, not {year}."
        raise ValueProblem("invalid_date", detail)
    return found


def _no_date(field: FieldType, text: str) -> ValueProblem:
    return ValueProblem(
        "invalid_date", f"{field.label}: {text[:40]!r} is no date such as 2026-11-24."
    )


def _parse_time(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    text = want_text(field, raw, _LONGEST, "a time such as 08:30 or 08:30:15")
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueProblem(
            "invalid_time", f"{field.label}: {text[:40]!r} is no time such as 08:30."
        )
    return f"{int(match[1]):02}:{match[2]}:{match[3] or '00'}"


def _parse_moment(field: FieldType, raw: Any, _context: ValueContext) -> str | None:
    what = "a moment such as 2026-11-24T08:30:00Z"
    text = want_text(field, raw, _LONGEST, what)
    if not text:
        return None
    wrong = ValueProblem("invalid_datetime", f"{field.label}: {text[:40]!r} is not {what}.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong from error
    if moment.tzinfo is None or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text, re.ASCII):
        raise wrong
    return moment_text(field, moment)


def _read_moment(
    field: FieldType, text: str, dialect: TextDialect, _context: ValueContext
) -> str | None:
    """Read a date with or without a time; without a zone it is in the dialect's, else midnight."""
    text = text.strip()
    clock = _CLOCK_TEXT.search(text)
    day = _date_of(field, text[: clock.start()] if clock else text, dialect)
    if clock is None:
        moment = datetime.combine(day, time(), _zone(dialect.time_zone))
    else:
        moment = _clocked(field, day, clock, dialect)
    return moment_text(field, moment)


def _clocked(field: FieldType, day: date, clock: re.Match[str], dialect: TextDialect) -> datetime:
    hour, minute, *rest = clock[1].replace(",", ".").split(":")
    seconds = float(rest[0]) if rest else 0.0
    hours = int(hour)
    if clock[2]:
        hours = hours % _NOON + (_NOON if clock[2].lower() == "pm" else 0)
    zone = datetime.strptime(clock[3], "%z").tzinfo if clock[3] else _zone(dialect.time_zone)
    if hours >= 24 or int(minute) >= 60 or seconds >= 60:  # noqa: PLR2004 - a clock's face
        detail = f"{field.label}: there is no time {clock[1]!r}."
        raise ValueProblem("invalid_datetime", detail)
    return datetime.combine(day, time(hours, int(minute)), zone) + timedelta(seconds=seconds)


def moment_text(field: FieldType, moment: datetime) -> str:
    """Return the moment in UTC, with milliseconds when it has any."""
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueProblem("invalid_datetime", f"{field.label}: no such moment.") from error
    _checked(field, utc.date().isoformat(), utc.year, utc.month, utc.day)
    spec = "milliseconds" if utc.microsecond else "seconds"
    return utc.isoformat(timespec=spec).replace("+00:00", "Z")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.DATE: Handler(_parse_date, _read_date, key=str, example="2026-11-24"),
    FieldKind.TIME: Handler(_parse_time, key=str, example="08:30:00"),
    FieldKind.DATETIME: Handler(
        _parse_moment, _read_moment, key=str, example="2026-11-24T08:30:00Z"
    ),
}
