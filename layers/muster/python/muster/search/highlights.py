"""Where an asset's texts have what a query looked for: offsets, for whoever shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from muster.ledger.model import Record
from muster.replica.condition import All, Condition, Equal, Has, Like, Near, Place, Some
from muster.replica.words import is_text
from muster.text import fold, is_near, words

_TITLES = ("name", "tag", "serial", "key", "description")
_MOST_FRAGMENTS = 3
_AROUND = 60
"""Characters that are shown before and behind a mark."""
_LONGEST_TEXT = 20_000
"""Characters of a text that are looked through."""

type Mark = tuple[int, int]


@dataclass(frozen=True)
class Sought:
    """One thing that was looked for, and in which text: None is any."""

    field: str | None
    condition: Has | Near | Like | Equal


def sought_in(condition: Condition) -> list[Sought]:
    """Return what a condition looks for in the texts of the asset itself, not what it excludes."""
    match condition:
        case All(items=items) | Some(items=items):
            return [each for item in items for each in sought_in(item)]
        case Has(place=place) | Near(place=place):
            return [Sought(_own(place), condition)] if _is_own(place) else []
        case Like(place=place) | Equal(place=place):
            return [Sought(place.leaf, condition)] if not place.hops else []
    return []


def highlights(record: Record, sought: Sequence[Sought]) -> list[dict[str, Any]]:
    """Return the asset's texts that have some of it: field, and fragments with their marks.

    A mark is two offsets in characters (code points) into the fragment's text; `start` is where the
    fragment begins in the value.
    """
    found = []
    for field, value in _texts(record.body):
        text = _Text(value[:_LONGEST_TEXT])
        marks = _joined(m for s in sought if s.field in {None, field} for m in text.marks(s))
        if marks:
            fragments = list(_fragments(text.value, marks))
            found.append({"field": field, "fragments": fragments[:_MOST_FRAGMENTS]})
    return found


def _is_own(place: Place | None) -> bool:
    return place is None or not place.hops


def _own(place: Place | None) -> str | None:
    return place.leaf if place else None


def _texts(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _TITLES:
        if isinstance(value := body.get(name), str):
            yield name, value
    for name, stored in body.get("fields", {}).items():
        for value in stored if isinstance(stored, list) else [stored]:
            if isinstance(value, str) and is_text(value):
                yield name, value


class _Text:
    """A text, its words, and its folded form, with where each stands in it."""

    def __init__(self, value: str) -> None:
        self.value = value

    def marks(self, sought: Sought) -> Iterator[Mark]:
        """Yield where the text has it."""
        match sought.condition:
            case Has(text=text):
                yield from self._phrase(words(text))
            case Near(text=text):
                wanted = words(text)
                for word, start, end in self._words:
                    if any(is_near(each, word) for each in wanted):
                        yield start, end
            case Like(text=text, how=how):
                yield from self._part(text, how)
            case Equal(values=values):
                if any(isinstance(v, str) and fold(v) == fold(self.value) for v in values):
                    yield 0, len(self.value)

    def _phrase(self, wanted: Sequence[str]) -> Iterator[Mark]:
        own = self._words
        for at in range(len(own) - len(wanted) + 1):
            if all(own[at + n][0] == word for n, word in enumerate(wanted)):
                yield own[at][1], own[at + len(wanted) - 1][2]

    def _part(self, text: str, how: str) -> Iterator[Mark]:
        if how == "matches":
            yield 0, len(self.value)
            return
        part, plain, places = fold(text), *self._plain
        at = {"contains": plain.find(part), "starts": 0, "ends": len(plain) - len(part)}[how]
        while part and at >= 0 and plain.startswith(part, at):
            yield places[at][0], places[at + len(part) - 1][1]
            at = plain.find(part, at + len(part)) if how == "contains" else -1

    @cached_property
    def _words(self) -> list[tuple[str, int, int]]:
        """The folded words; several that come of one run of signs stand where it does."""
        found = []
        for start, end in _runs(self.value):
            found += [(word, start, end) for word in words(self.value[start:end])]
        return found

    @cached_property
    def _plain(self) -> tuple[str, list[Mark]]:
        """The folded text, and for each of its characters where it came from."""
        signs: list[str] = []
        places: list[Mark] = []
        for at, sign in enumerate(self.value):
            blank = sign.isspace()
            folded = " " if blank else fold(sign)
            if blank and (not signs or signs[-1] == " "):
                continue
            signs += folded
            places += [(at, at + 1)] * len(folded)
        return "".join(signs), places


def _runs(text: str) -> Iterator[Mark]:
    """Yield where letters, digits and what combines with them stand together."""
    start = None
    for at, sign in enumerate(text):
        inside = sign.isalnum() or unicodedata.category(sign)[0] in "LNM"
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _joined(marks: Iterable[Mark]) -> list[Mark]:
    """Return the marks in order, those that touch as one."""
    joined: list[Mark] = []
    for start, end in sorted(marks):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _fragments(text: str, marks: Sequence[Mark]) -> Iterator[dict[str, Any]]:
    """Yield pieces of the text around the marks; marks near each other share one."""
    groups: list[list[Mark]] = [[marks[0]]]
    for before, mark in pairwise(marks):
        if mark[0] - before[1] <= 2 * _AROUND:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    for group in groups:
        start = _begin(text, max(group[0][0] - _AROUND, 0))
        end = min(group[-1][1] + _AROUND, len(text))
        told = [[s - start, e - start] for s, e in group]
        yield {"text": text[start:end], "start": start, "marks": told}


def _begin(text: str, start: int) -> int:
    """Return where a word begins at or shortly behind a place."""
    if start == 0:
        return 0
    blank = text.find(" ", start, start + _AROUND // 2)
    return blank + 1 if blank >= 0 else start
