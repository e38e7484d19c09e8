"""What somebody may have meant who wrote something else than the grammar expects."""

from __future__ import annotations

from collections.abc import Sequence

from muster.query.parse.keywords import CORE, NEGATABLE, TIMES
from muster.query.refusals import nearest
from muster.query.tokens import Token, quoted

_FOREIGN = {
    "CONTAINS": "LIKE",
    "CONTAIN": "LIKE",
    "INCLUDES": "HAS",
    "EQUALS": "=",
    "EQUAL": "=",
    "BEGINSWITH": "STARTSWITH",
    "BLANK": "EMPTY",
    "NIL": "EMPTY",
    "NONE": "EMPTY",
    "SORT": "ORDER BY",
    "TOP": "LIMIT",
}
"""Words of other languages for what is expected."""
_OPERATOR = "an operator"
_SPELLED = (*NEGATABLE, "IS EMPTY", "CHANGED")
_MOST_WORDS = 8
_BEHIND = frozenset({"AND", ","})
_NO_PART = CORE | frozenset(TIMES)


def meant(tokens: Sequence[Token], index: int, expected: Sequence[str]) -> list[str]:
    """Return suggestions for the token that was not expected."""
    token = tokens[index]
    if token.kind != "word":
        return []
    near = _keyword(token.text, expected)
    # Behind a whole value only, where more words may belong to it.
    behind = not _BEHIND.isdisjoint(expected)
    return near or (_phrase(tokens, index) if behind else [])


def _keyword(word: str, expected: Sequence[str]) -> list[str]:
    known = [name for name in expected if name.isupper()]
    if _OPERATOR in expected:
        known += _SPELLED
    foreign = _FOREIGN.get(word.upper())
    if foreign in known or (foreign == "=" and _OPERATOR in expected):
        return [foreign]
    return nearest(word, known, 1)


def _phrase(tokens: Sequence[Token], index: int) -> list[str]:
    """Join words that stand side by side, which have to stand in quotes to be one value."""
    first = index
    while first > 0 and index - first < _MOST_WORDS and _joins(tokens[first - 1]):
        first -= 1
    last = index
    while last - index < _MOST_WORDS and _joins(tokens[last + 1]):
        last += 1
    words = [token.text for token in tokens[first : last + 1]]
    # A word with dots before another is a field that lacks its operator.
    return [quoted(" ".join(words))] if first < index and "." not in words[0] else []


def _joins(token: Token) -> bool:
    return token.kind == "word" and token.text.upper() not in _NO_PART
