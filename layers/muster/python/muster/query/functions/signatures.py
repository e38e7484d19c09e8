"""The functions of the language by name: what they take, what they stand for, and an example."""

from __future__ import annotations

from collections.abc import Iterator

from muster.query.functions import (
    elsewhere,
    graph,
    kinds,
    lists,
    own,
    people,
    quality,
    times,
)
from muster.query.functions.signature import Group, Parameter, Signature, Use

GROUPS: tuple[Group, ...] = (
    times.GROUP,
    people.GROUP,
    own.GROUP,
    graph.GROUP,
    kinds.GROUP,
    lists.GROUP,
    quality.GROUP,
    elsewhere.GROUP,
)
SIGNATURES: tuple[Signature, ...] = tuple(each for group in GROUPS for each in group.functions)
_BY_NAME = {name.casefold(): each for each in SIGNATURES for name in each.names}


def signature_of(name: str) -> Signature | None:
    """Return the function of this name, whatever its case."""
    return _BY_NAME.get(name.casefold())


def names(use: Use | None = None) -> Iterator[str]:
    """Yield the names of all functions, or of those that may stand there."""
    for each in SIGNATURES:
        if use is None or use in each.uses:
            yield from each.names


__all__ = [
    "GROUPS",
    "SIGNATURES",
    "Group",
    "Parameter",
    "Signature",
    "Use",
    "names",
    "signature_of",
]
