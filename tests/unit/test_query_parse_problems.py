from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.errors import FieldError
from muster.query import tree
from muster.query.parse import parse
from muster.query.placeholders import names_in
from muster.query.refusals import InvalidQueryError, nearest
from tests.unit.query_trees import NOWHERE, compare, name, placeless, said, word
from tests.unit.query_trees import test as holds


def refusal(text: str, **options: Any) -> FieldError:
    with pytest.raises(InvalidQueryError) as refused:
        parse(text, **options)
    (error,) = refused.value.errors
    assert refused.value.detail == error.detail
    return error


@pytest.mark.parametrize(
    ("text", "position", "detail"),
    [
        ("type =", 6, "Expected a value, found the end."),
        ("(type = )", 8, "Expected a value, found `)`."),
        ("type = AND x", 7, "Expected a value, found `AND`."),
        ("type IN (a", 10, "Expected `,` or `)`, found the end."),
        ("type IN ()", 9, "Expected a value, found `)`."),
        ("type IN a", 8, "Expected CASE, a function or `(`, found `a`."),
        ("type IS a", 8, "Expected NOT, EMPTY or NULL, found `a`."),
        ("a BETWEEN 1", 11, "Expected AND, found the end."),
        ("(a OR b", 7, "Expected an operator, AND, OR or `)`, found the end."),
        ("a)", 1, "Expected an operator, AND, OR, ORDER BY or LIMIT, found `)`."),
        ("a.'b'", 5, "Expected an operator, found the end."),
        ("a.b X200", 4, "Expected an operator, AND, OR, ORDER BY or LIMIT, found `X200`."),
        ("NOT NOT a", 4, "Expected `(` or a condition, found `NOT`."),
        (")", 0, "Expected a condition, NOT or `(`, found `)`."),
        ("x = 1 ORDER name", 12, "Expected BY, found `name`."),
        ("ORDER BY", 8, "Expected a field, found the end."),
        ("ORDER BY a NULLS b", 17, "Expected FIRST or LAST, found `b`."),
        ("LIMIT -1", 6, "Expected a whole number, found `-1`."),
        ("a HAVING 5", 9, "Expected a function, found `5`."),
        ("f(a, )", 5, "Expected a value, a condition, NOT or `(`, found `)`."),
        ("f(a 1.b = 1)", 4, "Expected an operator, AND, OR, `,` or `)`, found `1.b`. Did you"),
        ("f(a = 1 LIMIT 5)", 8, "A query inside a function has no LIMIT: all assets that it"),
        ("a DURING (b)", 2, "Expected an operator, AND, OR, ORDER BY or LIMIT, found `DURING`."),
        ("a WAS b DURING (c)", 17, "Expected `,`, found `)`."),
        ("f() = 1", 4, "Expected AND, OR, ORDER BY or LIMIT, found `=`."),
    ],
)
def test_a_problem_says_what_is_expected_where(text: str, position: int, detail: str) -> None:
    error = refusal(text)

    assert error.code == "syntax"
    assert error.extra["position"] == position
    assert error.detail.startswith(detail)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("network card", '"network card"'),
        ("type = Mobile Phone AND x", '"Mobile Phone"'),
        ("a LIKE big old box", '"big old"'),
        ("a STARTWITH b", "STARTSWITH"),
        ("a contains b", "LIKE"),
        ("a equals b", "="),
        ("a = 1 adn b = 2", "AND"),
        ("a is emtpy", "EMPTY"),
        ("a = 1 SORT BY b", "ORDER BY"),
        ("a = (b, c)", "IN"),
        ("a != (b, c)", "NOT IN"),
        ("a > -5h", "now(-5h)"),
        ("a = '1' ORDER BY b dsc", "DESC"),
    ],
)
def test_a_problem_guesses_what_was_meant(text: str, suggestion: str) -> None:
    error = refusal(text)

    (first,) = error.extra["suggestions"]
    assert first.startswith(suggestion.rstrip('"'))
    assert f"Did you mean `{first}`?" in error.detail


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a AND " * 200 + "a", "200 conditions"),
        (f"f({'a=1 OR ' * 200}a=1)", "200 conditions"),
        ("(" * 21 + "a" + ")" * 21, "20 deep"),
        ("f(" * 21 + ")" * 21, "20 deep"),
        (f"a IN ({','.join('b' * 1001)})", "1,000 values"),
        (f"f({','.join('b' * 1001)})", "1,000 arguments"),
        (f"{'.'.join('a' * 101)} = 1", "8 references"),
        (f"ORDER BY {','.join('a' * 17)}", "16 fields"),
        ("LIMIT 1000000000", "999,999,999"),
        (f"LIMIT {'9' * 5000}", "999,999,999"),
        ("a" * 10_001, "10,000 characters"),
    ],
)
def test_a_problem_names_the_limit(text: str, limit: str) -> None:
    error = refusal(text)

    assert error.code == "limit_exceeded"
    assert limit in error.detail


