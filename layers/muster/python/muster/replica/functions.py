"""What SQL asks Python about a text: SQLite knows neither accents nor how near two words are."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from muster.replica import texts
from muster.text import is_near, words

_ID = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}", re.ASCII | re.IGNORECASE)
_KEPT = 8192
"""Texts whose words are kept: names of models and cities come again and again."""
_LONGEST_KEPT = 256

type Test = Callable[[tuple[str, ...], tuple[str, ...]], bool]


def register(db: sqlite3.Connection) -> None:
    """Give a connection the functions; each is asked with the words looked for last.

    `text_has`, `text_near`: of one text. `field_has`, `field_near`: of the values that a field, by
    its name, has in the `fields` of a body.
    """
    for name, test in (("has", _has), ("near", _near)):
        db.create_function(f"text_{name}", 2, _of_text(test), deterministic=True)
        db.create_function(f"field_{name}", 3, _of_field(test), deterministic=True)
    texts.register(db)


def _of_text(test: Test) -> Callable[[Any, str], bool]:
    def ask(text: Any, wanted: str) -> bool:
        return _is_text(text) and test(_words(text), tuple(wanted.split()))

    return ask


def _of_field(test: Test) -> Callable[[str, str, str], bool]:
    def ask(fields: str, name: str, wanted: str) -> bool:
        looked_for = tuple(wanted.split())
        return any(test(_words(text), looked_for) for text in _texts(json.loads(fields).get(name)))

    return ask


def _texts(value: Any) -> Iterator[str]:
    return filter(_is_text, value if isinstance(value, list) else [value])


def _is_text(value: Any) -> bool:
    """Tell whether this is a text, and not the id of a member, an option or another asset."""
    return isinstance(value, str) and not _ID.fullmatch(value)


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
