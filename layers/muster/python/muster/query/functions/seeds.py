"""The query in a function: the assets that it starts from."""

from __future__ import annotations

import re

from muster.ids import is_id
from muster.query import functions
from muster.query.check.terms import Checker
from muster.query.functions.arguments import Bound, Given
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError, problem
from muster.query.tree import Bare, Call, Listed, Raw, Span, Word
from muster.replica.condition import Condition, Equal, Every, Place

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]{1,9}-\d{1,12}", re.ASCII)


def seeds(bound: Bound, checker: Checker) -> Condition:
    """Return what a function's query asks; all assets without one.

    A word that is an asset's id or key is that asset; a text in quotes is a query of its own.
    """
    found = bound.one("query")
    return Every() if found is None else _asked(*found, checker)


def _asked(given: Given, span: Span, checker: Checker) -> Condition:
    match given:
        case Word() as word:
            return _word(word, checker)
        case Call() as call:
            return functions.condition(call, checker)
        case Listed() | Raw():
            detail = "Here a query, or an asset by key or id, is expected."
            raise problem("wrong_arguments", detail, span, expected=["a query", "a key"])
        case expression:
            return checker.expression(expression)


def _word(word: Word, checker: Checker) -> Condition:
    text = word.text.strip()
    if not text:
        return Every()
    if is_id("asset", text):
        return Equal(Place("id"), (text,))
    if _KEY.fullmatch(text):
        return Equal(Place("key"), (text,))
    if word.form != "quoted":
        return checker.expression(Bare(word, word.span))
    return _quoted(word, checker)


def _quoted(word: Word, checker: Checker) -> Condition:
    """Return what a query in quotes asks; what is wrong in it is wrong with the whole text."""
    dialect = checker.context.dialect
    try:
        query = parse(word.text, dialect=dialect)
        inner = checker.inside("", dialect)
        return Every() if query.where is None else inner.expression(query.where)
    except InvalidQueryError as error:
        wrong = error.errors[0]
        detail = f"In the query in quotes: {wrong.detail}"
        raise problem(wrong.code, detail, word.span) from error
