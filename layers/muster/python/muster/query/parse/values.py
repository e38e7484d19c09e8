"""Values, lists of them, and names."""

from __future__ import annotations

from muster.query.limits import MAX_HOPS, MAX_NUMBER, MAX_PARTS, MAX_VALUES, exceeded
from muster.query.parse.keywords import BEHIND_VALUE, CORE, JOINING, OPERATORS
from muster.query.parse.reader import Reader
from muster.query.placeholders import words_for
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tokens import Token, is_plain, quoted
from muster.query.tree import Name, Value, Word

_FOR_SEVERAL = {"=": "IN", "==": "IN CASE", "!=": "NOT IN", "<>": "NOT IN"}
"""What takes several values where these take one."""


def starts_call(reader: Reader) -> bool:
    """Tell whether a function stands here: its name, and a bracket."""
    token = reader.peek()
    named = token.kind == "word" and "." not in token.text and is_plain(token.text)
    return named and reader.keyword() not in CORE and reader.peek(1).kind == "open"


def starts_name(reader: Reader) -> bool:
    """Tell whether a name stands here."""
    token = reader.peek()
    if token.kind == "quoted":
        return True
    plain = token.kind == "word" and token.form != "quoted" and is_plain(token.text)
    return plain and reader.keyword() not in CORE


def read_name(reader: Reader) -> Name:
    """Read a path."""
    if not starts_name(reader):
        raise reader.unexpected("a field")
    start = reader.peek().span[0]
    parts = _parts(reader.take())
    while reader.peek().kind == "dot" and reader.peek().glued:
        reader.take()
        if reader.peek().kind not in ("word", "quoted") or not reader.peek().glued:
            raise reader.unexpected("a field")
        parts += _parts(reader.take())
    span = reader.span_from(start)
    if len(parts) > MAX_PARTS:
        raise exceeded("A path leads over at most {} references.", MAX_HOPS, span)
    return Name(tuple(text for text, _ in parts), span, tuple(flag for _, flag in parts))


def _parts(token: Token) -> list[tuple[str, bool]]:
    if token.kind == "quoted":
        return [(token.text, True)]
    if token.form == "quoted" or not is_plain(token.text):
        detail = f"{shown(token.text)} is no name without quotes."
        raise problem("syntax", detail, token.span, suggestions=[quoted(token.text)])
    return [(part, False) for part in token.text.split(".")]


def read_value(reader: Reader) -> Value:
    """Read one value: a word, a function, or a placeholder that has one value."""
    from muster.query.parse.calls import read_call

    if starts_call(reader):
        return read_call(reader)
    words = read_words(reader)
    if len(words) > 1:
        detail = f"The placeholder has {len(words)} values where one is expected: use IN."
        raise problem("wrong_type", detail, words[0].span)
    return words[0]


def read_words(reader: Reader) -> list[Word]:
    """Read a word, or all values of a placeholder."""
    token = reader.peek()
    if token.kind == "placeholder":
        return words_for(reader.take(), reader.parameters)
    if token.kind == "open":
        raise _several(token, reader)
    if token.kind not in ("word", "quoted") or _is_reserved(reader):
        raise reader.unexpected("a value")
    return [word_of(reader.take())]


def word_of(token: Token) -> Word:
    """Return a token as a value that stands outside of a function."""
    if token.form == "units":
        if token.text[0] in "+-":
            detail = f"Hours, minutes and `mo` are understood in functions: now({token.text})."
            raise problem("syntax", detail, token.span, suggestions=[f"now({token.text})"])
        return Word(token.text, token.span)
    return Word(token.text, token.span, token.form)


def read_values(reader: Reader) -> tuple[Value, ...]:
    """Read values up to the closing bracket; the opening one is taken."""
    start = reader.last.span[0]
    values: list[Value] = []
    while True:
        if starts_call(reader):
            values.append(read_value(reader))
        else:
            values += read_words(reader)
        if len(values) > MAX_VALUES:
            raise exceeded("A list has at most {} values.", MAX_VALUES, reader.span_from(start))
        if not reader.accept(","):
            reader.expect(")")
            return tuple(values)


def read_number(reader: Reader) -> int:
    """Read a whole number from 0 on."""
    token = reader.peek()
    if token.kind != "word" or not (token.text.isascii() and token.text.isdigit()):
        raise reader.unexpected("a whole number")
    reader.take()
    if len(token.text) > len(str(MAX_NUMBER)) or int(token.text) > MAX_NUMBER:
        raise exceeded("A whole number here is at most {}.", MAX_NUMBER, token.span)
    return int(token.text)


def _is_reserved(reader: Reader) -> bool:
    """Tell whether a word of the language stands here, as itself.

    An operator's word can be a value where it can't be anything else, as in `dir = in`.
    """
    word = reader.keyword()
    if word in JOINING:
        return True
    behind = reader.peek(1)
    ends = behind.kind in ("end", "cursor", "close", "comma") or reader.keyword(1) in BEHIND_VALUE
    return word in OPERATORS and not ends


def _several(token: Token, reader: Reader) -> InvalidQueryError:
    """Return the problem of a bracket where one value is expected."""
    sign = reader.focus.operator
    if sign not in _FOR_SEVERAL:
        return reader.unexpected("a value")
    detail = f"`{sign}` takes one value."
    near = [_FOR_SEVERAL[sign]]
    return problem("syntax", detail, token.span, expected=["a value"], suggestions=near)
