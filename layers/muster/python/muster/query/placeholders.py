"""What a query's placeholders stand for: typed values that are looked up, never text to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from muster.query.limits import MAX_VALUES, exceeded
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tokens import Token, tokens
from muster.query.tree import Dialect, Word

_PICK = re.compile(r"(?P<name>.+?)\$\{(?P<index>\d{1,4})\}", re.DOTALL)
"""Atlassian Assets' form: `${Owner${0}}` is the first of the values named `Owner`."""


def names_in(text: str, dialect: Dialect = "muster") -> tuple[str, ...]:
    """Return the names of a query's placeholders, each once, as `parse` looks them up.

    Of `${Owner${0}}` it is `Owner`.
    """
    found = (_picked(t.text)[0] for t in tokens(text, dialect) if t.kind == "placeholder")
    return tuple(dict.fromkeys(found))


def words_for(token: Token, parameters: Mapping[str, Any]) -> list[Word]:
    """Return the values of a placeholder: several where a list was given.

    A missing, empty or unfit one is a problem that names it.
    """
    value = _value_of(token, parameters)
    values: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    if len(values) > MAX_VALUES:
        what = f"The placeholder {shown(token.text)} has more than {{}} values."
        raise exceeded(what, MAX_VALUES, token.span)
    words = [_word(each, token) for each in values]
    if not words:
        raise _useless(token, "has no value")
    return words


def _value_of(token: Token, parameters: Mapping[str, Any]) -> Any:
    """Look up by all that the braces hold, then by the name alone."""
    if token.text in parameters:
        return parameters[token.text]
    name, index = _picked(token.text)
    if name not in parameters:
        near = nearest(name, parameters)
        detail = f"No value was given for the placeholder {shown(name)}."
        raise problem("unknown_parameter", detail, token.span, suggestions=near)
    value = parameters[name]
    if index is None or not isinstance(value, list | tuple):
        return value
    return value[index : index + 1]


def _picked(inside: str) -> tuple[str, int | None]:
    found = _PICK.fullmatch(inside)
    return (found["name"].strip(), int(found["index"])) if found else (inside, None)


def _word(value: Any, token: Token) -> Word:
    text = _text(value)
    if text is None:
        what = "has no value" if value is None else "is neither a text nor a number nor a date"
        raise _useless(token, what)
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    word = Word(text, token.span, "number" if number else "quoted")
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise _useless(token, "holds a NUL or half of a surrogate pair")
    return word


def _text(value: Any) -> str | None:
    """Write a value as the language does; None for what it has no form for."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _digits(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else None


def _digits(value: float | Decimal) -> str | None:
    number = Decimal(repr(value) if isinstance(value, float) else value)
    # Beyond this a number would be written out in up to a million digits.
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        return None
    return f"{number:f}"


_LONGEST_NUMBER = 40


def _useless(token: Token, what: str) -> InvalidQueryError:
    detail = f"The placeholder {shown(token.text)} {what}."
    return problem("unknown_parameter", detail, token.span)
