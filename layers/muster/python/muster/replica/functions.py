"""What SQL asks Python about a text: SQLite knows neither accents nor how near two words are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from muster.replica import texts
from muster.text import is_near, words

_KEPT = 8192
"""Texts whose words are kept: names of models and cities come again and again."""
_LONGEST_KEPT = 256

type Test = Callable[[tuple[str, ...], tuple[str, ...]], bool]


def register(db: sqlite3.Connection) -> None:
    """Give a connection the functions; each is asked with the words looked for last.

    `text_has`, `text_near`: of one text. `body_has`, `body_near`: of the texts that a body holds at
    a leaf. Ids are no texts.
    """
    for name, test in (("has", _has), ("near", _near)):
        db.create_function(f"text_{name}", 2, _of_text(test), deterministic=True)
        db.create_function(f"body_{name}", 3, _of_body(test), deterministic=True)
    texts.register(db)


def _of_text(test: Test) -> Callable[[Any, str], bool]:
    def ask(text: Any, wanted: str) -> bool:
        is_text = isinstance(text, str) and not texts.is_id(text)
        return is_text and test(_words(text), tuple(wanted.split()))

    return ask


def _of_body(test: Test) -> Callable[[str, str, str], bool]:
    def ask(body: str, leaf: str, wanted: str) -> bool:
        looked_for = tuple(wanted.split())
        held = texts.texts_of(body, leaf)
        return any(test(_words(text), looked_for) for text in held if not texts.is_id(text))

    return ask


def _words(text: str) -> tuple[str, ...]:
    return _kept_words(text) if len(text) <= _LONGEST_KEPT else tuple(words(text))


@lru_cache(maxsize=_KEPT)
def _kept_words(text: str) -> tuple[str, ...]:
    return tuple(words(text))


def _has(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Tell whether the words stand one behind the other."""
    return f" {' '.join(wanted)} " in f" {' '.join(found)} "


def _near(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(any(map(_is_near, [word] * len(found), found)) for word in wanted)


_is_near = lru_cache(maxsize=_KEPT)(is_near)
