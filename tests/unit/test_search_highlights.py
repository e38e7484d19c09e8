"""Where texts have what was looked for: offsets into the text as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.ledger.model import Actor, Record, Stamp
from muster.replica.condition import All, Condition, Equal, Has, Like, Near, Not, Place, Some
from muster.search.highlights import highlights, sought_in
from muster.text import fold, words

STAMP = Stamp(datetime(2026, 5, 1, tzinfo=UTC), Actor("mem_1", "Ann"), 1)
NAME = Place("name")


def asset(**body: Any) -> Record:
    fields = body.pop("fields", {})
    return Record("asset", "ast_1", 1, {"fields": fields, **body}, STAMP, STAMP)


def marked(condition: Condition, text: str) -> list[str]:
    """Return the marked pieces of a name."""
    found = highlights(asset(name=text), sought_in(condition))
    return [
        fragment["text"][start:end]
        for each in found
        for fragment in each["fragments"]
        for start, end in fragment["marks"]
    ]


@pytest.mark.parametrize(
    ("condition", "text", "pieces"),
    [
        (Has(None, "cafe"), "Café, CAFE cafeteria", ["Café", "CAFE"]),
        (Has(NAME, "quick fox"), "The quick-fox", ["quick-fox"]),
        (Has(Place("tag"), "quick"), "quick", []),
        (Has(None, "e"), "e\u0301tude e\u0301", ["e\u0301"]),
        (Near(None, "macbok pro"), "MacBook for professionals", ["MacBook", "professionals"]),
        (Like(NAME, "ok"), "Book ok OK", ["ok", "ok", "OK"]),
        (Like(NAME, "b  o"), "a b\t o", ["b\t o"]),
        (Like(NAME, "ss"), "Straße", ["ß"]),
        (Like(NAME, "bo", "starts"), "Bobo", ["Bo"]),
        (Like(NAME, "bo", "ends"), "Bobo", ["bo"]),
        (Like(NAME, "b*o", "matches"), "Bobo", ["Bobo"]),
        (Equal(NAME, ("bobo", 7, None)), "Bobo", ["Bobo"]),
        (Equal(NAME, ("bob",)), "Bobo", []),
        (Not(Has(None, "bobo")), "Bobo", []),
        (All((Has(None, "a"), Some((Has(None, "b"), Has(None, "x"))))), "b a", ["b", "a"]),
        (Has(Place("name", ("asset.place",)), "a"), "a", []),
        (Like(Place("name", ("asset.place",)), "a"), "a", []),
    ],
)
def test_marks_are_on_what_was_looked_for(
    condition: Condition, text: str, pieces: list[str]
) -> None:
    assert marked(condition, text) == pieces


def test_every_text_of_the_asset_is_looked_through() -> None:
    """Each value of a field by itself; numbers and objects are no texts."""
    fields: dict[str, Any] = {"a.many": ["red cup", "blue"], "a.number": 7, "a.price": {"minor": 1}}
    fields |= {"a.option": "opt_00000000000000000000000CUP", "a.day": "2026-05-01"}
    record = asset(name="Cup", tag="cup-1", description=None, fields=fields)

    found = highlights(record, sought_in(Has(None, "cup")))
    day = highlights(record, sought_in(Near(None, "2026")))

    assert day == []
    assert [each["field"] for each in found] == ["name", "tag", "a.many"]


def test_long_texts_are_cut_around_the_marks() -> None:
    """At most three fragments; marks near each other share one."""
    text = "word " * 40 + "needle " + "word " * 3 + "needle " + ("word " * 60 + "needle ") * 4

    [found] = highlights(asset(description=text), sought_in(Has(None, "needle")))

    first, *others = found["fragments"]
    assert len(first["marks"]) == 2
    assert len(others) == 2
    for each in found["fragments"]:
        assert text[each["start"] :].startswith(each["text"])
        assert len(each["text"]) < 250
        assert {each["text"][a:b] for a, b in each["marks"]} == {"needle"}


@given(text=st.text(max_size=80), at=st.integers(0, 79), length=st.integers(1, 8))
def test_a_piece_of_a_text_is_found_where_it_is(text: str, at: int, length: int) -> None:
    """Whatever the text: marks lie in it, apart from each other, and on what folds alike."""
    piece = text[at : at + length]
    if not words(piece):
        return
    has = Has(None, " ".join(words(piece)))
    found = highlights(asset(name=text), sought_in(All((has, Like(NAME, piece)))))

    for each in found:
        for fragment in each["fragments"]:
            flat = [offset for mark in fragment["marks"] for offset in mark]
            assert flat == sorted(flat)
            assert flat[-1] <= len(fragment["text"])
            assert text[fragment["start"] :].startswith(fragment["text"])
    if fold(piece) in fold(text) and piece.isascii() and text.isascii():
        assert found
