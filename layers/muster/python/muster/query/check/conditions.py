"""Conditions put together: flat, without double negations, and led over references."""

from __future__ import annotations

from collections.abc import Iterable

from muster.replica.condition import All, Condition, Edges, Every, Not, Related, Some

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
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


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
