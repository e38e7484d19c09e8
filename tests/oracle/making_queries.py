"""Queries made at random to fit a world: most mean something, and few find all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from muster.catalog.model import FieldKind
from muster.query.tree import Dialect
from tests.oracle.attributes import Attribute, Attributes
from tests.oracle.making_functions import Functions
from tests.oracle.making_past import Past
from tests.oracle.making_predicates import Fields
from tests.oracle.spelling import keyword, name
from tests.oracle.world import Search, World

DIALECTS: tuple[Dialect, ...] = ("muster", "muster", "nql", "aql")
_DEEPEST = 3
_SORTABLE = (
    "name", "key", "tag", "serial", "type", "folder", "created", "updated", "createdBy", "source",
    "description", "status", "path",
)  # fmt: skip


def with_searches(random: Random, world: World) -> World:
    """Return a world in which a few queries are saved; one may look into another."""
    for number in range(random.choice((0, 1, 2))):
        text = Queries(random, world).query()
        if "deleted" in text.casefold() or "limit" in text.casefold():
            continue
        search = Search(f"Saved {number}", text, random.choice(DIALECTS))
        world = replace(world, searches=(*world.searches, search))
    return world


class Queries:
    """Makes queries for one world."""

    def __init__(self, random: Random, world: World) -> None:
        """`random` decides everything."""
        self.random = random
        self.world = world
        self.attributes = Attributes(world, lambda _: True)
        self.fields = Fields(random, world)
        self.past = Past(random, world, self.fields)
        self.functions = Functions(random, world, self)

    def query(self) -> str:
        """Return the text of a query."""
        random = self.random
        text = self.expression(0) if random.random() < 0.97 else ""
        if random.random() < 0.4:
            keys = ", ".join(self._sort() for _ in range(random.choice((1, 1, 2, 3))))
            text += f" {keyword(random, 'ORDER')} {keyword(random, 'BY')} {keys}"
        if random.random() < 0.1:
            text += f" LIMIT {random.randint(1, 9)}"
        return text

    def _sort(self) -> str:
        random = self.random
        path = name(random, random.choice(_SORTABLE))
        if random.random() < 0.5:
            path = self.path(random.choice(list(self.world.fields)))
        elif random.random() < 0.2:
            path = self.hop(path)
        nulls = random.choice(("", "", " NULLS FIRST", " nulls last"))
        return path + random.choice(("", " ASC", " DESC", " desc")) + nulls

    def hop(self, path: str) -> str:
        """Return a path from another asset's point of view, over a reference, or two."""
        references = self.world.of_kind(FieldKind.REFERENCE)
        for _ in range(self.random.choice((1, 1, 1, 2))):
            path = f"{self.path(self.random.choice(references).name)}.{path}"
        return path

    def path(self, field: str) -> str:
        """Return a field as a query names it: by its dotted name, or by a label."""
        random = self.random
        if random.random() < 0.3:
            return name(random, random.choice(sorted(self.world.labels[field])))
        return name(random, field)

    def expression(self, depth: int) -> str:
        """Return a condition, of several where there is room."""
        random = self.random
        turn = random.random()
        if depth >= _DEEPEST or turn < 0.45:
            return self.predicate(depth)
        if turn < 0.6:
            return f"{keyword(random, 'NOT')} ({self.expression(depth + 1)})"
        word = keyword(random, "OR" if turn < 0.82 else "AND")
        items = [self.expression(depth + 1) for _ in range(random.choice((2, 2, 3)))]
        return "(" + f" {word} ".join(items) + ")"

    def predicate(self, depth: int) -> str:
        """Return one condition."""
        random = self.random
        makers: tuple[tuple[int, Callable[[], str]], ...] = (
            (40, self._of_field),
            (22, self._of_built_in),
            (12, self._behind),
            (10, self.fields.texts),
            (10, self._past),
            (14, lambda: self.functions.function(depth)),
            (2, self._wrong),
        )
        weights = [weight for weight, _ in makers]
        return random.choices(makers, weights)[0][1]()

    def _attribute(self) -> tuple[str, Attribute]:
        field = self.random.choice(list(self.world.fields.values()))
        return self.path(field.name), self.attributes.of_field(field)

    def _of_field(self) -> str:
        return self.fields.predicate(*self._attribute())

    def _of_built_in(self) -> str:
        return self.fields.built_in()

    def _behind(self) -> str:
        if self.random.random() < 0.5:
            path, attribute = self._attribute()
        else:
            path, attribute = self.fields.plain_built_in()
        return self.fields.predicate(self.hop(path), attribute)

    def _past(self) -> str:
        if self.random.random() < 0.6:
            return self.past.predicate(*self._attribute())
        return self.past.predicate(*self.past.built_in())

    def _wrong(self) -> str:
        path, _ = self._attribute()
        return self.random.choice(
            (
                "computer.modle = 3",
                f"{path}.name.name = x",
                "issues IS EMPTY",
                "createdBy HAVING group(x)",
                "frobnicate(3)",
                "created > tomorrow",
                "type = Spaceship",
                "folder UNDER '/no/such'",
                "links < many",
                "name HAS '--'",
                "name MATCHES '*a*b*c*d*e*f*'",
                "object HAVING inR() AND hasTests()",
                "reachable(key = x, types=(Marries))",
                f"{path} = currentProject()",
            )
        )
