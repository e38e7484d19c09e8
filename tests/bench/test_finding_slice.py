"""The bench's questions are questions that find something."""

from __future__ import annotations

from tests.bench.finding import measure_finding


def test_every_kind_of_question_finds_something() -> None:
    """A kind whose answers are all empty would be fast, and would say nothing."""
    asked = 12

    found = measure_finding(2_000, asked=asked)

    assert [kind.name for kind in found.kinds if kind.empty > asked // 2] == []
    assert found.file_bytes > 0
