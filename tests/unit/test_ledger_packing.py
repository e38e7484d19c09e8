from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger import refusals
from muster.ledger.model import Mark, Put, Write
from muster.ledger.packing import ACTIONS_FOR_WRITES, pack
from muster.ledger.plan import cost, key_of
from muster.ledger.port import TooManyWritesError


def put(number: int, marks: int = 0, size: int = 1) -> Put:
    held = frozenset(Mark("tag", f"{number}-{mark}") for mark in range(marks))
    return Put("asset", f"a{number}", {"text": "x" * size}, held)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6)), max_size=8)))
def test_packing_keeps_order_groups_and_limits(groups: list[list[tuple[int, int]]]) -> None:
    """All writes come out in order, groups whole, no record twice, no commit too large."""
    given_groups = [
        [put(number, marks) for number, marks in dict(group).items()] for group in groups
    ]

    commits = list(pack(given_groups))

    assert [w for commit in commits for w in commit] == [w for g in given_groups for w in g]
    for commit in commits:
        assert commit
        assert sum(map(cost, commit)) <= ACTIONS_FOR_WRITES
        assert len(set(map(key_of, commit))) == len(commit)
    for group in filter(None, given_groups):
        assert sum(_holds(commit, group) for commit in commits) >= 1


def _holds(commit: Sequence[Write], group: Sequence[Write]) -> bool:
    return any(commit[i : i + len(group)] == group for i in range(len(commit)))


def test_commits_are_filled() -> None:
    """As many creations fit as the transaction has actions: two each, and three to spare."""
    commits = list(pack([put(number)] for number in range(100)))

    assert list(map(len, commits)) == [48, 48, 4]


def test_large_bodies_make_small_commits() -> None:
    """What would pass 4 MB with its history is split."""
    commits = list(pack([put(number, size=200_000)] for number in range(40)))

    assert max(map(len, commits)) * 2 * 128 * 1024 < refusals.MAX_BYTES
    assert sum(map(len, commits)) == 40


def test_a_group_that_no_commit_holds_is_refused() -> None:
    """It is not torn apart."""
    with pytest.raises(TooManyWritesError):
        list(pack([[put(number) for number in range(49)]]))


def test_groups_are_drawn_as_needed() -> None:
    """The second commit's groups are asked for only when the first one is out."""
    drawn: list[int] = []

    def lazily() -> Iterator[list[Write]]:
        for number in range(200):
            drawn.append(number)
            yield [put(number)]

    next(pack(lazily()))

    assert len(drawn) == 49
