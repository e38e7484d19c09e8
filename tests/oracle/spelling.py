"""Names and values as a query writes them: quoted or not, in any case, slightly misspelled."""

from __future__ import annotations

import re
from random import Random

from muster.query.parse.keywords import BEHIND_VALUE, CORE, TIMES

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SINGULAR = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d")
_KEYWORDS = frozenset(
    each.casefold()
    for each in (*CORE, *TIMES, *BEHIND_VALUE, "ASC", "DESC", "NULLS", "FIRST", "LAST", "EMPTY")
) | {"null", "case", "object", "text", "true", "false"}


def quoted(random: Random, text: str) -> str:
    """Return a text in quotes, with escapes where they are needed."""
    sign = random.choice("\"'")
    escaped = text.replace("\\", "\\\\").replace(sign, f"\\{sign}")
    return f"{sign}{escaped}{sign}"


def value(random: Random, text: str) -> str:
    """Return a text as a value, without quotes where it can and now and then does."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _KEYWORDS
    if (plain or _SINGULAR.fullmatch(text)) and random.random() < 0.5:
        return text
    return quoted(random, text)


def name(random: Random, part: str) -> str:
    """Return one part of a path: a dotted name as it is, else in quotes."""
    parts = part.split(".")
    plain = all(_PLAIN.fullmatch(each) and each.casefold() not in _KEYWORDS for each in parts)
    written = random.choice((part, part, part.upper())) if part.isascii() else part
    return written if plain and random.random() < 0.8 else quoted(random, written)


def bent(random: Random, text: str) -> str:
    """Return a text as people retype it: other case, a part of it, a letter wrong, or as it is."""
    if not text:
        return text
    place = random.randrange(len(text))
    slip = text[:place] + random.choice(("", "e", text[place] * 2)) + text[place + 1 :]
    parts = (random.choice(text.split() or [text]), text[: max(2, len(text) // 2)])
    return random.choice(
        (
            *(text,) * 4,
            f"{text}\0" if random.random() < 0.02 else text,
            text.upper(),
            text.lower(),
            *parts,
            text[len(text) // 3 :],
            slip,
        )
    )


def keyword(random: Random, word: str) -> str:
    """Return a keyword in one case or another."""
    return word if random.random() < 0.8 else word.lower()
