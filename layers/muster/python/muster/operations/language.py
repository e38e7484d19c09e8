"""Asset Tracker's value language: what a text in a sequence means for a field, at a run.

| text | kinds | means |
|---|---|---|
| `words` | all | set, in the field's own form |
| `+words` | text area | put behind the text that is there |
| `+5`, `+-5` | integer, number | add, take away; an empty field counts as 0 |
| `+2w3d`, `-4d`, `-1m` | date, datetime | so long after or before the run; m is months |
| `$currentDate$` | text, text area, date, datetime | today |
| `$currentTime$` | text, text area, datetime | now, with the date |
| `$currentUser$` | text, text area, user | who runs the sequence |
| `$assignee$`, `$reporter$` | text, text area, user | of the issue that the run is for |

Within texts markers may stand anywhere, elsewhere alone. Days are those of the run's time zone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values import HANDLERS, TextDialect, ValueContext, ValueProblem
from muster.catalog.values.convert import split
from muster.catalog.values.moments import moment_text
from muster.ledger.model import Actor
from muster.operations.model import Issue, RunContext

_MARKER = re.compile(r"\$([A-Za-z]{3,40})\$")
_OFFSET = re.compile(r"([+-]{1,2})((?:\d{1,5}[ymwd])+)", re.ASCII | re.IGNORECASE)
_STEP = re.compile(r"(\d{1,5})([ymwd])", re.IGNORECASE)
_SIGNS = {"+": 1, "-": -1, "+-": -1}
_MONTHS = 12
_NEAR = 0.75

_TEXTS = frozenset({FieldKind.TEXT, FieldKind.TEXT_AREA})
_DATES = frozenset({FieldKind.DATE, FieldKind.DATETIME})
_PEOPLE = _TEXTS | {FieldKind.USER}
MARKERS: Mapping[str, frozenset[FieldKind]] = {
    "currentDate": _TEXTS | _DATES,
    "currentTime": _TEXTS | {FieldKind.DATETIME},
    "currentUser": _PEOPLE,
    "assignee": _PEOPLE,
    "reporter": _PEOPLE,
}
"""Which kinds take which marker."""
_READ = frozenset(
    {
        FieldKind.INTEGER,
        FieldKind.NUMBER,
        FieldKind.BOOLEAN,
        FieldKind.MONEY,
        FieldKind.DURATION,
        FieldKind.GEO,
        FieldKind.JSON,
    }
)
"""Kinds whose typed JSON is no text: the text is read as a file's cell is."""
_ADDS_NOT = frozenset({FieldKind.MONEY, FieldKind.DURATION})
_DIALECT = TextDialect()
_SAMPLE = RunContext(
    datetime(2026, 1, 1, tzinfo=UTC),
    Actor("somebody", "Somebody"),
    issue=Issue(key="ISSUE-1", assignee="somebody", reporter="somebody"),
)
_NO_NAMES: Any = None
_NOBODY = ValueContext(lambda *_: None, lambda _: None, lambda _: None)


def read_text(definition: FieldType, text: str, current: Any, context: RunContext) -> Any:
    """Return the value that a text gives a field, as the API takes it; None clears.

    `current` is the stored value, None for an empty field. Raises ValueProblem with the codes
    `marker_not_allowed`, `unknown_marker`, `modifier_not_allowed`, `invalid_change`,
    `invalid_offset`, `issue_needed`, `issue_lacks_user`, and those of reading the value.
    """
    if not text.strip():
        return None
    _check_markers(definition, text)
    if definition.many and definition.kind is not FieldKind.JSON:
        return [_one(definition, part, None, context) for part in split(definition, text, _DIALECT)]
    return _one(definition, text, current, context)


def shifted(definition: FieldType, offset: str, context: RunContext) -> str:
    """Return the date or moment so long from the time of the run, such as `+2w3d`.

    Months come first, and a day that the month has not is its last; m is months. Raises
    ValueProblem `invalid_offset`.
    """
    sign, steps = _steps_of(definition, offset.strip())
    now = context.now.astimezone(zone_of(context.time_zone))
    months = sign * (steps["y"] * _MONTHS + steps["m"])
    days = sign * (steps["w"] * 7 + steps["d"])
    try:
        day = _months_later(now.date(), months) + timedelta(days=days)
        if definition.kind is FieldKind.DATETIME:
            return moment_text(definition, datetime.combine(day, now.timetz()))
    except (ValueError, OverflowError) as error:
        raise _wrong_offset(definition, offset) from error
    return day.isoformat()


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def check_text(definition: FieldType, text: str) -> None:
    """Raise ValueProblem where a text can't work in any run: for sequences as they are saved."""
    read_text(definition, text, None, _SAMPLE)


def _one(definition: FieldType, text: str, current: Any, context: RunContext) -> Any:
    return _READERS.get(definition.kind, _plain)(definition, text, current, context)


def _check_markers(definition: FieldType, text: str) -> None:
    for found in _MARKER.finditer(text):
        name = found[1]
        if name not in MARKERS:
            _refuse_near_miss(definition, name)
        elif definition.kind not in MARKERS[name]:
            kinds = ", ".join(sorted(MARKERS[name]))
            detail = f"{definition.label}: ${name}$ goes into fields of these kinds: {kinds}."
            raise ValueProblem("marker_not_allowed", detail)


def _refuse_near_miss(definition: FieldType, name: str) -> None:
    """Refuse what is likely a mistyped marker; other words between dollar signs are text."""
    by_folded = {marker.casefold(): marker for marker in MARKERS}
    near = get_close_matches(name.casefold(), by_folded, 1, _NEAR)
    if near:
        detail = f"{definition.label}: there is no marker ${name}$. Write ${by_folded[near[0]]}$."
        raise ValueProblem("unknown_marker", detail)


