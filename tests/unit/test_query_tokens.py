from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.query.refusals import InvalidQueryError
from muster.query.tokens import form_of, is_plain, quoted, tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(str(token.kind), token.text) for token in tokens(text)][:-1]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("0", "number"),
        ("-3.5", "number"),
        ("+7", "number"),
        ("1.2.3", "text"),
        ("2026-01-02", "date"),
        ("2026-13-99", "date"),
        ("2026-01-02T10:00", "date"),
        ("2026-01-02T10:00:59.123Z", "date"),
        ("2026-01-02T10:00:00-11:30", "date"),
        ("2026-1-2", "text"),
        ("1d", "offset"),
        ("-2m3w2d", "offset"),
        ("3M", "text"),
        ("2h", "units"),
        ("-1mo2w", "units"),
        ("10.0.0.1", "network"),
        ("10.0.0.0/8", "network"),
        ("::", "network"),
        ("fe80::1:2/64", "network"),
        ("00:1a:2b:3c:4d:5e", "text"),
        ("1:2:3", "text"),
        ("SRV-12", "text"),
        ("10-SRV", "text"),
        ("X200", "text"),
        ("1e5", "text"),
    ],
)
def test_an_unquoted_word_has_this_form(word: str, form: str) -> None:
    """Numbers, dates, offsets and addresses are tried first; what is none of them is a text."""
    assert form_of(word) == form


def test_a_text_is_cut_into_tokens() -> None:
    found = kinds("a.b<>'c d' AND f(1,${x ${0}})")

    assert found == [
        ("word", "a.b"),
        ("sign", "<>"),
        ("quoted", "c d"),
        ("word", "AND"),
        ("word", "f"),
        ("open", "("),
        ("word", "1"),
        ("comma", ","),
        ("placeholder", "x ${0}"),
        ("close", ")"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a".b', [("quoted", "a"), ("dot", "."), ("word", "b")]),
        ('a."b"', [("word", "a"), ("dot", "."), ("quoted", "b")]),
        ('10."b"', [("word", "10"), ("dot", "."), ("quoted", "b")]),
        ("'a'.\"b\"", [("quoted", "a"), ("dot", "."), ("quoted", "b")]),
    ],
)
def test_quoted_parts_of_a_path_are_joined_by_dots(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert kinds(text) == expected


def test_tokens_know_their_places_and_what_they_touch() -> None:
    text = "  ab  'c'.d"

    found = tokens(text)

    assert [(text[slice(*token.span)], token.glued) for token in found] == [
        ("ab", False),
        ("'c'", False),
        (".", True),
        ("d", True),
        ("", False),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\"b"', 'a"b'),
        (r"'a\'b'", "a'b"),
        (r'"a\\"', "a\\"),
        (r'"C:\temp"', r"C:\temp"),
        ('"it\'s"', "it's"),
        ('"a\nb\t\x01"', "a\nb\t\x01"),
        ('""', ""),
    ],
)
def test_quotes_hold_anything_and_three_escapes(text: str, value: str) -> None:
    assert kinds(text) == [("quoted", value)]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_can_be_quoted(text: str) -> None:
    assert kinds(quoted(text)) == [("quoted", text)]


def test_jql_is_taken_up_to_the_closing_bracket() -> None:
    """Brackets in it are counted, and those in quotes are not."""
    found = kinds("ConnectedTickets ( a in (b, \"c)\") and '(' = d ) AND x")

    assert found == [
        ("word", "ConnectedTickets"),
        ("open", "("),
        ("raw", "a in (b, \"c)\") and '(' = d"),
        ("close", ")"),
        ("word", "AND"),
        ("word", "x"),
    ]


@pytest.mark.parametrize("word", ["é", "Ünïcode_9", "a.b-c", "日本語", "e\u0301", "_x"])
def test_words_are_of_any_script(word: str) -> None:
    assert is_plain(word)
    assert kinds(word) == [("word", word)]


@pytest.mark.parametrize(
    ("text", "code", "span", "suggestions"),
    [
        ("a = \0", "character", (4, 5), []),
        ("a = '\ud800'", "character", (5, 6), []),
        ("a = 'bc", "syntax", (4, 7), []),
        ("a = ${b", "syntax", (4, 7), []),
        ("a = ${b${0}", "syntax", (4, 11), []),
        ("a ! b", "syntax", (2, 3), []),
        ("a = j@x.de", "syntax", (4, 10), ['"j@x.de"']),
        ("a = -b", "syntax", (4, 6), ['"-b"']),
        ("a = b..c", "syntax", (4, 8), ['"b..c"']),
        ("a = \u201cb\u201d", "syntax", (4, 7), []),
        ("a && b", "syntax", (2, 4), ["AND"]),
        ("connectedTickets(a(", "syntax", (16, 19), []),
        ("x" * 10_001, "limit_exceeded", (10_000, 10_001), []),
    ],
)
def test_what_is_no_token_is_a_problem_with_its_place(
    text: str, code: str, span: tuple[int, int], suggestions: list[str]
) -> None:
    with pytest.raises(InvalidQueryError) as refused:
        tokens(text)

    (error,) = refused.value.errors
    assert error.code == code
    assert (error.extra["position"], error.extra["end"]) == span
    assert error.extra["suggestions"] == suggestions
