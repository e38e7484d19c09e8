"""Versions of software as people write them, and their order."""

from __future__ import annotations

import re
from functools import lru_cache

from muster.text import fold

type Version = tuple[tuple[int, ...], int, tuple[tuple[int, int, str], ...]]

_TOKENS = re.compile(r"[0-9]+|[a-z]+|-")
_BEFORE = frozenset(
    {"alpha", "beta", "canary", "dev", "milestone", "nightly", "pre", "preview", "rc", "snapshot"}
)
"""Words of what comes before a release."""
_BEFORE_NUMBERED = frozenset({"a", "b", "c", "m"})
"""Letters that say so with a number behind them: `1.0b2`. `1.1.1k` comes after `1.1.1`."""
_LONGEST_NUMBER = 18


@lru_cache(maxsize=8192)
def version_of(text: str) -> Version | None:
    """Return a text as a version that compares with others; None for one without a number.

    Numbers compare as numbers, and parts that are missing are 0: 13.2 is 13.2.0 and comes before
    13.10. A pre-release (`-rc1`, `b2`, or anything behind a hyphen) comes before its release, and
    other letters come after it. A `v` in front and what follows a `+` do not count.
    """
    plain = fold(text).partition("+")[0].removeprefix("v").strip()
    tokens = _TOKENS.findall(plain)
    numbers: list[int] = []
    while len(numbers) < len(tokens) and tokens[len(numbers)].isdigit():
        numbers.append(int(tokens[len(numbers)][:_LONGEST_NUMBER]))
    rest = tokens[len(numbers) :]
    if not numbers:
        return None
    while numbers and numbers[-1] == 0:
        numbers.pop()
    parts = tuple(_part(each) for each in rest if each != "-")
    stage = 0 if not parts else -1 if _is_before(rest) else 1
    return tuple(numbers), stage, parts


def _is_before(rest: list[str]) -> bool:
    if rest[0] == "-":
        return True
    numbered = len(rest) > 1 and rest[1].isdigit()
    return rest[0] in _BEFORE or (rest[0] in _BEFORE_NUMBERED and numbered)


def _part(token: str) -> tuple[int, int, str]:
    """Return a part behind the numbers: numbers come before words."""
    if token.isdigit():
        return 0, int(token[:_LONGEST_NUMBER]), ""
    return 1, 0, token
