"""Assets counted and summed in groups: which fields can be, and how the answer reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from muster.assets.found import compiled, question_of
from muster.assets.present import Names
from muster.catalog.model import FieldType
from muster.catalog.values import present_value
from muster.ledger.model import Actor
from muster.query import tree
from muster.query.check.paths import Paths
from muster.query.check.terms import Kind, Target
from muster.query.context import Context, context_of
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.replica.measures import AggregateQuery, AggregateRow, Group, Measure
from muster.scope import Scope
from muster.search.asked import AggregateBody, GroupBody, MeasureBody
from muster.search.finding import asked_by, warnings_of

_COUNTED = frozenset(
    {
        Kind.TEXT,
        Kind.NUMBER,
        Kind.BOOLEAN,
        Kind.MONEY,
        Kind.DATE,
        Kind.TIME,
        Kind.MOMENT,
        Kind.DURATION,
        Kind.OPTION,
        Kind.USER,
        Kind.REFERENCE,
        Kind.TYPE,
        Kind.FOLDER,
        Kind.NETWORK,
        Kind.MAC,
        Kind.VERSION,
        Kind.CAUSE,
        Kind.DELETED,
    }
)
_SUMMED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DURATION})
_DATED = frozenset({Kind.DATE, Kind.MOMENT})
_TAKEN: Mapping[str, frozenset[Kind]] = {
    "count": _COUNTED,
    "distinct": _COUNTED,
    "sum": _SUMMED,
    "avg": _SUMMED,
    "min": _SUMMED | _DATED,
    "max": _SUMMED | _DATED,
}
_BEHIND = " IS EMPTY"
"""What makes a query of a path, so that the language itself reads it."""


def aggregate(scope: Scope, body: AggregateBody) -> dict[str, Any]:
    """Return the groups that a body asks for, as JSON.

    Raises InvalidQueryError, whose `pointer` says which member of the body it is about.
    """
    checked = compiled(scope, asked_by(body))
    context = context_of(scope, dialect=body.dialect, time_zone=body.time_zone)
    fields = _Fields(context, body)
    groups = [fields.group(each, f"/group_by/{n}") for n, each in enumerate(body.group_by)]
    measures = [fields.measure(each, f"/measures/{n}") for n, each in enumerate(body.measures)]
    found = scope.replica.aggregate(
        AggregateQuery(
            query=question_of(checked),
            measures=tuple(Measure(b.function, t.place if t else None) for b, t in measures),
            groups=tuple(Group(t.place, b.by, context.zone.key) for b, t in groups),
            limit=body.limit,
            order=body.order,
        )
    )
    reading = _Reading(scope, context, groups, measures)
    return {
        "groups": [reading.row(row) for row in found.rows],
        "total_groups": found.total_groups,
        "warnings": warnings_of(checked),
    }


@dataclass(frozen=True)
class _Fields:
    """Finds the fields that a body names, and refuses those that it can't be done with."""

    context: Context
    body: AggregateBody

    def group(self, asked: GroupBody, pointer: str) -> tuple[GroupBody, Target]:
        """Return what is grouped by, with the field."""
        target = self._target(asked.field, f"{pointer}/field", _COUNTED, "grouped by")
        if asked.by and target.kind not in _DATED:
            detail = f"{shown(asked.field)} is {target.kind}: only days and moments have a span."
            raise problem("wrong_type", detail, (0, len(asked.field))).at(pointer=f"{pointer}/by")
        return asked, target

    def measure(self, asked: MeasureBody, pointer: str) -> tuple[MeasureBody, Target | None]:
        """Return what is measured, with the field; None: the assets themselves are counted."""
        if asked.field is None:
            if asked.function == "count":
                return asked, None
            detail = f"Say which field is meant: {asked.function} is of values."
            raise problem("required", detail, (0, 0)).at(pointer=f"{pointer}/field")
        words = {"count": "counted", "distinct": "counted", "avg": "averaged", "sum": "summed"}
        doing = words.get(asked.function, "compared so")
        kinds = _TAKEN[asked.function]
        return asked, self._target(asked.field, f"{pointer}/field", kinds, doing)

    def _target(self, text: str, pointer: str, kinds: frozenset[Kind], doing: str) -> Target:
        try:
            return self._read(text, kinds, doing)
        except InvalidQueryError as error:
            raise error.at(pointer=pointer) from error

    def _read(self, text: str, kinds: frozenset[Kind], doing: str) -> Target:
        span = (0, len(text))
        found = Paths(self.context.catalog).targets(_path(text, self.body.dialect))
        taken = [target for target in found if target.kind in kinds]
        if not taken:
            detail = f"{shown(text)} is {found[0].kind}, and can't be {doing}."
            raise problem("wrong_type", detail, span)
        if len(taken) > 1:
            names = [target.name for target in taken]
            detail = f"{shown(text)} is the label of several fields: name the one that you mean."
            raise problem("ambiguous_field", detail, span, suggestions=names[:3])
        return taken[0]


def _path(text: str, dialect: tree.Dialect) -> tree.Name:
    """Return a path as the language reads it, or else the whole text as a label without quotes."""
    whole = tree.Name((text,), (0, len(text)), (True,))
    try:
        read = parse(text + _BEHIND, dialect=dialect).where
    except InvalidQueryError:
        return whole
    return read.path if isinstance(read, tree.Empty) and not read.negated else whole


class _Reading:
    """Shows stored values as assets show theirs."""

    def __init__(
        self,
        scope: Scope,
        context: Context,
        groups: Sequence[tuple[GroupBody, Target]],
        measures: Sequence[tuple[MeasureBody, Target | None]],
    ) -> None:
        self._scope = scope
        self._context = context
        self._groups = groups
        self._measures = measures

    def row(self, row: AggregateRow) -> dict[str, Any]:
        """Return a group."""
        return {
            "keys": list(self._keys(row.keys)),
            "count": row.count,
            "values": [
                self._value(target, value)
                for (_, target), value in zip(self._measures, row.values, strict=True)
            ],
        }

    def _keys(self, keys: Sequence[Any]) -> Iterator[Any]:
        for (asked, target), key in zip(self._groups, keys, strict=True):
            yield key if key is None or asked.by else self._key(target, key)

    def _key(self, target: Target, key: Any) -> Any:
        named: Mapping[Kind, Callable[[Any], Any]] = {
            Kind.TYPE: self._names.type,
            Kind.FOLDER: self._names.folder,
            Kind.REFERENCE: self._names.asset,
            Kind.USER: self._person,
        }
        if target.kind in named:
            return named[target.kind](key)
        return _shown(target.field, key, self._names)

    def _person(self, key: str) -> dict[str, Any]:
        known = {member.id for member in self._context.people.all}
        return self._names.member(key) if key in known else {"id": key, "name": key}

    def _value(self, target: Target | None, value: Any) -> Any:
        if isinstance(value, int):
            return value
        if target is not None and target.kind is Kind.MONEY:
            amounts = [{"minor": minor, "currency": unit} for unit, minor in sorted(value.items())]
            return [_shown(target.field, amount, self._names) for amount in amounts]
        return value.get(None)

    @cached_property
    def _names(self) -> Names:
        people: tuple[Actor, ...] = ()
        if any(target.kind is Kind.USER for _, target in self._groups):
            people = tuple(Actor(each.id, each.name) for each in self._context.people.all)
        return Names(self._scope, self._context.catalog, actors=people)


def _shown(field: FieldType | None, value: Any, names: Names) -> Any:
    return value if field is None else present_value(field, value, names)
