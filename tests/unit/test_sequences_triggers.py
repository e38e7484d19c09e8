"""Triggers: what happened in a commit, and which of it sets a sequence off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.ledger.model import (
    Actor,
    Cause,
    Change,
    Commit,
    FieldChange,
    Op,
    Reason,
)
from muster.sequences.triggers import events_of, field_path, fits

LAPTOP = {"type": "typ_laptop", "name": "X", "folder": "fol_room", "fields": {}}
ABOVE = {"typ_laptop": ("typ_computer",), "fol_room": ("fol_berlin",)}


def changed(*fields: FieldChange, op: Op = Op.UPDATE, after: Any = LAPTOP) -> Change:
    return Change("asset", "ast_1", op, 2, after, fields)


def commit(*changes: Change) -> Commit:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    return Commit(7, now, Actor("mem", "Anna"), Reason(Cause.API, "r"), changes)


def names(*changes: Change) -> list[str]:
    return [event.name for event in events_of(commit(*changes))]


def sets_off(trigger: dict[str, Any], *changes: Change) -> bool:
    def above(_: str, record_id: str) -> tuple[str, ...]:
        return ABOVE.get(record_id, ())

    return any(fits(trigger, event, above) for event in events_of(commit(*changes)))


def ram(old: Any, new: Any) -> Change:
    return changed(FieldChange("/fields/computer.ram", old, new))


@pytest.mark.parametrize(
    ("change", "happened"),
    [
        (changed(op=Op.CREATE), ["asset_created"]),
        (changed(FieldChange("/name", "A", "B")), ["asset_updated"]),
        (changed(FieldChange("/trashed_at", None, "now")), ["asset_trashed"]),
        (changed(FieldChange("/trashed_at", "then", None)), ["asset_restored"]),
        (changed(FieldChange("/folder", "a", "b")), ["asset_moved", "asset_updated"]),
        (changed(FieldChange("/type", "a", "b")), ["asset_type_changed", "asset_updated"]),
        (changed(op=Op.DELETE, after=None), []),
        (Change("comment", "com_1", Op.CREATE, 1, {"asset": "ast_1"}, ()), ["comment_added"]),
        (Change("comment", "com_1", Op.UPDATE, 2, {"asset": "ast_1"}, ()), []),
        (Change("job", "job_1", Op.UPDATE, 2, {"state": "done"}, ()), []),
    ],
)
def test_a_change_is_these_events(change: Change, happened: list[str]) -> None:
    assert names(change) == happened


@pytest.mark.parametrize(
    ("bounds", "old", "new", "fit"),
    [
        ({}, 8, 16, True),
        ({"from": 8}, 8, 16, True),
        ({"from": 4}, 8, 16, False),
        ({"to": 16}, 8, 16, True),
        ({"to": 32}, 8, 16, False),
        ({"from": 8, "to": 16}, 8, 16, True),
        ({"from": 8, "to": 32}, 8, 16, False),
        ({"from": None}, None, 16, True),
        ({"from": None}, 8, 16, False),
        ({"to": None}, 8, None, True),
        ({"to": "b"}, ["a"], ["a", "b"], True),
        ({"to": "a"}, ["a"], ["a", "b"], False),
        ({"from": "a"}, ["a", "b"], ["b"], True),
    ],
)
def test_a_condition_on_a_change_looks_at_both_sides(
    bounds: dict[str, Any], old: Any, new: Any, fit: bool
) -> None:
    """`from` is what was there, `to` what is; of several values, what came or went."""
    trigger = {"event": "asset_updated", "field": "computer.ram", **bounds}

    assert sets_off(trigger, ram(old, new)) is fit


def test_another_field_sets_nothing_off() -> None:
    trigger = {"event": "asset_updated", "field": "computer.ram"}

    assert not sets_off(trigger, changed(FieldChange("/fields/computer.ram.size", 1, 2)))
    assert not sets_off(trigger, changed(FieldChange("/name", "A", "B")))


def test_a_part_of_a_value_counts_as_the_field() -> None:
    """Money changes member by member."""
    trigger = {"event": "asset_updated", "field": "asset.price"}

    assert sets_off(trigger, changed(FieldChange("/fields/asset.price/minor", 1, 2)))


@pytest.mark.parametrize(
    ("condition", "fit"),
    [
        ({"types": ["typ_laptop"]}, True),
        ({"types": ["typ_computer"]}, True),
        ({"types": ["typ_computer"], "include_subtypes": False}, False),
        ({"types": ["typ_phone"]}, False),
        ({"folders": ["fol_room"]}, True),
        ({"folders": ["fol_berlin"]}, True),
        ({"folders": ["fol_paris"]}, False),
        ({"types": ["typ_laptop"], "folders": ["fol_paris"]}, False),
    ],
)
def test_types_and_folders_count_with_what_is_below_them(
    condition: dict[str, Any], fit: bool
) -> None:
    assert sets_off({"event": "asset_created", **condition}, changed(op=Op.CREATE)) is fit


def test_the_path_of_a_field_is_escaped() -> None:
    assert field_path("a/b~c") == "/fields/a~1b~0c"
    assert field_path("folder") == "/folder"
