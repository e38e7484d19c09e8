"""Names are looked through as texts are, fast, and within a limit."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.query.check.names import MOST_COMPARED, Choice, Names, pattern
from muster.query.refusals import InvalidQueryError
from muster.query.tree import Word
from muster.text import fold, is_near, words

LETTERS = st.text("abAé -", min_size=1, max_size=8)
PHRASES = st.lists(st.sampled_from(["red", "hat", "rad", "hats", "Réd", "x1"]), max_size=4)


def word(text: str) -> Word:
    return Word(text, (0, len(text)), "quoted")


def index(names: list[str]) -> Names:
    return Names(Choice(str(number), (name,)) for number, name in enumerate(names))


def found(names: list[str], fits: list[bool]) -> tuple[str, ...]:
    return tuple(str(n) for n, fit in zip(range(len(names)), fits, strict=True) if fit)


@given(names=st.lists(LETTERS, max_size=6), text=LETTERS.filter(fold))
def test_pieces_are_found_as_in_texts(names: list[str], text: str) -> None:
    choices, piece = index(names), fold(text)

    assert choices.said("LIKE", word(text)) == found(names, [piece in fold(n) for n in names])
    assert choices.said("STARTSWITH", word(text)) == found(
        names, [fold(n).startswith(piece) for n in names]
    )
    assert choices.said("ENDSWITH", word(text)) == found(
        names, [fold(n).endswith(piece) for n in names]
    )


@given(names=st.lists(PHRASES.map(" ".join), max_size=6), wanted=PHRASES.filter(bool))
def test_words_are_found_as_in_texts(names: list[str], wanted: list[str]) -> None:
    text = " ".join(wanted)
    looked_for = words(text)
    runs = [f" {' '.join(words(n))} " for n in names]

    assert index(names).said("HAS", word(text)) == found(
        names, [f" {' '.join(looked_for)} " in run for run in runs]
    )
    assert index(names).near(word(text)) == found(
        names, [all(any(is_near(w, t) for t in words(n)) for w in looked_for) for n in names]
    )


@given(
    name=st.text("abc", max_size=8),
    asked=st.text("abc*?", min_size=1, max_size=7).filter(lambda t: t.count("*") <= 5),
)
def test_patterns_are_whole_texts(name: str, asked: str) -> None:
    @cache
    def fits(at: int, on: int) -> bool:
        if on == len(asked):
            return at == len(name)
        if asked[on] == "*":
            return fits(at, on + 1) or (at < len(name) and fits(at + 1, on))
        return at < len(name) and asked[on] in {"?", name[at]} and fits(at + 1, on + 1)

    assert (pattern(asked).fullmatch(name) is not None) == fits(0, 0)


def test_a_hard_pattern_takes_no_longer_than_an_easy_one() -> None:
    began = time.perf_counter()

    assert pattern("*a*a*a*a*b").fullmatch("a" * 20_000) is None

    assert time.perf_counter() - began < 1


def test_an_id_is_found_before_a_name() -> None:
    choices = Names([Choice("x", ("One",)), Choice("y", ("x", "two"))])

    assert choices.called(" x ") == ("x",)
    assert choices.called("TWO") == ("y",)
    assert choices.called("three") == ()


def test_a_choice_with_two_names_is_found_once() -> None:
    choices = Names([Choice("x", ("Bob Ray", "bob@example.org"))])

    assert choices.said("LIKE", word("bob")) == ("x",)
    assert choices.near(word("bob")) == ("x",)


def test_ten_thousand_names_are_looked_through_within_the_limit() -> None:
    """Words that are all much alike are the hardest: each is compared letter by letter."""
    choices = index([f"word{n} name{n}" for n in range(10_000)])
    began = time.perf_counter()

    with pytest.raises(InvalidQueryError) as caught:
        choices.near(word(" ".join(f"wrod{number}x" for number in range(30))))

    assert caught.value.errors[0].code == "limit_exceeded"
    assert f"{MOST_COMPARED:,}" in caught.value.detail
    assert time.perf_counter() - began < 10
