"""Trees of queries, made at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from muster.query import tree
from muster.query.parse.keywords import CORE
from tests.unit.query_trees import NOWHERE, said, word

_IDENTIFIERS = st.from_regex(r"[A-Za-zé_][A-Za-z0-9é_-]{0,6}", fullmatch=True)
_PLAIN = _IDENTIFIERS.filter(lambda text: text.upper() not in CORE)
_ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_FORMS: dict[Any, list[str]] = {
    "number": ["0", "-3.5", "10090", "12345678901234567890"],
    "date": ["2026-02-30", "2026-01-02T03:04:05+02:00"],
    "offset": ["-2m3w2d", "3m2d", "+1y"],
    "network": ["10.0.0.0/8", "fe80::1", "::/0"],
}
_SIGNS: list[Any] = ["=", "==", "!=", "~", "!~", "<", "<=", ">", ">="]
_COUNTS: list[Any] = ["=", "!=", "<", "<=", ">", ">="]
_VERBS: list[Any] = ["LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES"]
_TIMES: list[Any] = ["AFTER", "BEFORE", "ON", "DURING"]
_flag = st.booleans()


@st.composite
def names(draw: st.DrawFn) -> tree.Name:
    """Make paths."""
    flags = draw(st.lists(_flag, min_size=1, max_size=3))
    parts = tuple(draw(_ANY_TEXT if flag else _PLAIN) for flag in flags)
    return tree.Name(parts, NOWHERE, tuple(flags))


@st.composite
def words(draw: st.DrawFn) -> tree.Word:
    """Make values that are no functions."""
    form = draw(st.sampled_from(["text", "quoted", *_FORMS]))
    if form == "text":
        return word(draw(_PLAIN))
    return (
        said(draw(_ANY_TEXT))
        if form == "quoted"
        else word(draw(st.sampled_from(_FORMS[form])), form)
    )


@st.composite
def values(draw: st.DrawFn) -> tree.Value:
    """Make values."""
    return draw(words()) if draw(st.integers(0, 4)) else draw(calls(depth=0))


@st.composite
def calls(draw: st.DrawFn, *, depth: int) -> tree.Call:
    """Make functions, with queries in them down to a depth."""
    name = draw(_PLAIN.filter(lambda text: text.casefold() != "connectedtickets"))
    count = draw(st.integers(0, 3))
    return tree.Call(name, tuple(draw(_arguments(depth=depth)) for _ in range(count)), NOWHERE)


@st.composite
def _arguments(draw: st.DrawFn, *, depth: int) -> tree.Argument:
    kind = draw(st.sampled_from(["word", "hours", "list", "query", "call"]))
    if kind == "list":
        listed = tuple(draw(st.lists(words(), min_size=1, max_size=3)))
        return tree.Argument(tree.Listed(listed, NOWHERE), NOWHERE, draw(_PLAIN))
    if kind == "hours":
        return tree.Argument(word(draw(st.sampled_from(["-2h15m", "1mo"])), "offset"), NOWHERE)
    if depth <= 0 or kind == "word":
        return tree.Argument(draw(words()), NOWHERE)
    if kind == "call":
        return tree.Argument(draw(calls(depth=depth - 1)), NOWHERE)
    plain = expressions(depth=depth - 1).filter(lambda q: not isinstance(q, tree.Test | tree.Bare))
    return tree.Argument(draw(plain), NOWHERE)


@st.composite
def _whens(draw: st.DrawFn) -> tree.When | None:
    if draw(_flag):
        return None
    how = draw(st.sampled_from(_TIMES))
    count = 2 if how == "DURING" else 1
    return tree.When(how, tuple(draw(values()) for _ in range(count)), NOWHERE)


@st.composite
def _havings(draw: st.DrawFn, *, depth: int) -> tree.Having:
    itself = draw(_flag)
    path = draw(names().filter(lambda name: [p.upper() for p in name.parts] != ["OBJECT"]))
    having = tree.Having(None if itself else path, draw(calls(depth=depth)), NOWHERE, draw(_flag))
    if draw(_flag):
        return having
    sign, number = draw(st.sampled_from(_COUNTS)), draw(st.integers(0, 99))
    return tree.Having(having.path, having.call, NOWHERE, having.negated, sign, number)


@st.composite
def _predicates(draw: st.DrawFn, *, depth: int) -> tree.Predicate:
    path, value, flag = names(), values(), _flag
    maybe = st.none() | value
    here = st.just(NOWHERE)
    unsigned = words().filter(lambda w: w.form == "quoted" or w.text[0] not in "+-")
    choices: list[st.SearchStrategy[Any]] = [
        st.builds(tree.Compare, path, st.sampled_from(_SIGNS), value, here),
        st.builds(tree.Match, path, st.sampled_from(_VERBS), value, here, flag),
        st.builds(
            tree.In, path, st.lists(value, min_size=1, max_size=3).map(tuple), here, flag, flag
        ),
        st.builds(tree.Between, path, value, value, here, flag),
        st.builds(tree.Empty, path, here, flag),
        st.builds(tree.Under, path, value, here, flag),
        _havings(depth=depth),
        st.builds(tree.Was, path, value, here, flag, _whens()),
        st.builds(tree.Changed, path, here, maybe, maybe, maybe, _whens()),
        st.builds(tree.Test, calls(depth=depth), here),
        st.builds(tree.Bare, unsigned, here),
    ]
    found: tree.Predicate = draw(choices[draw(st.integers(0, len(choices) - 1))])
    return found


@st.composite
def expressions(draw: st.DrawFn, *, depth: int) -> tree.Expression:
    """Make conditions, joined and in one another down to a depth."""
    kind = draw(st.sampled_from(["predicate", "predicate", "and", "or", "not"]))
    if depth <= 0 or kind == "predicate":
        return draw(_predicates(depth=depth))
    if kind == "not":
        return tree.Not(draw(expressions(depth=depth - 1)), NOWHERE)
    items = tuple(draw(st.lists(expressions(depth=depth - 1), min_size=2, max_size=3)))
    return tree.And(items, NOWHERE) if kind == "and" else tree.Or(items, NOWHERE)


@st.composite
def queries(draw: st.DrawFn) -> tree.Query:
    """Make whole queries."""
    where = draw(expressions(depth=3)) if draw(st.integers(0, 9)) else None
    nulls: list[Any] = [None, "FIRST", "LAST"]
    key = st.builds(tree.Order, names(), st.just(NOWHERE), _flag, st.sampled_from(nulls))
    order = tuple(draw(st.lists(key, max_size=3)))
    return tree.Query("", where, order, draw(st.none() | st.integers(0, 999_999_999)))
