"""Other ways to the same answers: small worlds are read as large ones would be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from muster.replica import groups, plan
from muster.replica.where import graph, hops, tests, twins

type Nudge = tuple[Any, str, Any]


def _walking(*asked: Any) -> plan.Costs:
    """Choose to walk whatever lists there are."""
    return replace(_COSTS(*asked), gather=None)


def _unknown(*_: Any) -> None:
    """Count nothing in the time."""


_COSTS = plan.costs
NUDGES: tuple[Nudge, ...] = (
    (plan, "costs", _walking),
    (plan, "costs", _walking),
    (plan, "counted", _unknown),
    (plan, "MOST_COUNTED", 1),
    (groups, "MOST_VISITED", 1),
    (groups, "MOST_FEW", 1),
    (hops, "MOST_FEW", 0),
    (graph, "_FEW_EDGES", 0),
    (graph, "_MOST_LISTED", 0),
    (twins, "_MOST_LISTED", 0),
    (tests, "_FEW", 0),
)
"""Limits between ways, and what is put in their place."""


def some_nudges(random: Random) -> list[Nudge]:
    """Return a few nudges, or none."""
    return random.sample(NUDGES, random.choice((0, 0, 1, 2, 4)))


@contextmanager
def nudged(nudges: Sequence[Nudge]) -> Iterator[None]:
    """Put the nudges in place for a while."""
    with pytest.MonkeyPatch.context() as patch:
        for where, name, value in nudges:
            patch.setattr(where, name, value)
        yield


def shown_nudges(nudges: Sequence[Nudge]) -> str:
    """Return nudges for people to read."""
    return ", ".join(f"{where.__name__}.{name}" for where, name, _ in nudges) or "none"
