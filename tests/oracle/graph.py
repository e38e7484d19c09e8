"""Links and references as one graph, walked step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from muster.catalog.model import FieldKind
from muster.text import fold
from tests.oracle.attributes import listed
from tests.oracle.refusal import Refusal
from tests.oracle.world import Thing, World


@dataclass(frozen=True)
class Ways:
    """Which steps count."""

    direction: str
    link_types: frozenset[str]
    fields: frozenset[str]


class Graph:
    """The graph of the assets that are there."""

    def __init__(self, world: World, visible: Callable[[Thing], bool]) -> None:
        """Nothing is walked before it is asked for."""
        self.world = world
        self.there = [thing for thing in world.things if visible(thing)]
        self._steps: dict[Ways, frozenset[tuple[str, str]]] = {}

    def everything(self, direction: str) -> Ways:
        """Return all links and references."""
        references = self.world.of_kind(FieldKind.REFERENCE)
        names = frozenset(each.name for each in references)
        return Ways(direction, frozenset(self.world.link_types), names)

    def links(self, direction: str = "any") -> Ways:
        """Return all links, and no references."""
        return Ways(direction, frozenset(self.world.link_types), frozenset())

    def named(self, names: Iterable[str], direction: str) -> Ways:
        """Return the link types and reference fields of these names."""
        links: set[str] = set()
        fields: set[str] = set()
        for name in names:
            asked = fold(name)
            kinds = {
                each.id
                for each in self.world.link_types.values()
                if each.id == name
                or asked in map(fold, (each.name, each.inbound_name, each.outbound_name))
            }
            ways = {
                each.name
                for each in self.world.of_kind(FieldKind.REFERENCE)
                if asked in map(fold, (each.name, *self.world.labels[each.name]))
            }
            if not kinds and not ways:
                raise Refusal("unknown_value")
            links |= kinds
            fields |= ways
        return Ways(direction, frozenset(links), frozenset(fields))

    def steps(self, ways: Ways) -> frozenset[tuple[str, str]]:
        """Return all steps, from one asset to another, that links and references lead."""
        if ways not in self._steps:
            self._steps[ways] = frozenset(self._all_steps(ways))
        return self._steps[ways]

    def _all_steps(self, ways: Ways) -> Iterator[tuple[str, str]]:
        for link in self.world.links:
            if link.type in ways.link_types:
                yield link.source, link.target
                if self.world.link_types[link.type].symmetric:
                    yield link.target, link.source
        for thing in self.there:
            for name in ways.fields:
                for target in listed(thing.fields.get(name)):
                    yield thing.id, target

    def neighbours(self, thing: Thing, ways: Ways) -> list[Thing]:
        """Return the assets that a step leads to (`out`), or from which one leads here (`in`)."""
        steps = self.steps(ways)
        out = ways.direction in ("out", "any")
        inwards = ways.direction in ("in", "any")
        return [
            other
            for other in self.there
            if (out and (thing.id, other.id) in steps)
            or (inwards and (other.id, thing.id) in steps)
        ]

    def reached(
        self, seeds: list[Thing], ways: Ways, depth: int | None, *, seeds_too: bool
    ) -> set[str]:
        """Return the ids of the assets that can be reached from the seeds, each seed apart.

        A seed itself is among them when another seed leads to it.
        """
        found = {seed.id for seed in seeds} if seeds_too else set()
        for seed in seeds:
            found |= self._from(seed, ways, depth) - {seed.id}
        return found

    def _from(self, seed: Thing, ways: Ways, depth: int | None) -> set[str]:
        seen = {seed.id}
        level = [seed]
        steps = 0
        while level and (depth is None or steps < depth):
            steps += 1
            fresh = {o.id: o for each in level for o in self.neighbours(each, ways)}
            level = [other for other in fresh.values() if other.id not in seen]
            seen |= {other.id for other in level}
        return seen
