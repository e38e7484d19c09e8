"""Looking up who holds a unique value, before anything is written."""

from __future__ import annotations

from muster.ledger.model import Actor, Cause, Mark, Put, Reason
from muster.ledger.port import Ledger


def test_holders_are_those_that_a_commit_would_meet(ledger: Ledger) -> None:
    """What is held names its record; what is free is left out, also right after it was freed."""
    taken, freed, free = Mark("tag", "A-1"), Mark("tag", "A#2/é"), Mark("serial", "A-1")
    why = Reason(Cause.API, "req-1")
    ledger.commit(
        [Put("asset", "a", {}, frozenset({taken, freed}))], actor=Actor("m", "Ada"), reason=why
    )
    before = ledger.get("asset", "a")
    ledger.commit(
        [Put("asset", "a", {"n": 1}, frozenset({taken}), before)],
        actor=Actor("m", "Ada"),
        reason=why,
    )

    holders = ledger.holders([taken, freed, free])

    assert holders == {taken: ("asset", "a")}
    assert ledger.holders([]) == {}
