"""Functions that are conditions by themselves, and those behind HAVING."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import TYPE_CHECKING, Any

from muster.catalog.model import FieldKind
from muster.query import tree
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError
from muster.text import fold
from tests.oracle.attributes import cell, listed
from tests.oracle.graph import Graph, Ways
from tests.oracle.meaning import NOT_CONNECTED
from tests.oracle.moments import offset_of
from tests.oracle.readings import only, ordered
from tests.oracle.refusal import Refusal, Unclear
from tests.oracle.world import Search, Thing

if TYPE_CHECKING:
    from tests.oracle.predicates import Predicates

type ThingTest = Callable[[Thing], bool]

_DIRECTED = {
    "inr": "in",
    "inboundreferences": "in",
    "outr": "out",
    "outboundreferences": "out",
    "linked": "any",
}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_NAMED = frozenset({"reftype", "type", "types"})


class Functions:
    """The functions of the language, over the predicates of one caller."""

    def __init__(self, predicates: Predicates) -> None:
        """`predicates` tells what the queries in brackets mean."""
        self.predicates = predicates
        self.meaning = predicates.meaning
        self.world = predicates.meaning.world
        self.graph = Graph(self.world, predicates.meaning.visible)

    def condition(self, call: tree.Call) -> ThingTest:
        """Return the test that a function is."""
        name = call.name.casefold()
        if name in NOT_CONNECTED:
            raise Refusal("not_connected")
        if name in _DIRECTED:
            return self.related(call, ">=", 1)
        make = getattr(self, f"_{name}", None)
        if make is None:
            raise Refusal("unknown_function")
        made: ThingTest = make(call)
        return made

    def related(self, call: tree.Call, sign: str, number: int) -> ThingTest:
        """Return the test for having so many neighbours that meet a query."""
        name = call.name.casefold()
        if name not in _DIRECTED:
            raise Refusal("not_connected" if name in NOT_CONNECTED else "wrong_arguments")
        test, ways, _ = self._walk(call, _DIRECTED[name])
        return lambda thing: ordered(
            sum(map(test, self.graph.neighbours(thing, ways))), sign, number
        )

    def _walk(self, call: tree.Call, direction: str) -> tuple[ThingTest, Ways, int | None]:
        """Return a graph function's query, steps and depth."""
        test: ThingTest = lambda _: True  # noqa: E731 - replaced below
        names: list[str] = []
        depth: int | None = None
        for place, argument in enumerate(call.arguments):
            found = _named(argument, first=place == 0)
            if found is None:
                test = self._query(argument)
            elif found[0] in _NAMED:
                names += found[1]
            elif found[0] == "dir":
                direction = found[1][0].casefold()
            else:
                depth = int(found[1][0])
        graph = self.graph
        ways = graph.named(names, direction) if names else graph.everything(direction)
        return test, ways, depth

    def _query(self, argument: tree.Argument) -> ThingTest:
        """Return the test that a function's first argument is."""
        value = argument.value
        if isinstance(value, tree.Word):
            text = value.text
            known = {t.id for t in self.world.things if _called(t, text)}
            if known or _KEY.fullmatch(text):
                return lambda thing: thing.id in known
            if not text.strip():
                return lambda _: True
            if value.form != "quoted":
                raise Unclear
            return self._inner(text)
        if isinstance(value, tree.Call):
            return self.condition(value)
        if isinstance(value, tree.Listed | tree.Raw):
            raise Refusal("wrong_arguments")
        return self.predicates.test(value)

    def _inner(self, text: str) -> ThingTest:
        try:
            query = parse(text, dialect=self.predicates.dialect)
        except InvalidQueryError as error:
            raise Refusal("syntax") from error
        return self.predicates.test(query.where)

    def _reachable(self, call: tree.Call) -> ThingTest:
        test, ways, depth = self._walk(call, "any")
        seeds = [thing for thing in self.graph.there if test(thing)]
        # "Out" walks with the steps, away from the seeds.
        found = self.graph.reached(seeds, ways, depth, seeds_too=False)
        return lambda thing: thing.id in found

    def _linked_items(self, call: tree.Call) -> ThingTest:
        flags = [each.value for each in call.arguments[1:]]
        texts = [each.text.casefold() for each in flags if isinstance(each, tree.Word)]
        indirect, parents = [*(text in ("true", "yes", "1") for text in texts), False, False][:2]
        test = self._query(call.arguments[0])
        return self._with_linked(test, None if indirect else 1, seeds_too=parents)

    def _with_linked(self, test: ThingTest, depth: int | None, *, seeds_too: bool) -> ThingTest:
        seeds = [thing for thing in self.graph.there if test(thing)]
        found = self.graph.reached(seeds, self.graph.links(), depth, seeds_too=seeds_too)
        return lambda thing: thing.id in found

    def _id_in(self, call: tree.Call) -> ThingTest:
        asked = [a.value.text for a in call.arguments if isinstance(a.value, tree.Word)]
        return lambda thing: any(_called(thing, text) for text in asked)

    def _users(self, persons: list[str]) -> ThingTest:
        tests = []
        for field in self.world.of_kind(FieldKind.USER):
            attribute = self.predicates.attributes.of_field(field)
            for person in persons:
                word = tree.Word(person, (0, 0), "quoted")
                tests.append((attribute, self.meaning.equal(attribute, word)))
        return lambda thing: any(
            test(value) for attribute, test in tests for value in attribute.values(thing)
        )

    def _my(self, _: tree.Call) -> ThingTest:
        users = self._users([self.world.me])
        return lambda thing: users(thing) or thing.id == self.world.primary.get(self.world.me)

    def _my_primary(self, _: tree.Call) -> ThingTest:
        return lambda thing: thing.id == self.world.primary.get(self.world.me)

    def _my_with_linked(self, call: tree.Call) -> ThingTest:
        return self._with_linked(self._my(call), None, seeds_too=True)

    def _user_is(self, call: tree.Call) -> ThingTest:
        value = call.arguments[0].value
        if isinstance(value, tree.Call):
            return self._users(self.meaning.persons(value))
        if not isinstance(value, tree.Word):
            raise Refusal("wrong_arguments")
        return self._users([value.text])

    def _user_is_with_linked(self, call: tree.Call) -> ThingTest:
        return self._with_linked(self._user_is(call), None, seeds_too=True)

    def _savedsearch(self, call: tree.Call) -> ThingTest:
        name = fold(only(call))
        found = [each for each in self.world.searches if fold(each.name) == name]
        if not found:
            raise Refusal("unknown_value")
        return self.predicates.inside(found[0].dialect).test(_parsed(found[0]).where)

    def _duplicateof(self, call: tree.Call) -> ThingTest:
        value = call.arguments[0].value
        if not isinstance(value, tree.Word):
            raise Unclear
        attributes = self.predicates.attributes.named(tree.Name((value.text,), (0, 0)))
        if len(attributes) > 1 or attributes[0].kind in ("reference", "opaque"):
            raise Unclear
        values = attributes[0].values

        def check(thing: Thing) -> bool:
            here = {cell(value) for value in values(thing)}
            others = (other for other in self.graph.there if other.id != thing.id)
            return any(here & {cell(value) for value in values(other)} for other in others)

        return check

    def _missingrequired(self, _: tree.Call) -> ThingTest:
        def check(thing: Thing) -> bool:
            placed = self.world.placed(thing.body["type"])
            return any(
                required
                and self.world.fields[name].kind is not FieldKind.AUTO_NUMBER
                and not listed(thing.fields.get(name))
                for name, required in placed.items()
            )

        return check

    def _stale(self, call: tree.Call) -> ThingTest:
        value = call.arguments[0].value
        offset = offset_of(value.text, inside=True) if isinstance(value, tree.Word) else None
        if offset is None:
            raise Refusal("wrong_arguments")
        back = {unit: -abs(number) for unit, number in offset.items()}
        calendar = self.meaning.calendar
        before = calendar.shifted(calendar.wall, back)
        return lambda thing: thing.updated.at.astimezone(UTC) < before


def _parsed(search: Search) -> tree.Query:
    return parse(search.query, dialect=search.dialect)


def _called(thing: Thing, text: str) -> bool:
    return fold(text) in (fold(thing.id), fold(thing.body["key"]))


def _named(argument: tree.Argument, *, first: bool) -> tuple[str, list[str]] | None:
    """Return a named argument's name and values, None for a query.

    What is first is a query when it can be one: `type = Laptop`.
    """
    value = argument.value
    if argument.name:
        values = value.values if isinstance(value, tree.Listed) else (value,)
        return argument.name.casefold(), _words(values)
    if not isinstance(value, tree.Compare | tree.In) or len(value.path.parts) != 1:
        return None
    name = value.path.parts[0].casefold()
    if name not in ("reftype", "types", "dir", "depth") and (first or name != "type"):
        return None
    return name, _words(value.values if isinstance(value, tree.In) else (value.value,))


def _words(values: Iterable[Any]) -> list[str]:
    return [each.text for each in values if isinstance(each, tree.Word)]
