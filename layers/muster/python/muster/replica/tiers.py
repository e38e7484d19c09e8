"""The tiers of a ranked answer, as expressions of the text index."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from muster.replica.filters import Filter
from muster.replica.where.near import near_to
from muster.replica.where.view import View
from muster.text import words

SAME, TITLES, WORDS, BEGINNINGS, NEAR, OTHERS = range(6)
_PHRASE = re.compile(r'"([^"]+)"')
_MOST_WORDS = 32


class Tiers:
    """Which tiers a query has, and what is asked of the index in each."""

    def __init__(self, view: View, text: str, filters: Sequence[Filter]) -> None:
        """Look nothing up yet: what is near is only asked for where a page gets so far."""
        self._view = view
        self._words = list(dict.fromkeys(words(text)))[:_MOST_WORDS]
        self._filters = [each for each in filters if each.match is not None]

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """The tiers that can hold answers, in order."""
        if not self._words:
            return SAME, OTHERS
        found = {word for each in self._filters for word in _phrase(each)}
        if found.issuperset(self._words):
            return SAME, TITLES, WORDS
        tiers = (SAME, TITLES, WORDS, BEGINNINGS, NEAR, OTHERS)
        asked = {each.match for each in self._filters}
        known = all(word in found or piece in asked for word, piece in self._near.items())
        return tiers[:-1] if known or self._whole in asked else tiers

    def match(self, tier: int) -> str | None:
        """Return the expression for the rows of a tier; for OTHERS that of all that are before."""
        if tier == SAME or not self._words:
            return None
        if tier == OTHERS:
            return self._whole
        here = self._expression(tier)
        if tier > TITLES:
            here = f"({here}) NOT ({self._expression(tier - 1)})"
        asked = [each.match for each in self._filters if not self._ensures(tier, each)]
        return " AND ".join([f"({here})", *(f"({each})" for each in asked)])

    def checked_at(self, tier: int, filters: Sequence[Filter]) -> list[Filter]:
        """Return those conditions on words that a tier's expression does not have."""
        if tier not in {SAME, OTHERS}:
            return []
        return [each for each in filters if each.match and not self._ensures(tier, each)]

    def _ensures(self, tier: int, asked: Filter) -> bool:
        """Tell whether a tier holds only what meets a condition on words."""
        if tier == OTHERS:
            return False
        if asked.match == self._whole_known or asked.match in self._pieces_known:
            return True
        phrase = _phrase(asked)
        if tier == SAME:
            return bool(phrase) and _stands_in(phrase, self._words)
        return tier <= WORDS and len(phrase) == 1 and phrase[0] in self._words

    def _expression(self, tier: int) -> str:
        if tier == NEAR:
            return self._whole
        sign = " *" if tier == BEGINNINGS else ""
        joined = " AND ".join(f'"{word}"{sign}' for word in self._words)
        return f"titles : ({joined})" if tier == TITLES else joined

    @cached_property
    def _near(self) -> dict[str, str]:
        return {word: f"({near_to(self._view, word)})" for word in self._words}

    @cached_property
    def _whole(self) -> str:
        return " AND ".join(self._near.values())

    @property
    def _is_near_known(self) -> bool:
        return any(not _phrase(each) for each in self._filters)

    @property
    def _whole_known(self) -> str | None:
        return self._whole if self._is_near_known else None

    @property
    def _pieces_known(self) -> frozenset[str]:
        return frozenset(self._near.values()) if self._is_near_known else frozenset()


def _phrase(asked: Filter) -> list[str]:
    found = _PHRASE.fullmatch(asked.match or "")
    return found[1].split() if found else []


def _stands_in(phrase: Sequence[str], text: Sequence[str]) -> bool:
    return f" {' '.join(phrase)} " in f" {' '.join(text)} "
