"""Assets by their neighbours, against a walk over plain Python data."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica.condition import (
    Condition,
    Edges,
    Every,
    Has,
    Not,
    Place,
    Reachable,
    Related,
    Some,
)
from muster.replica.refusals import TooManyReachedError
from muster.replica.where import graph
from tests.unit.replica_conditions import met
from tests.unit.replica_world import World, asset_id

OWNS, NEAR = "lnk_1", "lnk_2"
PARENT, SPARE = "item.parent", "item.spare"
SIGNS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Edge:
    """An edge as the test draws it: a link of a type, or a reference by a field."""

    by: str
    source: int
    target: int


def named(number: int) -> Has:
    return Has(Place("name"), f"thing{number}")


def drawn(tmp_path: Path, edges: list[Edge], size: int, trashed: tuple[int, ...] = ()) -> World:
    """Return a world of numbered assets with these edges."""
    world = World(tmp_path)
    world.put("link_type", OWNS, {"name": "Owns", "symmetric": False})
    world.put("link_type", NEAR, {"name": "Near", "symmetric": True})
    for field in (PARENT, SPARE):
        world.put("field_type", f"fld_{field}", {"name": field, "kind": "reference"})
    world.put("field_type", "fld_x", {"name": "item.note", "kind": "text"})
    for number in range(1, size + 1):
        world.asset(number, **body_of(number, edges, trashed))
    for index, edge in enumerate(edges):
        if edge.by in {OWNS, NEAR}:
            ends = {"source": asset_id(edge.source), "target": asset_id(edge.target)}
            world.put("link", f"lin_{index}", {"type": edge.by, **ends})
    return world


def body_of(number: int, edges: list[Edge], trashed: tuple[int, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        field: list(
            dict.fromkeys(
                asset_id(edge.target)
                for edge in edges
                if edge.by == field and edge.source == number
            )
        )
        for field in (PARENT, SPARE)
    }
    fields["item.note"] = asset_id(1)
    body = {"name": f"Thing{number}", "fields": fields}
    return {**body, "trashed_at": "2026-01-01T00:00:00Z"} if number in trashed else body


def steps(edges: list[Edge], asked: Edges) -> set[tuple[int, int]]:
    """Return the pairs of assets between which a step leads."""
    found = set()
    for edge in edges:
        is_link = edge.by in {OWNS, NEAR}
        wanted = asked.link_types if is_link else asked.fields
        if wanted is not None and edge.by not in wanted:
            continue
        if asked.direction in {"out", "any"} or edge.by == NEAR:
            found.add((edge.source, edge.target))
        if asked.direction in {"in", "any"} or edge.by == NEAR:
            found.add((edge.target, edge.source))
    return found


def reach(pairs: set[tuple[int, int]], seed: int, depth: int | None) -> set[int]:
    found: set[int] = set()
    here, level = {seed}, 0
    while here and (depth is None or level < depth):
        here = {b for a, b in pairs if a in here} - found
        found |= here
        level += 1
    return found


SIZE = 6
NUMBERS = set(range(1, SIZE + 1))
numbers = st.integers(1, SIZE)
drawings = st.lists(
    st.builds(Edge, st.sampled_from([OWNS, NEAR, PARENT, SPARE]), numbers, numbers), max_size=10
)
asked_edges = st.builds(
    Edges,
    st.sampled_from(["in", "out", "any"]),
    st.none() | st.lists(st.sampled_from([OWNS, NEAR]), unique=True).map(tuple),
    st.none() | st.lists(st.sampled_from([PARENT, SPARE]), unique=True).map(tuple),
)


@dataclass(frozen=True)
class Tenant:
    """Some assets, the edges between them, and those in the trash."""

    edges: list[Edge]
    trashed: tuple[int, ...]

    @property
    def there(self) -> set[int]:
        return NUMBERS - set(self.trashed)

    def world(self, directory: Path) -> World:
        return drawn(directory, self.edges, SIZE, self.trashed)


tenants = st.builds(Tenant, drawings, st.lists(numbers, max_size=2, unique=True).map(tuple))
PASSING: dict[Condition, set[int]] = {
    Every(): NUMBERS,
    named(1): {1},
    Not(named(1)): NUMBERS - {1},
    Some((named(2), named(3))): {2, 3},
}
questions = st.builds(
    Related,
    asked_edges,
    st.sampled_from(list(PASSING)),
    st.sampled_from(sorted(SIGNS)),
    st.integers(0, 3),
)
slow = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@slow
@given(tenants, questions)
def test_neighbours_are_counted_once_each(
    tmp_path_factory: pytest.TempPathFactory, tenant: Tenant, question: Related
) -> None:
    world = tenant.world(tmp_path_factory.mktemp("graph"))

    found = met(world, question)

    pairs, passing = steps(tenant.edges, question.edges), PASSING[question.where] & tenant.there
    holds = SIGNS[question.sign]
    assert found == {
        number
        for number in tenant.there
        if holds(len({b for a, b in pairs if a == number and b in passing}), question.number)
    }


@slow
@given(
    tenants,
    st.lists(numbers, max_size=3, unique=True),
    st.builds(
        Reachable, st.just(Every()), asked_edges, st.none() | st.integers(1, 4), st.booleans()
    ),
)
def test_what_is_reached_from_another_seed_is_in(
    tmp_path_factory: pytest.TempPathFactory, tenant: Tenant, seeds: list[int], asked: Reachable
) -> None:
    world = tenant.world(tmp_path_factory.mktemp("graph"))

    found = met(world, replace(asked, seeds=Some(tuple(map(named, seeds)))))

    pairs = {(a, b) for a, b in steps(tenant.edges, asked.edges) if {a, b} <= tenant.there}
    live = tenant.there & set(seeds)
    expected = {b for seed in live for b in reach(pairs, seed, asked.depth) if b != seed}
    assert found == (expected | live if asked.seeds_too else expected)


def test_the_trash_has_a_graph_of_its_own(tmp_path: Path) -> None:
    """Asked for assets in any state, a trashed one is walked through as any other."""
    edges = [Edge(OWNS, 1, 2), Edge(PARENT, 2, 3)]
    world = drawn(tmp_path, edges, 3, trashed=(2,))
    reachable = Reachable(named(1), Edges("out"))

    assert met(world, reachable) == set()
    assert met(world, reachable, "any") == {2, 3}


def test_a_text_that_looks_like_an_id_is_no_step(tmp_path: Path) -> None:
    world = drawn(tmp_path, [], 3)

    assert met(world, Related(Edges(), Every())) == set()


def test_more_than_can_be_followed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = drawn(tmp_path, [Edge(OWNS, 1, number) for number in (2, 3, 4)], 4)
    monkeypatch.setattr(graph, "MOST_REACHED", 2)

    with pytest.raises(TooManyReachedError, match="2 assets"):
        met(world, Reachable(named(1), Edges("out")))
