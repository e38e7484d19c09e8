"""A suggestion, and which of them suit what is begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from muster.query.parse.keywords import CORE
from muster.query.tokens import form_of, is_plain, quoted
from muster.query.tree import Span
from muster.text import fold

type SuggestionKind = Literal[
    "field",
    "operator",
    "keyword",
    "function",
    "option",
    "type",
    "folder",
    "link_type",
    "person",
    "asset",
    "search",
    "value",
]
NOWHERE: Span = (0, 0)
MOST = 50
_LEAST_INSIDE = 3
"""Characters from which on what is begun is looked for in the middle of words."""


@dataclass(frozen=True)
class Suggestion:
    """One thing that may stand at the cursor."""

    insert: str
    """The text to put in place of `span`; a function that takes arguments ends in its bracket."""
    kind: SuggestionKind
    label: str
    """For people."""
    description: str = ""
    span: Span = NOWHERE
    also: tuple[str, ...] = ()
    """Other words by which it is found."""


def value_text(text: str) -> str:
    """Return a value as a query writes it: in quotes where it has to be."""
    plain = is_plain(text) and form_of(text) == "text" and text.upper() not in CORE
    return text if plain else quoted(text)


def chosen(
    candidates: Iterable[Suggestion], partial: str, span: Span, most: int = MOST
) -> list[Suggestion]:
    """Return those that what is begun may become, the best first, each text once.

    Best is what begins with it, then what has a word that does, then what has it anywhere.
    """
    begun = fold(partial)
    found: dict[str, tuple[int, Suggestion]] = {}
    for candidate in candidates:
        rank = _rank(candidate, begun)
        if rank is not None and rank < found.get(candidate.insert, (99, candidate))[0]:
            found[candidate.insert] = (rank, replace(candidate, span=span))
    ranked = sorted(found.values(), key=lambda pair: pair[0])
    return [suggestion for _, suggestion in ranked[:most]]


def _rank(candidate: Suggestion, begun: str) -> int | None:
    """Return how well a candidate suits, 0 being best; None: not at all."""
    # A function's label has its arguments in it, which are no names of it.
    labels = () if candidate.kind == "function" else (candidate.label,)
    names = [fold(name) for name in (*labels, *candidate.also)]
    if any(name.startswith((begun, f'"{begun}')) for name in names):
        return 0
    if any(f" {begun}" in name or f".{begun}" in name for name in names):
        return 1
    inside = len(begun) >= _LEAST_INSIDE and any(begun in name for name in names)
    return 2 if inside else None
