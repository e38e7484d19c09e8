"""Words that stand one behind the other, and words that are spelled nearly so.

The index of words finds the assets; of which place a word is, the value itself tells.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from muster.replica.condition import Has, Near, Place
from muster.replica.filters import Filter, Sql, joined
from muster.replica.terms import near_terms
from muster.replica.where.logic import NOTHING, matching
from muster.replica.where.place import IDS, TEXTS, field_at
from muster.replica.where.tests import is_whole
from muster.replica.where.view import Handler, View
from muster.text import words

_COST = 12
_NO_TEXTS = (
    "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'",
    "'[0-9][0-9]:[0-9][0-9]*'",
)
"""The forms of values, as GLOB has it, that the index of words leaves out of fields."""
_OF_NO_TEXT = re.compile(r"(?=.*[0-9])[0-9a-z]{1,9}")
"""A word that may be in one of these, or near to one in it."""

type _Test = Literal["has", "near"]


def _has(view: View, condition: Has) -> Filter:
    found = words(condition.text)
    if not found:
        return NOTHING
    phrase = f'"{" ".join(found)}"'
    return _at(view, condition.place, _Wanted("has", found, phrase))


def _near(view: View, condition: Near) -> Filter:
    found = list(dict.fromkeys(words(condition.text)))
    if not found:
        return NOTHING
    expression = " AND ".join(f"({near_to(view, word)})" for word in found)
    return _at(view, condition.place, _Wanted("near", found, expression))


def near_to(view: View, word: str) -> str:
    """Return the FTS5 expression for the beginnings and the spellings near to a folded word."""
    if word not in view.spellings:
        terms = [term for term in near_terms(view.db, word) if not term.startswith(word)]
        view.spellings[word] = " OR ".join([f'"{word}" *', *(f'"{term}"' for term in terms)])
    return view.spellings[word]


@dataclass(frozen=True)
class _Wanted:
    """What is looked for: by which test, the words, and the expression that the index knows."""

    test: _Test
    words: Sequence[str]
    expression: str

    @property
    def param(self) -> str:
        """The words as the test is given them."""
        return " ".join(self.words)


def _at(view: View, place: Place | None, wanted: _Wanted) -> Filter:
    if place is None:
        return matching(wanted.expression)
    if place.leaf in TEXTS:
        check = _column_check(place.leaf, wanted)
        return Filter(check, _narrowed(f"titles : ({wanted.expression})", check), _COST)
    if place.leaf in IDS:
        return Filter(_column_check(place.leaf, wanted), None, _COST)
    number = field_at(view, place)
    if number is None:
        return NOTHING
    check = _field_check(place.leaf, number, wanted)
    return Filter(check, _field_rows(number, check, wanted), _COST)


def _column_check(column: str, wanted: _Wanted) -> Sql:
    return _text_check(f"a.{column}", column, wanted)


def _field_check(leaf: str, number: int, wanted: _Wanted) -> Sql:
    test = _text_check("v.value", leaf, wanted)
    text = (
        "EXISTS (SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?"
        f" AND typeof(v.value) = 'text' AND {test.text})"
    )
    return Sql(text, (number, *test.params))


def _text_check(cell: str, leaf: str, wanted: _Wanted) -> Sql:
    """Return the test on a cell, which asks the body where the cell is not the whole text."""
    body = "(SELECT r.body FROM record r WHERE r.row = a.row)"
    text = (
        f"CASE WHEN {is_whole(cell)} THEN text_{wanted.test}({cell}, ?)"
        f" ELSE body_{wanted.test}({body}, ?, ?) END"
    )
    return Sql(text, (wanted.param, leaf, wanted.param))


def _narrowed(expression: str, check: Sql) -> Sql:
    text = (
        "SELECT a.row FROM (SELECT words.rowid AS row FROM words WHERE words MATCH ?) c"
        f" CROSS JOIN asset a ON a.row = c.row WHERE {check.text}"
    )
    return Sql(text, (expression, *check.params))


def _field_rows(number: int, check: Sql, wanted: _Wanted) -> Sql:
    rows = _narrowed(wanted.expression, check)
    if not all(map(_OF_NO_TEXT.fullmatch, wanted.words)):
        return rows
    unlisted = " OR ".join(f"v.value GLOB {form}" for form in _NO_TEXTS)
    text = (
        "SELECT a.row FROM (SELECT DISTINCT v.asset AS row FROM value v"
        f" WHERE v.field = ? AND v.value >= '0' AND v.value < ':' AND ({unlisted})) c"
        f" CROSS JOIN asset a ON a.row = c.row WHERE {check.text}"
    )
    return joined(" UNION ", [rows, Sql(text, (number, *check.params))])


HANDLERS: dict[type, Handler] = {Has: _has, Near: _near}