def _text(definition: FieldType, text: str, _current: Any, context: RunContext) -> str:
    return _filled(definition, text, context)


def _area(definition: FieldType, text: str, current: Any, context: RunContext) -> str:
    if text.startswith("+"):
        return f"{current or ''}{_filled(definition, text[1:], context)}"
    return _filled(definition, text, context)


def _user(definition: FieldType, text: str, _current: Any, context: RunContext) -> str:
    alone = _MARKER.fullmatch(text.strip())
    if alone and alone[1] in MARKERS:
        if alone[1] == "currentUser" and context.actor.id.startswith("mem_"):
            return context.actor.id
        return _marker(definition, alone[1], context)
    _refuse_company(definition, text)
    return text


def _number(definition: FieldType, text: str, current: Any, context: RunContext) -> Any:
    text = text.strip()
    if not text.startswith("+"):
        return _plain(definition, text, current, context)
    change = text.removeprefix("+")
    if not re.fullmatch(r"-?\s*[\d.]+(?:[eE][+-]?\d{1,3})?", change, re.ASCII):
        detail = f"{definition.label}: after + stands a number, such as +5 or +-5, not {text!r}."
        raise ValueProblem("invalid_change", detail)
    by = _plain(definition, change, None, context)
    return _rounded((current or 0) + by, current or 0, by)


def _rounded(total: float, *parts: float) -> float:
    """Keep 0.1 + 0.2 from becoming 0.30000000000000004."""
    if all(isinstance(part, int) for part in parts):
        return total
    decimals = max(len(repr(float(p)).partition(".")[2]) for p in parts)
    return round(total, decimals) if "e" not in "".join(map(repr, parts)) else total


def _day(definition: FieldType, text: str, _current: Any, context: RunContext) -> str:
    text = text.strip()
    if _MARKER.fullmatch(text):
        return _now(context).date().isoformat()
    _refuse_company(definition, text)
    if text[0] in "+-":
        return shifted(definition, text, context)
    if _OFFSET.fullmatch(f"+{text}"):
        raise _wrong_offset(definition, text)
    return text


def _moment(definition: FieldType, text: str, current: Any, context: RunContext) -> str:
    marker = _MARKER.fullmatch(text.strip())
    if marker is None:
        return _day(definition, text, current, context)
    now = _now(context)
    if marker[1] == "currentDate":
        now = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment_text(definition, now.replace(microsecond=0))


def _plain(definition: FieldType, text: str, _current: Any, _context: RunContext) -> Any:
    text = text.strip()
    if definition.kind in _ADDS_NOT and text.startswith("+"):
        detail = f"{definition.label}: + adds to whole and other numbers. Use increase instead."
        raise ValueProblem("modifier_not_allowed", detail)
    handler = HANDLERS[definition.kind]
    if definition.kind not in _READ or handler.read is None:
        return text
    value = handler.read(definition, text, _DIALECT, _NOBODY)
    # Of these kinds only money is shown otherwise than stored, and it names nothing.
    return handler.present(definition, value, _NO_NAMES) if handler.present else value


def _refuse_company(definition: FieldType, text: str) -> None:
    if any(found[1] in MARKERS for found in _MARKER.finditer(text)):
        detail = f"{definition.label}: here a marker stands alone; {text[:60]!r} has more."
        raise ValueProblem("marker_not_allowed", detail)


def _filled(definition: FieldType, text: str, context: RunContext) -> str:
    """Put in what the markers stand for; what they bring with them is not looked at again."""

    def fill(found: re.Match[str]) -> str:
        return _marker(definition, found[1], context) if found[1] in MARKERS else found[0]

    return _MARKER.sub(fill, text)


def _marker(definition: FieldType, name: str, context: RunContext) -> str:
    if name == "currentDate":
        return _now(context).date().isoformat()
    if name == "currentTime":
        return f"{_now(context):%Y-%m-%d %H:%M}"
    if name == "currentUser":
        return context.actor.name
    if context.issue is None:
        detail = f"{definition.label}: ${name}$ needs an issue, and this run is for none."
        raise ValueProblem("issue_needed", detail)
    user: str | None = getattr(context.issue, name)
    if not user:
        detail = f"{definition.label}: the issue {context.issue.key} has no {name}."
        raise ValueProblem("issue_lacks_user", detail)
    return user


def _now(context: RunContext) -> datetime:
    return context.now.astimezone(zone_of(context.time_zone))


def _steps_of(definition: FieldType, offset: str) -> tuple[int, dict[str, int]]:
    found = _OFFSET.fullmatch(offset)
    if found is None or found[1] not in _SIGNS:
        raise _wrong_offset(definition, offset)
    steps = dict.fromkeys("ymwd", 0)
    seen: set[str] = set()
    for number, unit in _STEP.findall(found[2].lower()):
        if unit in seen:
            raise _wrong_offset(definition, offset)
        seen.add(unit)
        steps[unit] = int(number)
    return _SIGNS[found[1]], steps


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _wrong_offset(definition: FieldType, text: str) -> ValueProblem:
    return ValueProblem(
        "invalid_offset",
        f"{definition.label}: {text[:40]!r} is no time such as +2w3d, -4d or -1m (months, weeks and"
        " days, each once, with a sign), and no date such as 2026-11-24.",
    )


_READERS: Mapping[FieldKind, Callable[[FieldType, str, Any, RunContext], Any]] = {
    FieldKind.TEXT: _text,
    FieldKind.TEXT_AREA: _area,
    FieldKind.USER: _user,
    FieldKind.INTEGER: _number,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _day,
    FieldKind.DATETIME: _moment,
}
