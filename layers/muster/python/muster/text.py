"""Text as it is compared: without regard to case, accents and the width of white space."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return the text decomposed (NFKD), without combining marks, case-folded, blanks collapsed.

    Texts that fold alike are equal for unique values, filters, sorting and matching.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFKD", plain.casefold()).split())
