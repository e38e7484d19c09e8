"""Text as it is compared: without regard to case, accents and the width of white space."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Return the text decomposed (NFKD), without combining marks, case-folded, blanks collapsed.

    Texts that fold alike are equal for unique values, filters, sorting and matching.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKD", plain.casefold()).split())


_STROKES = str.maketrans("łøđħŧı", "lodhti")
"""Letters that are typed without their stroke or dot, though Unicode does not take them apart."""
_WORD_SIGNS = frozenset("LN")
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_LONGEST_BY_EDITS = (2, 5)
"""How long a word may be to be 0 edits, and 1 edit, away from what it finds."""


def words(text: str) -> list[str]:
    """Return the words of a text, folded, in order: runs of letters and digits."""
    plain = fold(text)
    if plain.isascii():
        return _ASCII_WORDS.findall(plain)
    plain = plain.translate(_STROKES)
    signs = (c if unicodedata.category(c)[0] in _WORD_SIGNS else " " for c in plain)
    return "".join(signs).split()


def is_near(word: str, term: str) -> bool:
    """Tell whether a term of a text answers to a word that is looked for: both folded.

    It does when it begins with the word, or when so many letters at most are to be changed, put in
    or left out: 0 of a word of up to 2 letters, 1 of up to 5, 2 of a longer one.
    """
    if term.startswith(word):
        return True
    most = edits_of(word)
    return abs(len(word) - len(term)) <= most and _distance(word, term) <= most


def edits_of(word: str) -> int:
    """Return how many edits a word may be away from what it finds."""
    return sum(len(word) > longest for longest in _LONGEST_BY_EDITS)


def _distance(one: str, other: str) -> int:
    """Return the Levenshtein distance."""
    above = list(range(len(other) + 1))
    for row, sign in enumerate(one, 1):
        here = [row]
        for column, against in enumerate(other, 1):
            step = above[column - 1] + (sign != against)
            here.append(min(step, above[column] + 1, here[-1] + 1))
        above = here
    return above[-1]
