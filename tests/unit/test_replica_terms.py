"""Words a letter or two off are found: all of them, and no others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.replica import schema
from muster.replica.terms import near_terms
from muster.text import edits_of, is_near
from tests.unit.replica_world import World

_WORDS = st.text("abé1", min_size=1, max_size=9)


@contextmanager
def _with_terms(terms: Iterable[str]) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        schema.prepare(db)
        terms = list(terms)
        db.executemany("INSERT INTO term VALUES (?)", ((term,) for term in terms))
        db.executemany("INSERT INTO mret VALUES (?)", ((term[::-1],) for term in terms))
        yield db


@settings(max_examples=300, deadline=None)
@given(word=_WORDS, terms=st.sets(_WORDS, max_size=60))
def test_what_is_found_is_what_is_near(word: str, terms: set[str]) -> None:
    """With the words that begin with it, the answer is that of `is_near`, whatever is stored."""
    with _with_terms(terms) as db:
        found = near_terms(db, word)

    begun = {term for term in terms if term.startswith(word)}
    assert begun | (set(found) & terms) == {term for term in terms if is_near(word, term)}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("laptpo", ["laptop"]),
        ("laptoop", ["laptop"]),
        ("aptop", ["laptop"]),
        ("alptop", ["laptop"]),
        ("lapt", []),
        ("t0000133", ["t0000123", "t0000143"]),
        ("dokc", []),
        ("doc", ["dock"]),
        ("łab", ["lab"]),
        ("zz", ["zz"]),
    ],
)
def test_typing_errors_are_found(word: str, found: list[str]) -> None:
    """One edit is looked past from three letters on, two from six on."""
    terms = ["laptop", "dock", "lab", "t0000123", "t0000143", "t0009999", "monitor"]

    with _with_terms(terms) as db:
        assert near_terms(db, word) == found


def test_serial_numbers_in_a_row_are_walked_past() -> None:
    """Of 20,000 numbers in a row few are looked at, though all begin alike."""
    steps = iter(range(10**9))
    with _with_terms(f"sn00{number:06d}" for number in range(0, 200_000, 10)) as db:
        db.set_progress_handler(lambda: bool(next(steps) < 0), 100)
        found = near_terms(db, "sn00123450")

    assert "sn00123450" in found
    assert len(found) > edits_of("sn00123450")
    assert next(steps) < 300


def test_an_assets_words_are_kept_from_its_first_commit_on(tmp_path: Path) -> None:
    """Words come with an asset and with its changes, forwards and backwards; none ever goes."""
    world = World(tmp_path)
    world.asset(1, name="Latitude", fields={"f.a": ["Süd", "x" * 65]})
    world.replica.catch_up()
    world.asset(1, name="Vostro")
    world.replica.catch_up()
    path = next(tmp_path.glob("*.sqlite"))

    with closing(sqlite3.connect(path)) as db:
        terms = {row[0] for row in db.execute("SELECT word FROM term")}
        turned = {row[0][::-1] for row in db.execute("SELECT word FROM mret")}

    assert terms == turned == {"latitude", "sud", "vostro"}
