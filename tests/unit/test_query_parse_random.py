from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from muster.query import tree
from muster.query.parse import parse, unparse
from muster.query.refusals import InvalidQueryError
from tests.unit.query_random import queries
from tests.unit.query_trees import placeless


@given(queries())
def test_a_tree_survives_being_written(made: tree.Query) -> None:
    """`parse(unparse(q))` is `q`, but for the places."""
    assert placeless(parse(unparse(made))) == made


_FRAGMENTS = """( ) , . = <> ! ~ - + ' " \\ ${ } && AND OR NOT IN IS EMPTY a b.c 1d -2h 10.0.0.1 ::1
2026-01-01 ORDER BY LIMIT HAVING f( WAS CHANGED FROM é 5 CASE BETWEEN DURING
connectedTickets( types=(
"""
_PIECES = st.sampled_from([*_FRAGMENTS.split(), " ", "\0", "\ud800"])
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join)) | st.lists(
    _PIECES, max_size=25
).map(" ".join)


@given(_TEXTS, st.sampled_from(["muster", "nql", "aql"]))
def test_whatever_the_text_it_is_a_tree_or_a_problem(text: str, dialect: tree.Dialect) -> None:
    """Nothing but InvalidQueryError is raised, with a place in the text; and what was understood
    is understood again from what is written of it.
    """
    try:
        found = parse(text, dialect=dialect)
    except InvalidQueryError as refused:
        extra = refused.errors[0].extra
        assert 0 <= extra["position"] <= extra["end"] <= len(text)
        return

    again = parse(unparse(found), dialect=dialect)

    assert placeless(again) == placeless(found)
