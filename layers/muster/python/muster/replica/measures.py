"""What can be counted and summed over assets, as a replica is asked it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from muster.days import Span
from muster.replica.condition import Place
from muster.replica.port import AssetQuery

type Function = Literal["count", "sum", "min", "max", "avg", "distinct"]
type Number = int | float
type PerUnit = Mapping[str | None, Number | str]
"""A value for each currency, in minor units; of what is no money for None. Empty: no values."""


@dataclass(frozen=True)
class Measure:
    """What is told of each group of assets.

    `count` without a place is the number of assets, with one the number of values there.
    `distinct` is the number of different values. `sum` and `avg` take numbers and amounts only.
    """

    function: Function
    place: Place | None = None


@dataclass(frozen=True)
class Group:
    """What assets are told apart by: an asset with several values is in several groups, once each.

    With `by`, days and moments are told apart by the day, week (from Monday) … of a time zone that
    they fall into, and what is neither is empty.
    """

    place: Place
    by: Span | None = None
    time_zone: str = "UTC"


@dataclass(frozen=True)
class AggregateQuery:
    """Which assets (order, limit and cursor of `query` do not matter), and what is asked of them.

    `order`: the largest groups first, or by their keys, what is empty last.
    """

    query: AssetQuery
    measures: tuple[Measure, ...] = (Measure("count"),)
    groups: tuple[Group, ...] = ()
    limit: int = 100
    order: Literal["count", "keys"] = "count"


@dataclass(frozen=True)
class AggregateRow:
    """A group of assets.

    `keys` are in stored form, of texts that differ in case one spelling; with `by` the first day
    (YYYY-MM-DD) of the span; None is empty.
    """

    keys: tuple[Any, ...]
    count: int
    """How many assets."""
    values: tuple[int | PerUnit, ...]
    """For each measure: of `count` and `distinct` a number, else what it is in each unit."""


@dataclass(frozen=True)
class Aggregates:
    """The groups up to the limit, how many there are in all, and where the replica stood.

    Without groups to tell apart there is one row of all assets.
    """

    rows: tuple[AggregateRow, ...]
    total_groups: int
    seq: int
