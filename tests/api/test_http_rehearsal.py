"""Dry runs: the answer of the real thing, and nothing written."""

from __future__ import annotations

import pytest

from tests.support import Stand


def test_a_dry_run_answers_and_writes_nothing(notes: Stand) -> None:
    """A dry run gives the answer of the real thing; nothing is committed, and no key is kept."""
    dry = notes.client.post("/v1/notes?dry_run=true", {"text": "a"}, key="k-1")
    real = notes.client.post("/v1/notes", {"text": "a"}, key="k-1")

    assert (dry.status, dry.json["text"], dry.json["version"]) == (201, "a", 1)
    assert real.status == 201
    assert notes.scope().ledger.head().seq == 1


def test_a_dry_run_is_refused_as_the_real_thing_is(notes: Stand, note: str) -> None:
    """What a commit would refuse, a dry run refuses in the same words."""
    dry = notes.client.post("/v1/notes?dry_run=true", {"text": "first"})
    real = notes.client.post("/v1/notes", {"text": "first"})

    assert dry.status == real.status == 409
    assert dry.text == real.text


@pytest.mark.parametrize("value", ["", "maybe", "true&dry_run=false"])
def test_a_dry_run_is_never_mistaken_for_a_real_one(notes: Stand, value: str) -> None:
    """A value that is neither true nor false is refused, and nothing is written."""
    answer = notes.client.post(f"/v1/notes?dry_run={value}", {"text": "a"})

    assert answer.status == 400
    assert notes.scope().ledger.head().seq == 0


def test_reading_takes_no_dry_run(notes: Stand) -> None:
    """`dry_run` is unknown where nothing is written."""
    assert notes.client.get("/v1/notes?dry_run=true").status == 400
