"""Functions and their arguments."""

from __future__ import annotations

from muster.query.limits import MAX_VALUES, exceeded
from muster.query.parse.reader import Reader
from muster.query.parse.values import read_values, read_words, starts_call
from muster.query.refusals import problem
from muster.query.tokens import is_plain
from muster.query.tree import Argument, Bare, Call, Expression, Listed, Name, Raw, Test, Word

_ENDS = ("comma", "close")


def read_call(reader: Reader) -> Call:
    """Read a function; without one here it is a problem."""
    if not starts_call(reader):
        raise reader.unexpected("a function")
    name = reader.take()
    focus = reader.focus
    saved = (focus.path, focus.operator, focus.calls)
    reader.take()
    with reader.nested():
        arguments = _read_arguments(reader, name.text)
    focus.path, focus.operator, focus.calls = saved
    return Call(name.text, tuple(arguments), reader.span_from(name.span[0]))


def _read_arguments(reader: Reader, name: str) -> list[Argument]:
    arguments: list[Argument] = []
    path, calls = reader.focus.path, reader.focus.calls
    start = reader.last.span[0]
    if reader.accept(")"):
        return arguments
    while True:
        reader.focus.path, reader.focus.operator = path, ""
        reader.focus.calls = (*calls, (name, len(arguments)))
        arguments += _read_argument(reader)
        if len(arguments) > MAX_VALUES:
            what = "A function has at most {} arguments."
            raise exceeded(what, MAX_VALUES, reader.span_from(start))
        if not reader.accept(","):
            _read_sorting(reader)
            reader.expect(")")
            return arguments


def _read_argument(reader: Reader) -> list[Argument]:
    token = reader.peek()
    if token.kind == "raw":
        reader.take()
        return [Argument(Raw(token.text, token.span), token.span)]
    if length := _offset_length(reader):
        return [_read_offset(reader, length)]
    if _names_list(reader):
        return [_read_named(reader)]
    if reader.peek(1).kind in _ENDS and token.kind in ("word", "quoted", "placeholder"):
        return [Argument(word, word.span) for word in read_words(reader)]
    return [_read_expression(reader)]


def _offset_length(reader: Reader) -> int:
    """Return of how many words an offset such as `-2h 15m` consists here; 0: there is none."""
    length = 0
    while _is_offset(reader, length):
        length += 1
    return length if reader.peek(length).kind in _ENDS else 0


def _is_offset(reader: Reader, ahead: int) -> bool:
    token = reader.peek(ahead)
    signed = token.text[:1] in ("+", "-")
    return token.form in ("offset", "units") and not (ahead and signed)


def _read_offset(reader: Reader, length: int) -> Argument:
    start = reader.peek().span[0]
    text = "".join(reader.take().text for _ in range(length))
    span = reader.span_from(start)
    return Argument(Word(text, span, "offset"), span)


def _names_list(reader: Reader) -> bool:
    name, sign = reader.peek(), reader.peek(1)
    named = name.kind == "word" and is_plain(name.text) and "." not in name.text
    return named and sign.text == "=" and sign.kind == "sign" and reader.peek(2).kind == "open"


def _read_named(reader: Reader) -> Argument:
    name = reader.take()
    reader.take()
    start = reader.take().span[0]
    reader.focus.path, reader.focus.operator = Name((name.text,), name.span, (False,)), "="
    with reader.nested():
        values = read_values(reader)
    listed = Listed(values, reader.span_from(start))
    return Argument(listed, reader.span_from(name.span[0]), name.text)


def _read_expression(reader: Reader) -> Argument:
    """Read a query; one that is only a function, or only a word, is that."""
    from muster.query.parse.expressions import read_expression

    start = reader.peek().span[0]
    reader.note("a value")
    found = read_expression(reader)
    return Argument(_plainest(found), reader.span_from(start))


def _plainest(found: Expression) -> Expression | Call | Word:
    if isinstance(found, Test):
        return found.call
    return found.word if isinstance(found, Bare) else found


def _read_sorting(reader: Reader) -> None:
    """Read past the order of a query in brackets: which assets it finds does not hang on that."""
    from muster.query.parse.expressions import read_order

    if reader.keyword() == "ORDER":
        read_order(reader)
    if reader.keyword() == "LIMIT":
        detail = "A query inside a function has no LIMIT: all assets that it finds count."
        raise problem("syntax", detail, reader.peek().span, expected=[")"])
