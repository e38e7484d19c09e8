"""The order of an answer: sort keys, empty values, ties; and rank, where words are looked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

from muster.query import tree
from muster.text import fold, words
from tests.oracle import texts
from tests.oracle.attributes import Attribute
from tests.oracle.meaning import moment
from tests.oracle.predicates import Predicates
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import Thing

type Comparison = Callable[[Thing, Thing], int]
_DIGITS = re.compile(r"[0-9]+")


class Orders:
    """The order that a query asks for."""

    def __init__(self, predicates: Predicates) -> None:
        """`predicates` knows the world and the dialect."""
        self.predicates = predicates
        self.world = predicates.meaning.world
        self.aql = predicates.dialect == "aql"

    def sorted(self, query: tree.Query, found: list[Thing]) -> list[Thing]:
        """Return what was found in the order that is asked for, or in the dialect's."""
        sought = [] if query.order else _sought(query.where)
        if sought:
            return _ranked(found, " ".join(sought))
        keys = [self._key(order) for order in query.order] or [self._habit()]
        descending = query.order[-1].descending if query.order else not self.aql

        def compare(one: Thing, other: Thing) -> int:
            for key in keys:
                result = key(one, other)
                if result:
                    return result
            return (one.row - other.row) * (-1 if descending else 1)

        return sorted(found, key=cmp_to_key(compare))

    def _habit(self) -> Comparison:
        if self.aql:
            return _comparison(lambda t: fold(t.body["name"]), descending=False, empty_first=True)
        return _comparison(lambda t: t.updated.at, descending=True, empty_first=False)

    def _key(self, order: tree.Order) -> Comparison:
        attributes = self.predicates.attributes.named(order.path)
        if len(attributes) > 1:
            raise Refusal("ambiguous_field")
        empty_first = order.nulls == "FIRST"
        if order.nulls is None:
            empty_first = self.aql and not order.descending
        value = self._value(attributes[0], descending=order.descending)
        return _comparison(value, descending=order.descending, empty_first=empty_first)

    def _value(self, attribute: Attribute, *, descending: bool) -> Callable[[Thing], Any]:
        spelled = self._spelled(attribute)

        def value(thing: Thing) -> Any:
            values = [spelled(each) for each in attribute.values(thing)]
            if not values:
                return None
            if attribute.hops or attribute.kind == "reference":
                return max(values) if descending else min(values)
            return values[0]

        return value

    def _spelled(self, attribute: Attribute) -> Callable[[Any], Any]:
        """Return what turns a stored value into one that compares as people expect."""
        kind, field = attribute.kind, attribute.field
        if kind in ("opaque", "file", "whole", "any", "links", "schema"):
            raise Refusal("wrong_type")
        if kind == "reference":
            return lambda stored: fold(self.world.by_id[stored].body["name"])
        if attribute.name == "key":
            return lambda stored: _DIGITS.sub(lambda d: d[0].zfill(12), fold(stored))
        if kind == "money":
            if not field or not field.currency:
                raise Unclear
            return lambda stored: stored["minor"]
        if kind == "option" and field:
            places = {option.id: place for place, option in enumerate(field.options)}
            return lambda stored: places[stored]
        if kind == "type":
            return lambda stored: (fold(self.world.types[stored].label), stored)
        if kind == "folder":
            return lambda stored: (fold(self.world.path(stored)), stored)
        if kind == "user":
            return self._person
        if kind == "datetime":
            return moment
        return lambda stored: fold(stored) if isinstance(stored, str) else stored

    def _person(self, stored: str) -> tuple[int, str, str]:
        names = {member.id: member.name for member in self.world.members}
        if stored in names:
            return 0, fold(names[stored]), stored
        return 1, fold(stored), ""


def _comparison(
    value: Callable[[Thing], Any], *, descending: bool, empty_first: bool
) -> Comparison:
    def compare(one: Thing, other: Thing) -> int:
        a, b = value(one), value(other)
        if a is None or b is None:
            return ((a is None) - (b is None)) * (-1 if empty_first else 1)
        return ((a > b) - (a < b)) * (-1 if descending else 1)

    return compare


def _sought(where: tree.Expression | None) -> list[str]:
    """Return the words by which an answer is ranked: those that have to be in some text."""
    items = where.items if isinstance(where, tree.And) else (where,)
    found: list[str] = []
    for item in items:
        if isinstance(item, tree.And):
            found += _sought(item)
        elif isinstance(item, tree.Bare):
            found.append(item.word.text)
        elif _asks_text(item):
            found.append(item.value.text)  # type: ignore[union-attr]
    return found


def _asks_text(item: Any) -> bool:
    if isinstance(item, tree.Compare):
        asks = item.sign in ("=", "~")
    elif isinstance(item, tree.Match):
        asks = item.verb == "HAS" and not item.negated
    else:
        return False
    return asks and [fold(part) for part in item.path.parts] == ["text"]


def _ranked(found: list[Thing], sought: str) -> list[Thing]:
    """Return assets by how well they answer; of equal ones the newest first."""
    return sorted(found, key=lambda thing: (_tier(thing, sought), -thing.row))


def _tier(thing: Thing, sought: str) -> int:
    names = [thing.body.get(each) for each in ("key", "tag", "serial")]
    if any(name and fold(name) == fold(sought) for name in names):
        return 0
    asked = words(sought)
    titles = {w for text in texts.titles_of(thing) for w in words(text)}
    every = {w for text in texts.texts_of(thing) for w in words(text)}
    if all(word in titles for word in asked):
        return 1
    if all(word in every for word in asked):
        return 2
    if all(any(each.startswith(word) for each in every) for word in asked):
        return 3
    return 4
