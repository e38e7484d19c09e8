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
from tests.oracle.predicates import Predicates
from tests.oracle.readings import moment
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
        if attribute.name == "key":
            return lambda stored: _DIGITS.sub(lambda d: d[0].zfill(12), fold(stored))
        if attribute.kind == "money" and not (attribute.field and attribute.field.currency):
            raise Unclear
        make = getattr(self, f"_{attribute.kind}", None)
        if make is None:
            raise Refusal("wrong_type")
        return lambda stored: make(attribute, stored)

    def _text(self, _: Attribute, stored: str) -> str:
        return fold(stored)

    _network = _mac = _version = _time = _date = _cause = _path = _text

    def _number(self, _: Attribute, stored: Any) -> Any:
        return stored

    _boolean = _number

    def _datetime(self, _: Attribute, stored: Any) -> Any:
        return moment(stored)

    def _money(self, _: Attribute, stored: Any) -> Any:
        return stored["minor"]

    def _reference(self, _: Attribute, stored: str) -> str:
        return fold(self.world.by_id[stored].body["name"])

    def _option(self, attribute: Attribute, stored: str) -> int:
        assert attribute.field
        return [option.id for option in attribute.field.options].index(stored)

    def _type(self, _: Attribute, stored: str) -> tuple[str, str]:
        return fold(self.world.types[stored].label), stored

    def _folder(self, _: Attribute, stored: str) -> tuple[str, str]:
        return fold(self.world.path(stored)), stored

    def _user(self, _: Attribute, stored: str) -> tuple[int, str, str]:
        return self._person(stored)

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
        return (int(a > b) - int(a < b)) * (-1 if descending else 1)

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
