"""What was, and what changed: WAS and CHANGED."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from muster.query import functions, tree
from muster.query.check.conditions import negated, some_of
from muster.query.check.people import members_of
from muster.query.check.predicates import subject_of
from muster.query.check.subject import is_empty_word
from muster.query.check.terms import Checker, Kind, Target
from muster.query.check.times import EXPECTED, read_moment
from muster.query.dates import Moment, day_of
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Name, Value, When, Word
from muster.replica.condition import Changed, Condition, Period, Place, Was

_TICK = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)
_COLUMNS = ("name", "description", "tag", "serial", "key", "type", "folder")


def was(node: tree.Was, checker: Checker) -> Condition:
    """Return what `path WAS [NOT] value [time]` asks."""
    period = _period(node.when, checker)

    def ask(target: Target) -> Condition:
        values = _values(node.value, target, checker)
        assert values is not None
        return Was(_place(target), values, period)

    found = _some(node.path, checker, ask)
    return negated(found) if node.negated else found


def changed(node: tree.Changed, checker: Checker) -> Condition:
    """Return what `path CHANGED [FROM value] [TO value] [BY value] [time]` asks."""
    period = _period(node.when, checker)
    by = None if node.by is None else members_of(node.by, checker)

    def ask(target: Target) -> Condition:
        before, after = (_values(v, target, checker) for v in (node.before, node.after))
        return Changed(_place(target), before, after, by, period)

    return _some(node.path, checker, ask)


def _some(path: Name, checker: Checker, ask: Callable[[Target], Condition]) -> Condition:
    """Return what is asked of one of the path's fields that it suits."""
    found: list[Condition] = []
    wrong: list[InvalidQueryError] = []
    for target in checker.targets(path):
        _require_history(target, path)
        try:
            found.append(ask(target))
        except InvalidQueryError as error:
            wrong.append(error)
    if not found:
        raise wrong[0]
    return some_of(found)


def _place(target: Target) -> Place:
    return Place(target.field.name) if target.field is not None else Place(target.place.leaf)


def _require_history(target: Target, path: Name) -> None:
    hops = target.place.hops[:-1] if target.kind is Kind.REFERENCE else target.place.hops
    if hops:
        detail = (
            "The past is kept of an asset's own fields: WAS and CHANGED lead over no reference."
        )
        raise problem("wrong_type", detail, path.span, expected=["a field of the asset itself"])
    known = target.kind in {Kind.TEXT, Kind.TYPE, Kind.FOLDER} and target.place.leaf in _COLUMNS
    if target.field is None and not known:
        detail = f"{shown(target.name)} has no past that can be asked for."
        raise problem("wrong_type", detail, path.span, expected=["a field", *_COLUMNS])


def _values(value: Value | None, target: Target, checker: Checker) -> tuple[object, ...] | None:
    if value is None:
        return None
    return (None,) if is_empty_word(value) else subject_of(target, checker).stored(value)


def _period(when: When | None, checker: Checker) -> Period:
    if when is None:
        return Period()
    first, *rest = [_moment(value, checker) for value in when.values]
    match when.word:
        case "AFTER":
            return Period(start=first.end or _behind(first.start))
        case "BEFORE":
            return Period(end=first.start)
        case "ON":
            day = first if first.end else day_of(first.day, checker.context.clock)
            return Period(day.start, day.end)
        case "DURING":
            return Period(first.start, rest[0].end or _behind(rest[0].start))


def _behind(at: datetime) -> datetime:
    return at if at >= _LAST else at + _TICK


def _moment(value: Value, checker: Checker) -> Moment:
    if isinstance(value, Word):
        return read_moment(value, checker)
    meant = functions.values(value, checker, None)
    if isinstance(meant, Moment):
        return meant
    detail = f"{shown(value.name)} gives no moment."
    raise problem("wrong_type", detail, value.span, expected=EXPECTED)
