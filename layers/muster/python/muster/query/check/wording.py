"""What texts are compared with: words to look for, pieces, patterns."""

from __future__ import annotations

from typing import Literal

from muster.query.refusals import problem, shown
from muster.query.tree import Word
from muster.text import fold, words

type Verb = Literal["LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES"]

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
