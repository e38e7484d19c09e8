"""Conditions put together: flat, without double negations, and led over references."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from muster.replica.condition import (
    All,
    Condition,
    Edges,
    Equal,
    Every,
    Not,
    Reachable,
    Related,
    Some,
)

EVERY = Every()
NEVER = Some(())


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that all of these are met."""
    flat: list[Condition] = []
    for each in conditions:
        flat += each.items if isinstance(each, All) else [each]
    if NEVER in flat:
        return NEVER
    left = [each for each in flat if not isinstance(each, Every)]
    if not left:
        return EVERY
    return left[0] if len(left) == 1 else All(tuple(left))


def some_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that one of these is met."""
    flat: list[Condition] = []
    for each in conditions:
        flat += each.items if isinstance(each, Some) else [each]
    if EVERY in flat:
        return EVERY
    flat = _merged(flat)
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


def _merged(conditions: list[Condition]) -> list[Condition]:
    """Return the conditions with those of equal values at one place made into one."""
    found: dict[object, Condition] = {}
    for number, each in enumerate(conditions):
        key: object = (each.place, each.exact) if isinstance(each, Equal) else number
        before = found.get(key)
        if isinstance(each, Equal) and isinstance(before, Equal):
            each = replace(before, values=before.values + each.values)  # noqa: PLW2901 - both now
        found[key] = each
    return list(found.values())


def leaves(condition: Condition) -> int:
    """Return how many conditions on single places, or other assets, there are in it."""
    waiting, found = [condition], 0
    while waiting:
        match waiting.pop():
            case All(items=items) | Some(items=items):
                waiting += items
            case Not(item=item):
                waiting.append(item)
            case Related(where=inner) | Reachable(seeds=inner):
                waiting.append(inner)
                found += 1
            case _:
                found += 1
    return found


def negated(condition: Condition) -> Condition:
    """Return the complement."""
    if isinstance(condition, Not):
        return condition.item
    if condition == NEVER:
        return EVERY
    return NEVER if isinstance(condition, Every) else Not(condition)


def through(hops: tuple[str, ...], condition: Condition) -> Condition:
    """Return the condition that some asset that the reference fields lead to meets this one."""
    for name in reversed(hops):
        condition = Related(Edges("out", (), (name,)), condition)
    return condition
