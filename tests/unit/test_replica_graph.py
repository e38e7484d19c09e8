"""Assets by their neighbours, against a walk over plain Python data."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica.condition import Edges, Every, Has, Not, Place, Reachable, Related
from muster.replica.where import graph
from muster.replica.where.graph import TooManyReachedError
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


def drawn(tmp_path: Path, edges: list[Edge], size: int = 6, trashed: tuple[int, ...] = ()) -> World:
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
trash = st.lists(numbers, max_size=2, unique=True).map(tuple)
slow = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@slow
@given(drawings, asked_edges, trash, st.sampled_from(sorted(SIGNS)), st.integers(0, 3), st.data())
def test_neighbours_are_counted_once_each(
    tmp_path_factory: pytest.TempPathFactory,
    edges: list[Edge],
    asked: Edges,
    trashed: tuple[int, ...],
    sign: Any,
    number: int,
    data: st.DataObject,
) -> None:
    world = drawn(tmp_path_factory.mktemp("graph"), edges, SIZE, trashed)
    only = data.draw(st.none() | numbers)
    where = Every() if only is None else named(only)
    if only is not None and data.draw(st.booleans()):
        where, passing = Not(named(only)), set(range(1, SIZE + 1)) - {only}
    else:
        passing = set(range(1, SIZE + 1)) if only is None else {only}

    found = met(world, Related(asked, where, sign, number))

    there = set(range(1, SIZE + 1)) - set(trashed)
    pairs = steps(edges, asked)
    expected = {
        a
        for a in there
        if SIGNS[sign](len({b for c, b in pairs if c == a and b in passing & there}), number)
    }
    assert found == expected


@slow
@given(
    drawings,
    asked_edges,
    trash,
    st.lists(numbers, max_size=3, unique=True),
    st.none() | st.integers(1, 4),
    st.booleans(),
)
def test_what_is_reached_from_another_seed_is_in(
    tmp_path_factory: pytest.TempPathFactory,
    edges: list[Edge],
    asked: Edges,
    trashed: tuple[int, ...],
    seeds: list[int],
    depth: int | None,
    seeds_too: bool,  # noqa: FBT001
) -> None:
    from muster.replica.condition import Some

    world = drawn(tmp_path_factory.mktemp("graph"), edges, SIZE, trashed)

    found = met(world, Reachable(Some(tuple(map(named, seeds))), asked, depth, seeds_too))

    there = set(range(1, SIZE + 1)) - set(trashed)
    pairs = {(a, b) for a, b in steps(edges, asked) if {a, b} <= there}
    live = [seed for seed in seeds if seed in there]
    expected = {b for seed in live for b in reach(pairs, seed, depth) if b != seed}
    assert found == (expected | set(live) if seeds_too else expected)


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
