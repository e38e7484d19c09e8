"""Muster's answers beside those of the oracle, which reads plain records.

CI asks 20,000 queries, the same ones each time. `make fuzz` asks a million that are new;
MUSTER_FUZZ_QUERIES is another number of them. A part of CI takes some five seconds, a part of the
fuzz run a minute and a half.
"""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.oracle.comparing import Tally, compare_world

_QUERIES_OF_A_WORLD = 100
_PARTS, _WORLDS_OF_A_PART = 20, 10
_FUZZED = int(os.environ.get("MUSTER_FUZZ_QUERIES", "1000000"))
_FUZZED_OF_A_PART = 20_000
_FUZZ_PARTS = -(-_FUZZED // _FUZZED_OF_A_PART)

_settings = settings(
    deadline=None,
    database=None,
    # The oracle makes disagreements small by itself: it knows queries and worlds.
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
_randoms = st.randoms(use_true_random=True)


@pytest.mark.parametrize("part", range(_PARTS))
def test_replica_answers_as_the_oracle(part: int) -> None:
    """Every query has the oracle's assets in the oracle's order, or is refused for its reason; and
    of the queries that are answered at least half find something, and not everything.
    """
    tally = Tally()

    @seed(part)
    @settings(_settings, max_examples=_WORLDS_OF_A_PART)
    @given(random=_randoms)
    def compare(random: Random) -> None:
        compare_world(random, _QUERIES_OF_A_WORLD, tally)

    compare()

    assert tally.counts["compared"] == _WORLDS_OF_A_PART * _QUERIES_OF_A_WORLD
    assert tally.telling >= 0.5
    assert tally.counts["unclear"] < tally.counts["compared"] / 50
    assert tally.counts["too deep"] < tally.counts["compared"] / 200


@pytest.mark.fuzz
@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(_FUZZ_PARTS))
def test_replica_answers_new_queries_as_the_oracle(part: int) -> None:
    """As above, of worlds and queries that were never asked before."""
    queries = min(_FUZZED_OF_A_PART, _FUZZED - part * _FUZZED_OF_A_PART)

    @settings(_settings, max_examples=-(-queries // _QUERIES_OF_A_WORLD))
    @given(random=_randoms)
    def compare(random: Random) -> None:
        compare_world(random, _QUERIES_OF_A_WORLD, Tally())

    compare()
