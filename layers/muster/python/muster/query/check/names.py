"""The names of what a tenant has, kept so that looking through ten thousand takes milliseconds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from muster.query.check.wording import Verb, look_for, piece
from muster.query.refusals import problem
from muster.query.tree import Word
from muster.text import edits_of, fold, is_near, words

MOST_COMPARED = 10_000_000
"""Comparisons of the words of a query with those of names: about a second."""
_NEAR = 60
"""A comparison letter by letter, in comparisons of the sets of letters."""


@dataclass(frozen=True)
class Choice:
    """One of what there is: its value in stored form, and the names that it answers to."""

    stored: str | None
    names: tuple[str, ...]
    """The first one is proposed where somebody writes another."""


class Names:
    """An index of choices by what they are called."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        """Choices keep their order in all answers."""
        self.choices = tuple(choices)
        self._compared = 0

    @cached_property
    def _ids(self) -> frozenset[str | None]:
        return frozenset(choice.stored for choice in self.choices)

    @cached_property
    def _entries(self) -> list[tuple[str, int]]:
        """All names, folded, with the number of their choice."""
        return [
            (fold(name), number)
            for number, choice in enumerate(self.choices)
            for name in choice.names
        ]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for name, number in self._entries:
            found.setdefault(name, []).append(number)
        return found

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        """The numbers of the entries that each word is in."""
        found: dict[str, set[int]] = {}
        for entry, (name, _) in enumerate(self._entries):
            for word in words(name):
                found.setdefault(word, set()).add(entry)
        return found

    @cached_property
    def _words(self) -> list[str]:
        return sorted(self._by_word)

    @cached_property
    def _letters(self) -> list[tuple[str, int]]:
        """All words, each with the set of its letters as bits."""
        return [(word, _bits(word)) for word in self._words]

    def called(self, text: str) -> tuple[str | None, ...]:
        """Return what has this id, or else this name."""
        bare = text.strip()
        if bare in self._ids:
            return (bare,)
        return self._stored(self._by_name.get(fold(text), []))

    def said(self, verb: Verb, word: Word) -> tuple[str | None, ...]:
        """Return what has a name with this in it; raises InvalidQueryError as texts do."""
        if verb == "HAS":
            return self._of_entries(self._with_phrase(words(look_for(word))))
        text = fold(piece(verb, word))
        match verb:
            case "LIKE":
                found = [n for name, n in self._entries if text in name]
            case "STARTSWITH":
                found = [n for name, n in self._entries if name.startswith(text)]
            case "ENDSWITH":
                found = [n for name, n in self._entries if name.endswith(text)]
            case _:
                fits = pattern(text)
                found = [n for name, n in self._entries if fits.fullmatch(name)]
        return self._stored(found)

    def near(self, word: Word) -> tuple[str | None, ...]:
        """Return what has a name with all the words, or such as are like them."""
        entries: set[int] | None = None
        for wanted in dict.fromkeys(words(look_for(word))):
            found = {e for term in self._alike(wanted) for e in self._by_word[term]}
            self._require_room(word)
            entries = found if entries is None else entries & found
        return self._of_entries(entries or ())

    def _require_room(self, word: Word) -> None:
        if self._compared > MOST_COMPARED:
            detail = (
                f"With ~ the query looks for so many words among {len(self.choices):,} names that "
                f"it takes more than {MOST_COMPARED:,} comparisons (the limit of comparisons)."
            )
            raise problem("limit_exceeded", detail, word.span)

    def _alike(self, wanted: str) -> Iterator[str]:
        """Yield the words that `muster.text.is_near` finds.

        An edit changes at most two bits of the letters, which tells most words apart at once.
        """
        at = bisect_left(self._words, wanted)
        while at < len(self._words) and self._words[at].startswith(wanted):
            yield self._words[at]
            at += 1
        edits, bits = edits_of(wanted), _bits(wanted)
        if edits:
            some = [t for t, letters in self._letters if (letters ^ bits).bit_count() <= 2 * edits]
            self._compared += len(self._letters) + _NEAR * len(some)
            yield from (term for term in some if is_near(wanted, term))

    def _with_phrase(self, wanted: list[str]) -> list[int]:
        entries = set.intersection(*(self._by_word.get(word, set()) for word in wanted))
        size = len(wanted)
        return [
            entry for entry in sorted(entries) if _has(words(self._entries[entry][0]), wanted, size)
        ]

    def _of_entries(self, entries: Iterable[int]) -> tuple[str | None, ...]:
        return self._stored(self._entries[entry][1] for entry in sorted(entries))

    def _stored(self, numbers: Iterable[int]) -> tuple[str | None, ...]:
        return tuple(self.choices[number].stored for number in dict.fromkeys(numbers))


def _has(terms: list[str], wanted: list[str], size: int) -> bool:
    return any(terms[at : at + size] == wanted for at in range(len(terms) - size + 1))


def _bits(word: str) -> int:
    found = 0
    for letter in word:
        found |= 1 << ord(letter) % 61
    return found


def pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of MATCHES: `*` is any run and `?` any one character.

    What stands before a star is taken at the first place where it is, once and for all, so that
    time grows with the text and not with a power of it.
    """
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in text.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    taken = "".join(f"(?>.*?{part})" for part in middle)
    return re.compile(f"{first}{taken}.*{last}", re.DOTALL)
