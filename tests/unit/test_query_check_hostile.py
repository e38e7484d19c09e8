"""Whatever stands in a query, it is checked at once, and refused in no other way."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.query.check.checking import MOST_REMARKS, check
from muster.query.refusals import InvalidQueryError
from muster.query.tree import Compare, CompareSign, Dialect, Expression, Match, Name, Query, Word
from tests.unit import query_world as world
from tests.unit.query_asked import checked

_BUILT_IN = (
    "id key name description tag serial type schema folder path created createdBy source image "
    "hasImage hasFiles links primaryOf deleted text any status Owner"
)
PATHS = [*(field.name for field in world.FIELDS), *_BUILT_IN.split()]
SIGNS: list[CompareSign] = ["=", "==", "!=", "~", "!~", "<", "<=", ">", ">="]
VALUES = [
    "", " ", "1" * 5_000, " " * 9_000 + "!", "1 " * 4_000, "P" + "9" * 5_000 + "D", "9" * 400,
    "1e99", "-" * 3_000, "/" * 5_000, "\0", "''; DROP TABLE asset; --", "%", "*" * 5, "a" * 9_000,
    "9999-12-31", "0001-01-01", "+9999y", "::/0", "1.2.3.4/33", "ﬁ", "\u202e", "true", "EUR",
    "EUR 1" + "0" * 50, "NaN", "inf", "fil_", "mem_00000000000000000000000000",
]  # fmt: skip


def refusal_of(node: Expression, dialect: Dialect = "muster") -> InvalidQueryError | None:
    try:
        check(Query("", node), world.context(dialect=dialect))
    except InvalidQueryError as error:
        return error
    return None


@pytest.mark.parametrize("path", PATHS)
def test_any_value_of_any_kind_is_taken_or_refused_at_once(path: str) -> None:
    span = (0, 1)
    began = time.perf_counter()

    for text in VALUES:
        word = Word(text, span, "quoted")
        name = Name((path,), span)
        nodes: list[Expression] = [
            *(Compare(name, sign, word, span) for sign in SIGNS),
            Match(name, "LIKE", word, span),
            Match(name, "HAS", word, span),
            Match(name, "MATCHES", word, span),
        ]
        for node in nodes:
            error = refusal_of(node)
            assert error is None or error.errors[0].extra["position"] == 0

    assert time.perf_counter() - began < 5


@given(
    path=st.sampled_from(PATHS),
    sign=st.sampled_from(SIGNS),
    text=st.text(max_size=30),
    form=st.sampled_from(["text", "quoted", "number", "date", "offset", "network"]),
    dialect=st.sampled_from(["muster", "nql", "aql"]),
)
def test_any_word_is_taken_or_refused(
    path: str, sign: CompareSign, text: str, form: str, dialect: Dialect
) -> None:
    node = Compare(Name((path,), (0, 1)), sign, Word(text, (2, 3), form), (0, 3))  # type: ignore[arg-type]

    error = refusal_of(node, dialect)

    assert error is None or error.errors[0].detail


def test_remarks_are_limited() -> None:
    names = ", ".join(f"p{number}" for number in range(1_000))

    assert len(checked(f"custodian IN ({names})").remarks) == MOST_REMARKS
