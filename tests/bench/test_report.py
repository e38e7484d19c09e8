"""The report: what holds, what fails the run, and that equal numbers give equal text."""

from __future__ import annotations

import pytest

from tests.bench.report import Promise, Report, Table, markdown, number


@pytest.mark.parametrize(
    ("measured", "is_time", "holds", "fails"),
    [
        (2, False, True, False),
        (3, False, False, True),
        (2.5, True, False, False),
        (3.1, True, False, True),
    ],
)
def test_counts_are_exact_and_times_have_some_air(
    measured: float, is_time: bool, holds: bool, fails: bool
) -> None:
    """A call too many fails the run; a slow machine does so at half as much again."""
    promise = Promise("read", 2, measured, "calls", is_time)

    assert (promise.holds, promise.badly_broken) == (holds, fails)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (3.0, "3"), (12345.6, "12,346"), (1.2345, "1.23"), (0.01234, "0.0123")],
)
def test_three_digits_count(value: float, text: str) -> None:
    """Numbers are short enough to compare."""
    assert number(value) == text


def test_promises_come_first_and_the_machine_is_named() -> None:
    """Promises, counts, then times under the machine's name."""
    report = Report()
    report.promise("read", 1, 2, "calls")
    report.counts.append(Table("Calls", ("use", "n"), [("read", 2)]))
    report.times.append(Table("CPU", ("use", "ms"), [("read", 1.2345)], "Warm."))

    text = markdown(report, machine="a test", sizes="small")

    assert "| read | 1 | 2 | calls | **no** |" in text
    assert text.index("## Promises") < text.index("### Calls") < text.index("On a test.")
    assert text.endswith("Warm.\n\n| use | ms |\n|---|---|\n| read | 1.23 |\n")
    assert report.broken == report.promises
