"""Names and values as a query writes them: quoted or not, in any case, slightly misspelled."""

from __future__ import annotations

import re
from random import Random

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SINGULAR = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d")
_KEYWORDS = frozenset(
    "and or not order by asc desc nulls first last limit like has startswith endswith matches in"
    " case between is empty null under having was changed from to after before on during object"
    " text true false".split()
)


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
    turn = random.randint(0, 9)
    if turn < 4 or not text:
        return text
    if turn == 4:
        return text.upper()
    if turn == 5:
        return text.lower()
    if turn == 6:
        return random.choice(text.split() or [text])
    if turn == 7:
        return text[: max(2, len(text) // 2)]
    if turn == 8:
        return text[len(text) // 3 :]
    place = random.randrange(len(text))
    return text[:place] + random.choice(("", "e", text[place] * 2)) + text[place + 1 :]


def keyword(random: Random, word: str) -> str:
    """Return a keyword in one case or another."""
    return word if random.random() < 0.8 else word.lower()
