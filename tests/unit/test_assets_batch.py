"""Batches, partial and atomic, on a ledger in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from muster.assets.batch.model import Batch, BatchRejectedError, BatchTooLongError, Outcome
from muster.assets.batch.run import run_batch
from muster.assets.links import links_of
from muster.assets.service import find_assets, read_asset
from muster.ledger.model import RequestMark
from muster.ledger.port import RequestSeenError
from muster.replica.port import AssetQuery
from tests.office import Clock, Interrupted, Office

TEN_WAYS = (
    {"op": "create", "ref": "a", "body": {"type": "laptop", "tag": "NEW"}},
    {"op": "update", "id": {"tag": "T0"}, "body": {"name": "Zero"}},
    {"op": "upsert", "match": "tag", "body": {"type": "laptop", "tag": "T1", "name": "One"}},
    {"op": "upsert", "match": "tag", "body": {"type": "laptop", "tag": "T9", "name": "Nine"}},
    {"op": "delete", "id": {"tag": "T2"}},
    {"op": "move", "id": {"tag": "T3"}, "body": {"folder": "/Berlin"}},
    {"op": "change_type", "id": {"tag": "T4"}, "body": {"type": "computer"}},
    {"op": "clone", "id": {"tag": "T5"}, "ref": "copy"},
    {"op": "link", "id": {"ref": "a"}, "body": {"type": "contains", "target": {"ref": "copy"}}},
    {"op": "update", "id": {"ref": "a"}, "body": {"description": "twice in one batch"}},
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def batch(office: Office, operations: Sequence[Mapping[str, Any]], **members: Any) -> list[Outcome]:
    return run_batch(
        office.scope, Batch.model_validate({"operations": list(operations), **members})
    )


def codes(outcomes: Sequence[Outcome]) -> list[str | None]:
    return [outcome.error.code if outcome.error else None for outcome in outcomes]


def create(tag: str, **members: Any) -> dict[str, Any]:
    return {"op": "create", "body": {"type": "laptop", "tag": tag, **members}}


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_a_batch_does_all_that_single_requests_do(office: Office, mode: str) -> None:
    made = [office.asset(tag=f"T{n}") for n in range(6)]

    outcomes = batch(office, TEN_WAYS, mode=mode)

    assert codes(outcomes) == [None] * 10
    assert [outcome.index for outcome in outcomes] == list(range(10))
    assert [outcome.created for outcome in outcomes].count(True) == 4
    now = [read_asset(office.scope, record.id) for record in made]
    assert (now[0].body["name"], now[1].body["name"]) == ("Zero", "One")
    assert "trashed_at" in now[2].body
    assert now[3].body["folder"] == office.ids["Berlin"]
    assert now[4].body["type"] == office.ids["computer"]
    new, copy = outcomes[0], outcomes[7]
    assert new.id is not None
    assert read_asset(office.scope, new.id).body["description"] == "twice in one batch"
    assert [n.link.target for n in links_of(office.scope, new.id)] == [copy.id]


def test_rows_that_fail_do_not_hold_up_the_others(office: Office) -> None:
    held = office.asset(tag="HELD")

    outcomes = batch(
        office,
        [
            create("A"),
            create("held"),
            {"op": "update", "id": "ast_00000000000000000000000000", "body": {"name": "x"}},
            {"op": "update", "id": held.id, "body": {"nme": "x"}},
            {"op": "update", "id": held.id, "if_match": 7, "body": {"name": "x"}},
            {"op": "update", "body": {"name": "x"}},
            {"op": "upsert", "body": {"type": "laptop", "tag": "B"}},
            create("C", custom_fields={"computer.ram": "much"}),
            create("D"),
        ],
    )

    assert codes(outcomes) == [
        None,
        "value_taken",
        "asset_not_found",
        "invalid_row",
        "version_conflict",
        "invalid_row",
        "invalid_row",
        "invalid_asset",
        None,
    ]
    assert outcomes[1].error is not None
    assert outcomes[1].error.errors[0].extra["conflicts_with"] == held.id


def test_a_value_twice_in_one_batch_is_the_second_row_s_problem(office: Office) -> None:
    outcomes = batch(office, [create("A"), create("a"), create("B")])

    assert codes(outcomes) == [None, "value_taken", None]


def test_an_upsert_matches_what_an_earlier_row_made(office: Office) -> None:
    row = {"op": "upsert", "match": "serial", "body": {"type": "laptop", "serial": "S"}}

    first, second = batch(office, [row, row])

    assert (first.created, second.created) == (True, False)
    assert first.id == second.id


def test_a_row_that_refers_to_a_failed_one_fails(office: Office) -> None:
    office.asset(tag="HELD")

    outcomes = batch(
        office,
        [
            {**create("HELD"), "ref": "a"},
            {"op": "update", "id": {"ref": "a"}, "body": {"name": "x"}},
        ],
    )

    assert codes(outcomes) == ["value_taken", "asset_not_found"]


def test_many_rows_take_few_commits(office: Office) -> None:
    before = office.ledger.head().seq

    outcomes = batch(office, [create(f"T{n}") for n in range(200)])

    assert codes(outcomes) == [None] * 200
    assert office.ledger.head().seq - before <= 10
    assert [outcome.key for outcome in outcomes] == [f"LAP-{n}" for n in range(1, 201)]


def test_an_atomic_batch_with_a_bad_row_does_nothing(office: Office) -> None:
    """Each failing row is named, with its member."""
    office.asset(tag="HELD")
    before = office.ledger.head().seq

    with pytest.raises(BatchRejectedError) as refused:
        batch(office, [create("A"), create("HELD"), create("B", folder="/No")], mode="atomic")

    assert office.ledger.head().seq == before
    assert [e.pointer for e in refused.value.errors] == [
        "/operations/1/body/tag",
        "/operations/2/body/folder",
    ]


def test_a_value_twice_in_an_atomic_batch_is_the_second_row_s_problem(office: Office) -> None:
    with pytest.raises(BatchRejectedError) as refused:
        batch(office, [create("A"), create("B"), create("a")], mode="atomic")

    assert [e.pointer for e in refused.value.errors] == ["/operations/2/body/tag"]


def test_an_atomic_batch_that_a_rival_overtook_names_the_row(tmp_path: Path) -> None:
    ledger = Interrupted("acme", Clock())
    office = Office(tmp_path, ledger).settle_in()
    other = office.another("there")
    ledger.before_commit = lambda: run_batch(
        other, Batch.model_validate({"operations": [create("B")]})
    )

    with pytest.raises(BatchRejectedError) as refused:
        batch(office, [create("A"), create("B")], mode="atomic")

    assert [e.pointer for e in refused.value.errors] == ["/operations/1/body/tag"]


def test_an_atomic_batch_is_one_commit(office: Office) -> None:
    before = office.ledger.head().seq

    batch(office, [create(f"T{n}") for n in range(24)], mode="atomic")

    assert office.ledger.head().seq == before + 1


def test_an_atomic_batch_has_its_limit(office: Office) -> None:
    with pytest.raises(BatchTooLongError):
        batch(office, [create(f"T{n}") for n in range(25)], mode="atomic")


def test_a_tag_moves_from_one_asset_to_another_at_once(office: Office) -> None:
    made = office.asset(tag="IT-1")

    outcomes = batch(office, [{"op": "delete", "id": made.id}, create("IT-1")], mode="atomic")

    assert codes(outcomes) == [None, None]


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_a_dry_run_tells_the_same_and_writes_nothing(office: Office, mode: str) -> None:
    for n in range(6):
        office.asset(tag=f"T{n}")
    before = office.ledger.head().seq

    foreseen = batch(office, TEN_WAYS, mode=mode, dry_run=True)
    after = office.ledger.head().seq
    real = batch(office, TEN_WAYS, mode=mode)

    assert after == before
    assert [(o.created, o.changed, o.version, o.error) for o in foreseen] == [
        (o.created, o.changed, o.version, o.error) for o in real
    ]


def test_a_row_that_changes_nothing_commits_nothing(office: Office) -> None:
    made = office.asset(tag="IT-1")
    before = office.ledger.head().seq

    (outcome,) = batch(office, [{"op": "update", "id": made.id, "body": {"tag": "IT-1"}}])

    assert (outcome.changed, outcome.version, office.ledger.head().seq) == (False, 1, before)


def test_an_idempotency_key_goes_with_the_first_commit(office: Office) -> None:
    """Sent again, the batch stops before it does anything a second time."""
    scope = replace(office.scope, request=RequestMark("key-1", "hash"))
    body = Batch.model_validate({"operations": [create(f"T{n}") for n in range(60)]})
    run_batch(scope, body)
    before = office.ledger.head().seq

    again = Batch.model_validate({"operations": [create(f"U{n}") for n in range(60)]})
    with pytest.raises(RequestSeenError):
        run_batch(scope, again)

    assert office.ledger.head().seq == before


def test_an_unknown_operation_is_refused_with_its_row() -> None:
    with pytest.raises(ValidationError) as refused:
        Batch.model_validate({"operations": [create("A"), {"op": "explode"}]})

    assert refused.value.errors()[0]["loc"] == ("operations", 1, "op")


def test_one_row_s_conflict_does_not_fail_the_rows_in_its_commit(tmp_path: Path) -> None:
    """The commit is refused as a whole, and its rows are then decided one by one."""
    ledger = Interrupted("acme", Clock())
    office = Office(tmp_path, ledger).settle_in()
    other = office.another("there")

    def take() -> None:
        run_batch(other, Batch.model_validate({"operations": [create("T3")]}))

    ledger.before_commit = take
    outcomes = batch(office, [create(f"T{n}") for n in range(6)])

    assert codes(outcomes) == [None, None, None, "value_taken", None, None]
    assert len(find_assets(office.scope, AssetQuery(limit=50)).items) == 6


def test_an_upsert_that_a_rival_overtook_changes_the_rival_s_asset(tmp_path: Path) -> None:
    ledger = Interrupted("acme", Clock())
    office = Office(tmp_path, ledger).settle_in()
    other = office.another("there")

    def take() -> None:
        run_batch(other, Batch.model_validate({"operations": [create("T")]}))

    ledger.before_commit = take
    row = {"op": "upsert", "match": "tag", "body": {"type": "laptop", "tag": "T", "name": "Mine"}}
    (outcome,) = batch(office, [row])

    assert (outcome.created, outcome.error) == (False, None)
    assert outcome.id is not None
    assert read_asset(office.scope, outcome.id).body["name"] == "Mine"


TAGS = st.sampled_from(["T0", "t0", "T1", "T2", None])
WHICH = st.integers(0, 2)
ROWS = st.one_of(
    st.builds(lambda tag: ("create", None, {"tag": tag} if tag else {}), TAGS),
    st.builds(lambda n, tag: ("update", n, {"tag": tag}), WHICH, TAGS),
    st.builds(lambda n, name: ("update", n, {"name": name}), WHICH, st.sampled_from("xyz")),
    st.builds(lambda n: ("delete", n, {}), WHICH),
    st.builds(lambda n: ("restore", n, {}), WHICH),
    st.builds(
        lambda tag, name: ("upsert", None, {"tag": tag, "name": name}),
        st.sampled_from(["T0", "T1", "T2"]),
        st.sampled_from("xyz"),
    ),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_rows_together_do_what_they_do_one_by_one(
    rows: list[tuple[str, int | None, dict[str, Any]]],
) -> None:
    """Whatever rows write to the same assets, and whatever tags pass between them."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        together, apart = (Office(Path(place)).settle_in() for place in (one, other))
        ends = []
        for office, size in ((together, len(rows)), (apart, 1)):
            ids = [office.asset(tag=f"T{n}").id for n in range(3)]
            operations = [_operation(row, ids) for row in rows]
            outcomes = [
                o for some in batched(operations, size, strict=False) for o in batch(office, some)
            ]
            found = find_assets(office.scope, AssetQuery(trashed="any", sort=(), limit=50))
            bodies = [_timeless(record.body) for record in found.items]
            ends.append((codes(outcomes), [o.created for o in outcomes], bodies))
            office.scope.replica.close()  # type: ignore[attr-defined]

    assert ends[0] == ends[1]


def _operation(row: tuple[str, int | None, dict[str, Any]], ids: list[str]) -> dict[str, Any]:
    op, which, members = row
    made = {"type": "laptop", **members} if op in {"create", "upsert"} else members
    match = {"match": "tag"} if op == "upsert" else {}
    named = {} if which is None else {"id": ids[which]}
    return {"op": op, "body": made, **match, **named}


def _timeless(body: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out when it was trashed, and the catalog's ids, which differ from run to run."""
    kept = {n: v for n, v in body.items() if n not in {"type", "trashed_at"}}
    return kept | {"in_trash": "trashed_at" in body}
