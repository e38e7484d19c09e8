"""Find the words that are a letter or two off, among all that the assets have.

Of a word with two mistakes one half has at most one, and of a word with one mistake one half has
none. So the sorted words are walked from their beginnings with few mistakes in the first half, and
the words written backwards likewise: from either side few beginnings are left after some letters,
be there a million words, or serial numbers in a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from muster.text import edits_of

_FORWARDS = "SELECT word FROM term WHERE word >= ? ORDER BY word"
_BACKWARDS = "SELECT word FROM mret WHERE word >= ? ORDER BY word"
_AFTER_ALL = "\U0010ffff"
"""No word has it, and none comes after it."""

type Cells = tuple[tuple[int, int], ...]
"""How many letters of the pattern may be done with, in order, and at how many edits each."""


def near_terms(db: sqlite3.Connection, word: str) -> list[str]:
    """Return the words at most as many edits from this folded one as `edits_of` allows.

    Those that begin with it are the caller's to look for; some of them may be among the answer.
    """
    edits = edits_of(word)
    if not edits:
        return [word]
    half = len(word) // 2
    found = set(_walk(db, _FORWARDS, Pattern(word, edits, half, edits // 2)))
    turned = Pattern(word[::-1], edits, len(word) - half, (edits - 1) // 2)
    found.update(term[::-1] for term in _walk(db, _BACKWARDS, turned))
    return sorted(found)


@dataclass(frozen=True)
class State:
    """What is known of a word by its first letters."""

    cells: Cells
    is_open: bool
    """Whether any letter may follow; else only some of the pattern's."""
    letters: tuple[str, ...]
    """Those, in order."""
    is_match: bool
    """Whether the word may end here."""
    next: dict[str, State | None] = field(default_factory=dict)


class Pattern:
    """A Levenshtein automaton, made as it is walked: how a word is read letter by letter.

    `half` letters of the pattern have to be done with at `half_edits` edits at most.
    """

    def __init__(self, word: str, edits: int, half: int, half_edits: int) -> None:
        """Begin with no letter read."""
        self._word = word
        self._edits = edits
        self._half = half
        self._half_edits = half_edits
        self._states: dict[Cells, State] = {}
        self.start = self._state({0: 0})

    def after(self, state: State, letter: str) -> State | None:
        """Return the state when this letter follows; None when no word goes on so."""
        if letter not in state.next:
            state.next[letter] = self._read(state, letter)
        return state.next[letter]

    def _read(self, state: State, letter: str) -> State | None:
        done: dict[int, int] = {}
        for at, cost in state.cells:
            if cost < self._most(at):
                _lower(done, at, cost + 1)
            if at < len(self._word):
                beyond = cost + (self._word[at] != letter)
                if beyond <= self._most_on_arrival(at + 1):
                    _lower(done, at + 1, beyond)
        return self._state(done) if done else None

    def _state(self, done: dict[int, int]) -> State:
        for at in range(min(done), len(self._word)):
            cost = done.get(at, self._edits) + 1
            if cost <= self._most_on_arrival(at + 1):
                _lower(done, at + 1, cost)
        cells = tuple(sorted(done.items()))
        if cells not in self._states:
            end = len(self._word)
            self._states[cells] = State(
                cells,
                is_open=any(cost < self._most(at) for at, cost in cells),
                letters=tuple(sorted({self._word[at] for at, _ in cells if at < end})),
                is_match=end in done,
            )
        return self._states[cells]

    def _most(self, at: int) -> int:
        return self._half_edits if at < self._half else self._edits

    def _most_on_arrival(self, at: int) -> int:
        return self._half_edits if at <= self._half else self._edits


def _lower(done: dict[int, int], at: int, cost: int) -> None:
    if cost < done.get(at, cost + 1):
        done[at] = cost


def _walk(db: sqlite3.Connection, sql: str, pattern: Pattern) -> Iterator[str]:
    """Yield the words of a sorted list that the pattern reads, jumping over all that it can't."""
    probe: str | None = ""
    while probe is not None:
        found, probe = db.execute(sql, (probe,)), None
        for (word,) in found:
            path = _path(pattern, word)
            if len(path) <= len(word):
                probe = _next_probe(word, path)
                break
            if path[-1].is_match:
                yield word


def _path(pattern: Pattern, word: str) -> list[State]:
    """Return the states before, between and after the letters, as far as the pattern reads."""
    path = [pattern.start]
    for letter in word:
        state = pattern.after(path[-1], letter)
        if state is None:
            break
        path.append(state)
    return path


def _next_probe(word: str, path: list[State]) -> str | None:
    """Return where to look next, behind a word that can't be read to its end."""
    for at in range(len(path) - 1, -1, -1):
        if path[at].is_open:
            return f"{word[: at + 1]}{_AFTER_ALL}"
        for letter in path[at].letters:
            if letter > word[at]:
                return f"{word[:at]}{letter}"
    return None
