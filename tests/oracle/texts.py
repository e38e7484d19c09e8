"""What is text of an asset, and how texts are compared: word by word, letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from muster.text import fold, words
from tests.oracle.world import Thing

TITLES = ("name", "tag", "serial", "key")
_NO_TEXT = re.compile(
    r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}|\d{4}-\d\d-\d\d(T[0-9:.]+Z)?|\d\d:\d\d(:\d\d)?", re.ASCII
)
_ID = re.compile(r"[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}")
_BEFORE = frozenset(
    {"alpha", "beta", "canary", "dev", "milestone", "nightly", "pre", "preview", "rc", "snapshot"}
)


def is_id(text: str) -> bool:
    """Tell whether a text has the form of an id, and so is none."""
    return _ID.fullmatch(text) is not None


def titles_of(thing: Thing) -> list[str]:
    """Return the texts by which an asset is called."""
    return [thing.body[each] for each in TITLES if thing.body.get(each)]


def texts_of(thing: Thing) -> list[str]:
    """Return all texts of an asset that are searched."""
    found = titles_of(thing)
    if thing.body.get("description"):
        found.append(thing.body["description"])
    found += [text for value in thing.fields.values() for text in _texts(value)]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and not _NO_TEXT.fullmatch(value):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping) and value.keys() != {"minor", "currency"}:
        for each in value.values():
            yield from _texts(each)


def has(text: str, phrase: str) -> bool:
    """Tell whether the phrase's words stand one behind the other in the text."""
    there, sought = words(text), words(phrase)
    return any(there[at : at + len(sought)] == sought for at in range(len(there)))


def near(text: str, sought: str) -> bool:
    """Tell whether each word is near to one of the text."""
    return all(any(is_near(word, term) for term in words(text)) for word in words(sought))


@cache
def is_near(word: str, term: str) -> bool:
    """Tell whether a term begins with the word, or is few letters away from it."""
    most = 0 if len(word) <= 2 else 1 if len(word) <= 5 else 2
    return term.startswith(word) or _away(word, term, most)


def _away(one: str, other: str, most: int) -> bool:
    """Tell whether so many letters changed, put in or left out lead from one to the other."""
    if one == other:
        return True
    if most == 0 or abs(len(one) - len(other)) > most:
        return False
    if one and other and one[0] == other[0]:
        return _away(one[1:], other[1:], most)
    shorter, longer = one[1:], other[1:]
    return (
        (bool(one and other) and _away(shorter, longer, most - 1))
        or (bool(one) and _away(shorter, other, most - 1))
        or (bool(other) and _away(one, longer, most - 1))
    )


def matches(text: str, pattern: str) -> bool:
    """Tell whether a folded text is of a folded pattern, `*` any run and `?` one character."""
    parts = ("." if c == "?" else ".*" if c == "*" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def looks(verb: str, text: str, sought: str) -> bool:
    """Tell whether a text has, begins with … what is sought."""
    if verb == "HAS":
        return has(text, sought)
    if verb == "NEAR":
        return near(text, sought)
    there, asked = fold(text), fold(sought)
    if verb == "LIKE":
        return asked in there
    if verb == "STARTSWITH":
        return there.startswith(asked)
    if verb == "ENDSWITH":
        return there.endswith(asked)
    return matches(there, asked)


def version(text: str) -> tuple[Any, ...] | None:
    """Return a version so that it compares: numbers, then before or after the release."""
    plain = fold(text).split("+")[0].strip().removeprefix("v").strip()
    head = re.match(r"[^0-9a-z-]*(\d+(?:[^0-9a-z-]+\d+)*)", plain)
    if head is None:
        return None
    numbers = [int(each) for each in re.findall(r"\d+", head[1])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    tail = re.findall(r"\d+|[a-z]+|-", plain[head.end() :])
    parts = [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in tail if each != "-"]
    if not parts:
        return (numbers, 0, parts)
    numbered = len(tail) > 1 and tail[1].isdigit()
    early = tail[0] == "-" or tail[0] in _BEFORE or (tail[0] in ("a", "b", "c", "m") and numbered)
    return (numbers, -1 if early else 1, parts)
