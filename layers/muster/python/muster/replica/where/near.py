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
from muster.replica.project import DESCRIPTION
from muster.replica.terms import near_terms
from muster.replica.where.logic import NOTHING, matching
from muster.replica.where.view import Handler, View
from muster.text import words

_TITLES = frozenset({"name", "tag", "serial", "key"})
_OTHER_COLUMNS = frozenset({"source", "created_by", "updated_by", "type", "folder"})
_COST = 12
_CELL = 256
"""From so many characters on a value ends in a digest, and the text is in the record's body."""
_MOMENT = "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]t*z'"
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
    if place.leaf in _TITLES:
        check = _column_check(place.leaf, wanted)
        return Filter(check, _narrowed(f"titles : ({wanted.expression})", check), _COST)
    if place.leaf in _OTHER_COLUMNS:
        return Filter(_column_check(place.leaf, wanted), None, _COST)
    name = DESCRIPTION if place.leaf == "description" else place.leaf
    number = view.field(name)
    if number is None:
        return NOTHING
    check = _field_check(name, number, wanted)
    return Filter(check, _field_rows(number, check, wanted), _COST)


def _column_check(column: str, wanted: _Wanted) -> Sql:
    body = f"(SELECT json_extract(r.body, '$.{column}') FROM record r WHERE r.row = a.row)"
    whole = body if column in _TITLES else "NULL"
    text = f"CASE WHEN {_is_whole(f'a.{column}')} THEN a.{column} ELSE {whole} END"
    return Sql(f"text_{wanted.test}({text}, ?)", (wanted.param,))


def _field_check(name: str, number: int, wanted: _Wanted) -> Sql:
    fields = (
        "json_extract(r.body, '$.fields')"
        if name != DESCRIPTION
        else f"json_object('{DESCRIPTION}', json_extract(r.body, '$.description'))"
    )
    body = f"(SELECT {fields} FROM record r WHERE r.row = a.row)"
    text = (
        "EXISTS (SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?"
        " AND typeof(v.value) = 'text' AND"
        f" CASE WHEN {_is_whole('v.value')} THEN text_{wanted.test}(v.value, ?)"
        f" ELSE field_{wanted.test}({body}, ?, ?) END)"
    )
    return Sql(text, (number, wanted.param, name, wanted.param))


def _is_whole(value: str) -> str:
    """Return the predicate that a cell has all the words of the text that it is for."""
    return f"length({value}) < {_CELL} AND {value} NOT GLOB {_MOMENT}"


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
