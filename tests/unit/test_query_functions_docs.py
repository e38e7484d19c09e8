"""docs/query-functions.md names every function as it is, with an example that is a query."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.query.functions.kinds import MAX_SEARCHES
from muster.query.functions.signatures import GROUPS, SIGNATURES, Signature
from muster.query.parse import parse

TEXT = (Path(__file__).parents[2] / "docs" / "query-functions.md").read_text()


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_function_has_its_line(signature: Signature) -> None:
    names = ", ".join([f"`{signature.form}`", *(f"`{name}`" for name in signature.names[1:])])
    needs = f" Needs {signature.waits_for}." if signature.waits_for else ""

    assert f"| {names} | {signature.doc}{needs} | `{signature.example}` |" in TEXT
    assert parse(signature.example).where is not None


def test_nothing_else_is_listed() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]

    assert len(rows) == len(SIGNATURES)
    assert [line[3:] for line in TEXT.splitlines() if line.startswith("## ")] == [
        *(group.title for group in GROUPS),
        "Notes",
    ]
    assert f"at most {MAX_SEARCHES} saved searches" in TEXT
