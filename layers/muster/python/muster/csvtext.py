"""Text in the CSV files that Muster writes: nothing in it runs when a spreadsheet opens one."""

from __future__ import annotations

import re

_STARTS_A_FORMULA = frozenset("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def safe_cell(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would take it for a formula.

    A plain number stays as it is, a negative one too. OWASP, "CSV Injection", names the characters.
    """
    if text[:1] in _STARTS_A_FORMULA and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
