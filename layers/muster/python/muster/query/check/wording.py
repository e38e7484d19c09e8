"""What texts are compared with: words to look for, pieces, patterns; and names compared here."""

from __future__ import annotations

from typing import Literal

from muster.query.check.subject import Verb
from muster.query.refusals import problem, shown
from muster.query.tree import Word
from muster.text import fold, is_near, words

MOST_WORDS = 32
MOST_STARS = 5
HOW: dict[str, Literal["contains", "starts", "ends", "matches"]] = {
    "LIKE": "contains",
    "STARTSWITH": "starts",
    "ENDSWITH": "ends",
    "MATCHES": "matches",
}


def look_for(word: Word) -> str:
    """Return the text of a word that holds words to look for; raises InvalidQueryError."""
    found = words(word.text)
    if not found:
        detail = f"{shown(word.text)} has no letter or digit that could be looked for."
        raise problem("wrong_type", detail, word.span, expected=["a word or a phrase"])
    if len(found) > MOST_WORDS:
        detail = (
            f"The text has {len(found)} words; at most {MOST_WORDS} (the limit of words) are "
            "looked for at once."
        )
        raise problem("limit_exceeded", detail, word.span)
    return word.text


def piece(verb: Verb, word: Word) -> str:
    """Return the text that LIKE and its relatives compare with; raises InvalidQueryError."""
    if not fold(word.text):
        detail = f"{verb} needs a text; for what is empty write IS EMPTY."
        raise problem("wrong_type", detail, word.span, expected=["a text"])
    stars = word.text.count("*")
    if verb == "MATCHES" and stars > MOST_STARS:
        detail = f"A pattern has at most {MOST_STARS} stars (the limit of stars), not {stars}."
        raise problem("limit_exceeded", detail, word.span)
    return word.text


def says(name: str, verb: Verb | Literal["~"], word: Word) -> bool:
    """Tell whether a name that is known here has in it what a word asks for, as texts do."""
    if verb == "HAS":
        return _has(words(name), words(look_for(word)))
    if verb == "~":
        terms = words(name)
        return all(any(is_near(w, term) for term in terms) for w in words(look_for(word)))
    text, folded = fold(piece(verb, word)), fold(name)
    match verb:
        case "LIKE":
            return text in folded
        case "STARTSWITH":
            return folded.startswith(text)
        case "ENDSWITH":
            return folded.endswith(text)
        case _:
            return _matches(folded, text)


def _has(terms: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return any(terms[at : at + size] == wanted for at in range(len(terms) - size + 1))


def _matches(text: str, pattern: str) -> bool:
    """Tell whether a text is of a pattern: `*` any run, `?` one character.

    The pieces between the stars are looked for from left to right, each at the first place where it
    is: time grows with the text for each star, not with their product.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return len(text) == len(pattern) and _is_at(text, 0, pattern)
    *middle, last = rest
    if len(text) < len(first) + len(last) or not _is_at(text, 0, first):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        while at + len(part) <= end and not _is_at(text, at, part):
            at += 1
        if at + len(part) > end:
            return False
        at += len(part)
    return _is_at(text, end, last)


def _is_at(text: str, at: int, part: str) -> bool:
    here = text[at : at + len(part)]
    return len(here) == len(part) and all(
        sign in ("?", c) for c, sign in zip(here, part, strict=True)
    )
