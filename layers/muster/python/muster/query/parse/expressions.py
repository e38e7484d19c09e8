"""A query as a whole: conditions joined by AND, OR and NOT, the order, and the limit."""

from __future__ import annotations

from typing import Literal, cast

from muster.query.limits import MAX_SORT_KEYS, exceeded
from muster.query.parse.predicates import read_predicate
from muster.query.parse.reader import Reader
from muster.query.parse.values import read_name, read_number
from muster.query.tree import And, Expression, Not, Or, Order, Query


def read_query(reader: Reader) -> Query:
    """Read all that there is."""
    where = None
    if reader.peek().kind != "end" and reader.keyword() not in ("ORDER", "LIMIT"):
        where = read_expression(reader)
    order = read_order(reader)
    limit = read_number(reader) if reader.accept_word("LIMIT") else None
    if reader.peek().kind != "end":
        raise reader.unexpected()
    return Query(reader.text, where, order, limit)


def read_expression(reader: Reader) -> Expression:
    """Read conditions joined by OR."""
    start = reader.peek().span[0]
    items = [_read_and(reader)]
    while reader.accept_word("OR"):
        items.append(_read_and(reader))
    return items[0] if len(items) == 1 else Or(tuple(items), reader.span_from(start))


def _read_and(reader: Reader) -> Expression:
    start = reader.peek().span[0]
    items = [_read_not(reader)]
    while reader.accept_word("AND"):
        items.append(_read_not(reader))
    return items[0] if len(items) == 1 else And(tuple(items), reader.span_from(start))


def _read_not(reader: Reader) -> Expression:
    start = reader.peek().span[0]
    reader.note("a condition")
    if not reader.accept_word("NOT"):
        return _read_condition(reader)
    item = _read_condition(reader)
    return Not(item, reader.span_from(start))


def _read_condition(reader: Reader) -> Expression:
    if not reader.accept("("):
        return read_predicate(reader)
    with reader.nested():
        found = read_expression(reader)
        reader.expect(")")
    return found


def read_order(reader: Reader) -> tuple[Order, ...]:
    """Read ORDER BY and its keys, if it is there."""
    if reader.keyword() != "ORDER":
        reader.note("ORDER BY")
        return ()
    start = reader.take().span[0]
    reader.expect_word("BY")
    keys = [_read_key(reader)]
    while reader.accept(","):
        keys.append(_read_key(reader))
        if len(keys) > MAX_SORT_KEYS:
            what = "ORDER BY has at most {} fields."
            raise exceeded(what, MAX_SORT_KEYS, reader.span_from(start))
    return tuple(keys)


def _read_key(reader: Reader) -> Order:
    reader.focus.path, reader.focus.operator = None, "ORDER BY"
    path = read_name(reader)
    descending = reader.accept_word("ASC", "DESC") == "DESC"
    nulls = None
    if reader.accept_word("NULLS"):
        nulls = cast("Literal['FIRST', 'LAST']", reader.expect_word("FIRST", "LAST"))
    return Order(path, reader.span_from(path.span[0]), descending, nulls)
