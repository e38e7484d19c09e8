"""What a spreadsheet would run is written as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.csvtext import safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=", "-", "+1.2.3"]
)
def test_what_begins_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Laptop", "-12", "+49", "-0.5", "a=b", " =1", "'=1", "1-2"])
def test_everything_else_stays(text: str) -> None:
    assert safe_cell(text) == text


@given(st.text())
def test_no_cell_begins_a_formula(text: str) -> None:
    """Whatever the text, what is written is a number or begins with none of the characters."""
    written = safe_cell(text)

    assert written.removeprefix("'").endswith(text.removeprefix("'"))
    assert written[:1] not in {"=", "@", "\t", "\r"}
    if written[:1] in {"+", "-"}:
        float(written)
