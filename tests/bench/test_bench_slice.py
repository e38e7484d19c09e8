"""A slice of the bench that every run of the tests holds: the bill, which no machine changes."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from tests.bench.imports import Import, measure_import
from tests.bench.requests import Bill, Requests, measure_requests

type Apart = Callable[..., Any]

ROWS = 200


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    """Run in a process of its own: app.py keeps its container for the life of the process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        yield lambda run, *arguments: pool.submit(run, *arguments).result()


@pytest.fixture(scope="module")
def requests(apart: Apart) -> Requests:
    found: Requests = apart(measure_requests, 300, 3)
    return found


@pytest.fixture(scope="module")
def imported(apart: Apart) -> Import:
    found: Import = apart(measure_import, ROWS)
    return found


def bill_of(requests: Requests, name: str) -> Bill:
    (found,) = (use.bill for use in requests.uses if use.name == name)
    return found


@pytest.mark.parametrize(
    ("use", "calls"),
    [
        ("read an asset", {"GetItem": 1}),
        ("create an asset", {"BatchGetItem": 1, "TransactWriteItems": 1}),
        ("patch an asset", {"BatchGetItem": 1, "TransactWriteItems": 1}),
        ("delete an asset", {"BatchGetItem": 1, "TransactWriteItems": 1}),
        ("list 50 assets", {"Query": 1}),
        ("search a tag", {"Query": 1}),
        ("search what one in five has", {"Query": 1}),
        ("filter and sort", {"Query": 1}),
        ("an asset's history", {"Query": 1}),
        ("batch of 24 creates", {"Query": 1, "BatchGetItem": 1, "TransactWriteItems": 1}),
    ],
)
def test_a_request_makes_these_aws_calls(
    requests: Requests, use: str, calls: dict[str, int]
) -> None:
    """One call more is a failing test."""
    assert bill_of(requests, use).calls == Counter(calls)


def test_every_use_has_its_bill_tested(requests: Requests) -> None:
    """No use is measured whose calls nobody asserts."""
    marks = test_a_request_makes_these_aws_calls.pytestmark  # type: ignore[attr-defined]
    tested = {case[0] for mark in marks for case in mark.args[1]}

    assert tested == {use.name for use in requests.uses}


def test_a_token_that_is_not_remembered_costs_two_calls(requests: Requests) -> None:
    """The token, then tenant and member in one call, then the asset."""
    assert requests.first_read is not None
    assert requests.first_read.calls == Counter({"GetItem": 2, "BatchGetItem": 1})


def test_a_read_costs_a_unit_and_a_quiet_list_too(requests: Requests) -> None:
    """What a month costs follows from these."""
    assert bill_of(requests, "read an asset").read_units == 1
    assert bill_of(requests, "list 50 assets").read_units == 1


def test_an_import_packs_rows_into_commits(imported: Import) -> None:
    """At least fifteen rows a commit; the same file again writes nothing but its plan."""
    steps = {step.name: step for step in imported.steps}

    assert steps["apply"].commits <= ROWS / 15 + 8
    assert steps["plan the same file again"].commits <= 5
    assert steps["undo"].commits <= ROWS / 15 + 8
