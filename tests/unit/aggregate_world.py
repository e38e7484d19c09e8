"""A replica asked for groups of assets, with columns in memory or without: the same answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.replica.condition import Place
from muster.replica.kept import Columns
from muster.replica.measures import AggregateQuery, AggregateRow, Group
from muster.replica.port import AssetQuery
from tests.unit.replica_world import World


@pytest.fixture(params=[0, 10**9], ids=["columns in memory", "SQL"], scope="module")
def least(request: pytest.FixtureRequest) -> int:
    """How many assets there have to be for columns in memory: any answer is the same."""
    found: int = request.param
    return found


def world_at(directory: Path, least: int) -> World:
    """Return an empty world whose replica takes columns from so many assets on."""
    world = World(directory)
    world.replica.columns = Columns(least=least)
    return world


def rows_of(world: World, *groups: Group, measures: Any = (), **query: Any) -> list[AggregateRow]:
    """Return the groups of the assets that a query finds."""
    world.replica.catch_up()
    asked = AggregateQuery(AssetQuery(**query), measures=tuple(measures), groups=groups)
    return list(world.replica.aggregate(asked).rows)


def counts(world: World, *groups: Group, **query: Any) -> dict[tuple[Any, ...], int]:
    """Return the sizes of the groups by their keys."""
    return {row.keys: row.count for row in rows_of(world, *groups, **query)}


def at(leaf: str, *hops: str) -> Group:
    """Return the group by a place."""
    return Group(Place(leaf, hops))
