"""Full text: what of an asset can be found, and how a search is put to FTS5."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from muster.errors import MalformedRequestError
from muster.replica.cells import is_money, storable
from muster.text import fold

_TITLES = ("name", "tag", "serial", "key", "description")
_LONGEST_TEXT = 100_000
_MOST_WORDS = 32
_STROKES = str.maketrans("łøđħŧı", "lodhti")
"""Letters that are typed without their stroke or dot, though Unicode does not take them apart."""
_NO_WORDS = re.compile(
    r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}"  # an id: of a member, an option, another asset
    r"|\d{4}-\d\d-\d\d(T[0-9:.]+Z)?",
    re.ASCII,
)


class TooManyWordsError(MalformedRequestError):
    """A text search has more words than can be looked for at once."""

    code = "too_many_words"


def searchable(body: Mapping[str, Any]) -> str:
    """Return the folded text in which an asset is searched for. Pure: the index depends on it."""
    titles = (body.get(title) for title in _TITLES)
    texts = [text for text in titles if isinstance(text, str)]
    texts.extend(_texts(body.get("fields")))
    return _plain(" ".join(texts))[:_LONGEST_TEXT]


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text) if not _NO_WORDS.fullmatch(text):
                yield text
            case dict() as members if not is_money(members):
                waiting.extend(reversed(members.values()))
            case list() as elements:
                waiting.extend(reversed(elements))


def _plain(text: str) -> str:
    return storable(fold(text).translate(_STROKES)).replace("\0", " ")


def expression(text: str) -> str | None:
    """Return the FTS5 expression for a search, or None when the text has no word in it.

    Each run without blanks is one phrase, so that "C02-XK" is not "C02 … XK". All that FTS5 could
    take for an operator is inside quotes. Raises TooManyWordsError.
    """
    phrases = dict.fromkeys(chunk for chunk in _plain(text).split() if _has_word(chunk))
    if len(phrases) > _MOST_WORDS:
        detail = f"The text has {len(phrases)} words; at most {_MOST_WORDS} are looked for at once."
        raise TooManyWordsError(detail)
    return " AND ".join(map(_phrase, phrases)) or None


def _has_word(chunk: str) -> bool:
    return any(unicodedata.category(sign)[0] in "LN" for sign in chunk)


def _phrase(chunk: str) -> str:
    quoted = chunk.replace('"', '""')
    return f'"{quoted}" *' if chunk.endswith("*") else f'"{quoted}"'