@pytest.mark.parametrize(
    "text",
    [
        " AND ".join(["a"] * 200),
        "(" * 20 + "a" + ")" * 20,
        "f(" * 20 + ")" * 20,
        f"a IN ({','.join('b' * 1000)})",
        f"{'.'.join('a' * 100)} = 1",
        "LIMIT 999999999",
        f"'{'a' * 9_998}'",
    ],
)
def test_up_to_its_limits_a_query_is_read(text: str) -> None:
    assert parse(text).text == text


@pytest.mark.parametrize(
    "piece",
    [
        *"({'\\!-/\u0301é",
        *("f(", "NOT ", "a.", "${", "1d ", "f(1d ", "a b ", "::", "a,", "1.", "connectedTickets("),
        *("a AND (", "x=(", "(a=1)OR", "f(a=(", "x IN ("),
    ],
)
@pytest.mark.parametrize("dialect", ["muster", "nql"])
def test_hostile_text_costs_no_time(piece: str, dialect: tree.Dialect) -> None:
    """Ten thousand characters of anything are read, or refused, in less time than a query has."""
    text = (piece * 10_000)[:10_000]
    started = time.process_time()

    with suppress(InvalidQueryError):
        parse(text, dialect=dialect)

    assert time.process_time() - started < 2


def parsed(text: str, **parameters: Any) -> Any:
    return placeless(parse(text, parameters=parameters)).where


def test_placeholders_are_values() -> None:
    """What is in a placeholder can't become a part of the query."""
    evil = "x' OR type = 'Y"

    found = parsed("type = ${kind}", kind=evil)

    assert found == compare("type", "=", said(evil))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("EMPTY", said("EMPTY")),
        (True, said("true")),
        (5, word("5", "number")),
        (-2.5, word("-2.5", "number")),
        (1e21, word("1000000000000000000000", "number")),
        (Decimal("1.10"), word("1.10", "number")),
        (date(2026, 1, 2), said("2026-01-02")),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), said("2026-01-02T03:00:00+00:00")),
        (["one"], said("one")),
    ],
)
def test_a_placeholder_keeps_its_type(value: Any, expected: tree.Word) -> None:
    assert parsed("a = ${v}", v=value) == compare("a", "=", expected)


def test_a_placeholder_with_several_values_goes_where_several_may_stand() -> None:
    values = (said("x"), word("1", "number"))
    within = tree.In(name("a"), (*values, word("b")), NOWHERE)

    assert parsed("a IN (${v}, b)", v=["x", 1]) == within
    assert parsed("a IN ${v}", v=["x", 1]) == tree.In(name("a"), values, NOWHERE)
    assert parsed("id_in(${v})", v=["x", 1]) == holds("id_in", *values)


def test_assets_placeholders_pick_one_value() -> None:
    assert parsed("a = ${Owner${1}}", Owner=["x", "y"]) == compare("a", "=", said("y"))
    assert parsed("a = ${Owner.name${0}}", **{"Owner.name": "x"}) == compare("a", "=", said("x"))
    assert parsed("a = ${F${0}}", **{"F${0}": "z", "F": "x"}) == compare("a", "=", said("z"))


@pytest.mark.parametrize(
    ("text", "values", "code", "named"),
    [
        ("a = ${ownr}", {"owner": 1}, "unknown_parameter", "`ownr`. Did you mean `owner`"),
        ("a = ${v}", {"v": None}, "unknown_parameter", "`v` has no value"),
        ("a IN (${v})", {"v": []}, "unknown_parameter", "`v` has no value"),
        ("a = ${v${3}}", {"v": ["x"]}, "unknown_parameter", "has no value"),
        ("a = ${v}", {"v": {"x": 1}}, "unknown_parameter", "neither a text nor a number"),
        ("a = ${v}", {"v": float("nan")}, "unknown_parameter", "neither a text nor a number"),
        ("a = ${v}", {"v": Decimal("1e999")}, "unknown_parameter", "neither a text nor"),
        ("a = ${v}", {"v": "\0"}, "unknown_parameter", "NUL"),
        ("a = ${v}", {"v": "\udc00"}, "unknown_parameter", "surrogate"),
        ("a = ${v}", {"v": ["x", "y"]}, "wrong_type", "use IN"),
        ("a IN (${v})", {"v": ["x"] * 1001}, "limit_exceeded", "1,000 values"),
        ("${v} = 5", {"v": "a"}, "syntax", "found `=`"),
        ("LIMIT ${v}", {"v": 5}, "syntax", "a whole number"),
    ],
)
def test_a_placeholder_that_does_not_fit_is_named(
    text: str, values: dict[str, Any], code: str, named: str
) -> None:
    error = refusal(text, parameters=values)

    assert error.code == code
    assert named in error.detail


def test_the_names_of_placeholders_are_known_beforehand() -> None:
    text = "a = ${x} AND b IN (${Owner${0}}, ${x}) AND c = '${quoted}'"

    assert names_in(text) == ("x", "Owner")


def test_the_nearest_names_come_as_they_are_spelled() -> None:
    known = ["computer.Model", "computer.memory", "book.title"]

    assert nearest("COMPUTER.MODLE", known)[0] == "computer.Model"
    assert nearest("zzz", known) == []
    assert nearest("x" * 5_000, known) == []
