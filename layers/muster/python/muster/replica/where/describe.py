"""A condition in words, for those who ask how a query is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from muster.replica.condition import (
    All,
    Anywhere,
    Changed,
    Condition,
    Count,
    Duplicate,
    Edges,
    Empty,
    Equal,
    Every,
    Has,
    InFolder,
    InNetwork,
    Like,
    Near,
    Not,
    Only,
    Period,
    Place,
    Reachable,
    Related,
    Some,
    Unlisted,
    Versioned,
    Was,
    Within,
)

_MOST_VALUES = 3
_MOST_ITEMS = 5
_LIKE = {"contains": "has in it", "starts": "begins with", "ends": "ends in", "matches": "is like"}
_WAYS = {"in": "that lead to it", "out": "that it leads to", "any": "next to it"}


def in_words(condition: Condition) -> str:
    """Return the condition as one line; of long lists the first few."""
    return _WORDS[type(condition)](condition)


def _joined(word: str) -> Callable[[Any], str]:
    def words(condition: All | Some) -> str:
        shown = [in_words(item) for item in condition.items[:_MOST_ITEMS]]
        more = len(condition.items) - len(shown)
        return f"({f' {word} '.join([*shown, *([f'{more} more'] if more else [])])})"

    return words


def _place(place: Place | None) -> str:
    return "some text" if place is None else ".".join([*place.hops, place.leaf])


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return json.dumps(value, ensure_ascii=False, default=str)


def _values(values: Iterable[Any]) -> str:
    listed = list(values)
    shown = [_value(value) for value in listed[:_MOST_VALUES]]
    more = len(listed) - len(shown)
    return " or ".join([*shown, *([f"{more} others"] if more else [])]) or "no value"


def _equal(condition: Equal) -> str:
    case = " in this very spelling" if condition.exact else ""
    return f"{_place(condition.place)} is {_values(condition.values)}{case}"


def _anywhere(condition: Anywhere) -> str:
    case = " in this very spelling" if condition.exact else ""
    return f"some field is {_values(condition.values)}{case}"


def _within(condition: Within) -> str:
    bounds = []
    if condition.low is not None:
        bounds.append(f"{'>=' if condition.low_included else '>'} {_value(condition.low)}")
    if condition.high is not None:
        bounds.append(f"{'<=' if condition.high_included else '<'} {_value(condition.high)}")
    return f"{_place(condition.place)} {' and '.join(bounds)}"


def _in_folder(condition: InFolder) -> str:
    hops = "".join(f"{hop}." for hop in condition.hops)
    return f"{hops}folder is, or is below, {_values(condition.folders)}"


def _related(condition: Related) -> str:
    of = f"{_WAYS[condition.edges.direction]}{_edges(condition.edges)}"
    return f"{condition.sign} {condition.number} assets {of}, where {in_words(condition.where)}"


def _reachable(condition: Reachable) -> str:
    steps = "any number of" if condition.depth is None else f"at most {condition.depth}"
    way = f"{steps} steps {condition.edges.direction}{_edges(condition.edges)}"
    return f"reachable in {way} from where {in_words(condition.seeds)}"


def _edges(edges: Edges) -> str:
    named = [*(edges.link_types or ()), *(edges.fields or ())]
    return f" over {_values(named)}" if named else ""


def _was(condition: Was) -> str:
    return f"{_place(condition.place)} was {_values(condition.values)}{_period(condition.period)}"


def _changed(condition: Changed) -> str:
    parts = [f"{_place(condition.place)} changed"]
    for word, values in (
        ("from", condition.before),
        ("to", condition.after),
        ("by", condition.by),
    ):
        if values is not None:
            parts.append(f"{word} {_values(values)}")
    return f"{' '.join(parts)}{_period(condition.period)}"


def _period(period: Period) -> str:
    start = "" if period.start is None else f" from {_value(period.start)}"
    return start if period.end is None else f"{start} until {_value(period.end)}"


_WORDS: dict[type, Callable[[Any], str]] = {
    Every: lambda _: "every asset",
    All: _joined("and"),
    Some: _joined("or"),
    Not: lambda c: f"not: {in_words(c.item)}",
    Empty: lambda c: f"{_place(c.place)} is empty",
    Equal: _equal,
    Within: _within,
    Like: lambda c: f"{_place(c.place)} {_LIKE[c.how]} {_value(c.text)}",
    Has: lambda c: f"{_place(c.place)} has the words {_value(c.text)}",
    Near: lambda c: f"{_place(c.place)} is near to {_value(c.text)}",
    Anywhere: _anywhere,
    InNetwork: lambda c: f"{_place(c.place)} is in the network {c.network}",
    Versioned: lambda c: f"{_place(c.place)} {c.sign} version {_value(c.version)}",
    Only: lambda c: f"{_place(c.place)} is nothing but {_values(c.values)}",
    Unlisted: lambda c: f"{_place(c.place)} is somebody who is no member",
    Count: lambda c: f"the number of values of {_place(c.place)} is {c.sign} {c.number}",
    InFolder: _in_folder,
    Related: _related,
    Reachable: _reachable,
    Was: _was,
    Changed: _changed,
    Duplicate: lambda c: f"another asset has an equal {_place(c.place)}",
}
