"""Upsert: one asset of a natural key, whoever sends it and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from muster.assets import refusals
from muster.assets.model import AssetPatch, AssetUpsert
from muster.assets.service import delete_asset, find_assets, patch_asset
from muster.assets.upsert import upsert_asset
from muster.ledger.model import Record
from muster.ledger.port import MarkTakenError
from muster.replica.port import AssetQuery
from tests.office import Clock, Interrupted, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def upsert(office: Office, match: str, **members: Any) -> tuple[Record, bool]:
    draft = AssetUpsert.model_validate({"type": "laptop", **members})
    return upsert_asset(office.scope, match, draft)


@pytest.mark.parametrize(
    ("match", "members"),
    [
        ("tag", {"tag": "IT-1"}),
        ("serial", {"serial": "S-1"}),
        ("computer.hostname", {"custom_fields": {"computer.hostname": "web-1"}}),
    ],
)
def test_the_second_time_it_is_the_same_asset(
    office: Office, match: str, members: dict[str, Any]
) -> None:
    made, first = upsert(office, match, **members)
    same, second = upsert(office, match, **members)
    changed, third = upsert(office, match, **members, description="new")

    assert (first, second, third) == (True, False, False)
    assert made.id == same.id == changed.id
    assert (same.version, changed.version) == (1, 2)


def test_a_match_without_a_value_is_refused(office: Office) -> None:
    with pytest.raises(refusals.InvalidAssetError) as refused:
        upsert(office, "tag", serial="S")

    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/tag", "required")


def test_only_what_tells_assets_apart_is_matched_on(office: Office) -> None:
    with pytest.raises(refusals.InvalidParameterError, match="no unique field"):
        upsert(office, "computer.cpu", custom_fields={"computer.cpu": "i7"})


def test_several_matches_are_answered_with_all_of_them(office: Office) -> None:
    both = {office.asset(serial="S").id, office.asset(serial="S").id}

    with pytest.raises(refusals.AmbiguousMatchError) as refused:
        upsert(office, "serial", serial="S")

    assert {one["id"] for one in refused.value.extra["candidates"]} == both


def test_a_key_is_matched_but_not_given(office: Office) -> None:
    made = office.asset()

    changed, _ = upsert(office, "key", key="LAP-1", name="New")

    assert (changed.id, changed.body["name"]) == (made.id, "New")
    with pytest.raises(refusals.AssetNotFoundError):
        upsert(office, "key", key="LAP-9")


def test_another_type_is_no_accident(office: Office) -> None:
    """A parent's name is right for its subtypes' assets; any other type is refused."""
    office.asset("room", tag="IT-1")
    office.asset("laptop", tag="IT-2")

    changed, new = upsert(office, "tag", type="computer", tag="IT-2", name="New")
    with pytest.raises(refusals.InvalidAssetError) as refused:
        upsert(office, "tag", tag="IT-1")

    assert (changed.body["name"], new) == ("New", False)
    assert refused.value.errors[0].code == "other_type"


def test_what_lies_in_the_trash_does_not_match(office: Office) -> None:
    made = office.asset(tag="IT-1")
    delete_asset(office.scope, made.id)

    heir, new = upsert(office, "tag", tag="IT-1")

    assert new
    assert heir.id != made.id


def test_a_value_of_a_third_asset_is_refused_without_end(office: Office) -> None:
    """Looking again would not help: the tag that is not matched on stays taken."""
    office.asset(tag="IT-1")

    with pytest.raises(MarkTakenError):
        upsert(office, "serial", serial="S", tag="IT-1")


@pytest.mark.parametrize(("match", "value"), [("tag", "IT-1"), ("serial", "S-1")])
def test_many_at_once_make_one_asset(office: Office, match: str, value: str) -> None:
    """Each has a replica of its own that knows nothing of the others."""
    scopes = [office.another(f"there-{n}") for n in range(6)]
    draft = AssetUpsert.model_validate({"type": "laptop", match: value})

    with ThreadPoolExecutor(len(scopes)) as pool:
        results = list(pool.map(lambda scope: upsert_asset(scope, match, draft), scopes))

    assert len({record.id for record, _ in results}) == 1
    assert [new for _, new in results].count(True) == 1
    assert len(find_assets(office.scope, AssetQuery(equals={match: [value]})).items) == 1


def overtaken(tmp_path: Path) -> tuple[Office, Interrupted]:
    ledger = Interrupted("acme", Clock())
    return Office(tmp_path, ledger).settle_in(), ledger


def test_a_serial_number_that_a_rival_brings_first_is_the_rival_s_asset(tmp_path: Path) -> None:
    """No unique mark guards a serial number: the decision itself has to notice."""
    office, ledger = overtaken(tmp_path)
    other = office.another("there")
    draft = AssetUpsert(type="laptop", serial="S")
    rivals: list[Record] = []
    ledger.before_commit = lambda: rivals.append(upsert_asset(other, "serial", draft)[0])

    mine, new = upsert(office, "serial", serial="S")

    assert (mine.id, new) == (rivals[0].id, False)


def test_an_asset_that_just_lost_the_value_is_not_the_match(tmp_path: Path) -> None:
    office, ledger = overtaken(tmp_path)
    made = office.asset(tag="T")
    other = office.another("there")
    ledger.before_reading = lambda: patch_asset(other, made.id, AssetPatch(tag="U"))

    mine, new = upsert(office, "tag", tag="T")

    assert new
    assert mine.id != made.id
