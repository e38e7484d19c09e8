"""The oracle's answer to a query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from muster.query import tree
from muster.text import fold
from tests.oracle.order import Orders
from tests.oracle.predicates import Predicates
from tests.oracle.world import Thing, World


def answer(world: World, query: tree.Query, dialect: tree.Dialect) -> list[str]:
    """Return the ids of the assets that a query asks for, in order; raises Refusal, Unclear."""
    trash_too = any(fold(name.parts[-1]) == "deleted" for name in _names(query))

    def visible(thing: Thing) -> bool:
        return trash_too or not thing.trashed

    predicates = Predicates(world, visible, dialect)
    test = predicates.test(query.where)
    orders = Orders(predicates)
    orders.sorted(query, [])
    found = [thing for thing in world.things if visible(thing) and test(thing)]
    return [thing.id for thing in orders.sorted(query, found)][: query.limit]


def _names(node: Any) -> Iterator[tree.Name]:
    """Yield the paths in a query, those in functions too."""
    if isinstance(node, tree.Name):
        yield node
    elif is_dataclass(node):
        for each in fields(node):
            yield from _names(getattr(node, each.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from _names(item)
