"""Full text: what of an asset can be found, and how a search is put to FTS5."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from muster.errors import MalformedRequestError
from muster.replica.cells import is_money
from muster.text import words

_TITLES = ("name", "tag", "serial", "key")
_APART = " ¶ "
"""What stands between two texts, so that no phrase runs from one into the other: a sign that the
index takes for a word, and that no word has in it."""
_LONGEST_TEXT = 100_000
_LONGEST_TERM = 64
_LONGEST_KEPT = 64
_MOST_WORDS = 32
_NO_WORDS = re.compile(
    r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}"  # an id: of a member, an option, another asset
    r"|\d{4}-\d\d-\d\d(T[0-9:.]+Z)?"
    r"|\d\d:\d\d(:\d\d)?",
    re.ASCII,
)


class TooManyWordsError(MalformedRequestError):
    """A text search has more words than can be looked for at once."""

    code = "too_many_words"


def titles(body: Mapping[str, Any]) -> str:
    """Return the words by which an asset is known: of its name, tag, serial number and key."""
    return _indexed(body.get(title) for title in _TITLES)


def rest(body: Mapping[str, Any]) -> str:
    """Return the words of its description and its fields.

    Whatever looks like an id, a day, a moment or a time of day is no text: fields' types are not
    known here.
    """
    return _indexed([body.get("description"), *_texts(body.get("fields"))])


def is_text(text: str) -> bool:
    """Tell whether a field's value is looked through for words: see `rest`."""
    return not _NO_WORDS.fullmatch(text)


def terms(*indexed: str) -> set[str]:
    """Return the distinct words of what is indexed, but for those too long to be mistyped."""
    found = {word for text in indexed for word in text.split() if len(word) <= _LONGEST_TERM}
    found.discard(_APART.strip())
    return found


def _indexed(texts: Iterable[Any]) -> str:
    found = [_cut(text) for text in texts if isinstance(text, str)]
    return _APART.join(filter(None, found))[:_LONGEST_TEXT]


def _cut(text: str) -> str:
    return _cut_short(text) if len(text) <= _LONGEST_KEPT else " ".join(words(text))


@lru_cache(maxsize=4096)
def _cut_short(text: str) -> str:
    # Models, makers and cities come again and again.
    return " ".join(words(text))


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text) if is_text(text):
                yield text
            case dict() as members if not is_money(members):
                waiting.extend(reversed(members.values()))
            case list() as elements:
                waiting.extend(reversed(elements))


def expression(text: str) -> str | None:
    """Return the FTS5 expression for a search, or None when the text has no word in it.

    Each run without blanks is one phrase, so that "C02-XK" is not "C02 … XK". All that FTS5 could
    take for an operator is inside quotes. Raises TooManyWordsError.
    """
    phrases = dict.fromkeys(filter(None, map(_phrase, text.split())))
    if len(phrases) > _MOST_WORDS:
        detail = f"The text has {len(phrases)} words; at most {_MOST_WORDS} are looked for at once."
        raise TooManyWordsError(detail)
    return " AND ".join(phrases) or None


def _phrase(chunk: str) -> str | None:
    found = " ".join(words(chunk))
    if not found:
        return None
    return f'"{found}" *' if chunk.endswith("*") else f'"{found}"'
