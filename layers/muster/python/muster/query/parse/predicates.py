"""Conditions on one path: what stands behind it, operator by operator."""

from __future__ import annotations

from typing import Literal, Protocol, cast

from muster.query.parse.calls import read_call
from muster.query.parse.history import read_changed, read_was
from muster.query.parse.keywords import MATCHES, NEGATABLE, OBJECT
from muster.query.parse.reader import Reader
from muster.query.parse.values import (
    read_name,
    read_number,
    read_value,
    read_values,
    read_words,
    starts_call,
    starts_name,
    word_of,
)
from muster.query.tokens import Token
from muster.query.tree import (
    Bare,
    Between,
    Compare,
    CompareSign,
    Empty,
    Having,
    In,
    Match,
    Name,
    NumberSign,
    Predicate,
    Test,
    Under,
    Value,
)

type _Verb = Literal["LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES"]
_NUMBER_SIGNS = ("=", "!=", "<>", "<", "<=", ">", ">=")


class _Read(Protocol):
    def __call__(self, reader: Reader, path: Name, *, negated: bool) -> Predicate: ...


def read_predicate(reader: Reader) -> Predicate:
    """Read one condition: a function, a path with its operator, or a bare word."""
    reader.count_predicate()
    if starts_call(reader):
        call = read_call(reader)
        return Test(call, call.span)
    token = reader.peek()
    if token.kind == "placeholder" or _is_odd_word(reader):
        word = read_words(reader)[0]
        return Bare(word, word.span)
    if not starts_name(reader):
        raise reader.unexpected("a condition")
    path = read_name(reader)
    reader.focus.path = path
    return _read_operator(reader, path) or _bare(reader, token, path)


def _is_odd_word(reader: Reader) -> bool:
    """Tell whether a word stands here that is no name, and yet can be looked for."""
    token = reader.peek()
    odd = token.kind == "word" and token.text[0] not in "+-" and not reader.keyword()
    return odd and not starts_name(reader)


def _bare(reader: Reader, token: Token, path: Name) -> Bare:
    """Take the path for a word to look for, which it is if it is one token."""
    if path.span != token.span:
        raise reader.unexpected("an operator")
    return Bare(word_of(token), token.span)


def _read_operator(reader: Reader, path: Name) -> Predicate | None:
    """Read what stands behind a path; None if that is no operator."""
    reader.note("an operator")
    if reader.peek().kind == "sign":
        return _read_compare(reader, path)
    negated = reader.keyword() == "NOT" and _take_not(reader)
    read = _OPERATORS.get(reader.keyword())
    if read is None:
        return None
    reader.focus.operator = reader.keyword()
    reader.take()
    return read(reader, path, negated=negated)


def _take_not(reader: Reader) -> bool:
    if reader.keyword(1) in NEGATABLE:
        reader.take()
        return True
    if reader.peek(1).kind in ("sign", "end", "cursor"):
        reader.take()
        raise reader.unexpected(*NEGATABLE)
    return False


def _read_compare(reader: Reader, path: Name) -> Compare:
    sign = reader.take().text
    reader.focus.operator = sign
    value = read_value(reader)
    written = "!=" if sign == "<>" else sign
    return Compare(path, cast("CompareSign", written), value, reader.span_from(path.span[0]))


def _read_match(reader: Reader, path: Name, *, negated: bool) -> Match:
    verb = cast("_Verb", reader.last.text.upper())
    value = read_value(reader)
    return Match(path, verb, value, reader.span_from(path.span[0]), negated)


def _read_in(reader: Reader, path: Name, *, negated: bool) -> In:
    case = bool(reader.accept_word("CASE"))
    values = _read_set(reader)
    return In(path, values, reader.span_from(path.span[0]), negated, case)


def _read_set(reader: Reader) -> tuple[Value, ...]:
    if starts_call(reader):
        return (read_call(reader),)
    if reader.peek().kind == "placeholder":
        return tuple(read_words(reader))
    reader.note("a function")
    reader.expect("(")
    return read_values(reader)


def _read_between(reader: Reader, path: Name, *, negated: bool) -> Between:
    low = read_value(reader)
    reader.expect_word("AND")
    high = read_value(reader)
    return Between(path, low, high, reader.span_from(path.span[0]), negated)


def _read_empty(reader: Reader, path: Name, *, negated: bool) -> Empty:
    negated = negated or bool(reader.accept_word("NOT"))
    reader.expect_word("EMPTY", "NULL")
    return Empty(path, reader.span_from(path.span[0]), negated)


def _read_under(reader: Reader, path: Name, *, negated: bool) -> Under:
    value = read_value(reader)
    return Under(path, value, reader.span_from(path.span[0]), negated)


def _read_having(reader: Reader, path: Name, *, negated: bool) -> Having:
    itself = path.quoted == (False,) and path.parts[0].upper() == OBJECT
    call = read_call(reader)
    sign, number = _read_number_test(reader)
    span = reader.span_from(path.span[0])
    return Having(None if itself else path, call, span, negated, sign, number)


def _read_number_test(reader: Reader) -> tuple[NumberSign | None, int | None]:
    if reader.peek().kind != "sign":
        reader.note("a comparison")
        return None, None
    if reader.peek().text not in _NUMBER_SIGNS:
        raise reader.unexpected(*_NUMBER_SIGNS)
    sign = reader.take().text
    written = "!=" if sign == "<>" else sign
    return cast("NumberSign", written), read_number(reader)


_OPERATORS: dict[str, _Read] = {
    **dict.fromkeys(MATCHES, _read_match),
    "IN": _read_in,
    "BETWEEN": _read_between,
    "IS": _read_empty,
    "UNDER": _read_under,
    "HAVING": _read_having,
    "WAS": read_was,
    "CHANGED": read_changed,
}
