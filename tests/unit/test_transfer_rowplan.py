"""What a plan does with each row: by key, by options, and what it says of a row that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.catalog.starter import install_starter
from muster.jobs.plans.model import Action
from muster.scope import Scope
from muster.transfer.model import PlannedRow
from tests.support import Stand
from tests.unit.import_world import by_tag, plan, planned_rows, problems, run_import, upload

BASE = "Tag,Name,Serial,Purchase date\nX1,Desk,S1,2024-05-06\nX2,Chair,S2,2024-05-07\n"


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    """Return a tenant with the starter catalog and two laptops."""
    made = Stand(tmp_path).scope()
    install_starter(made)
    run_import(made, BASE, type="laptop")
    return made


def rows(scope: Scope, content: str, **request: Any) -> list[PlannedRow]:
    import_id = upload(scope, content)
    plan(scope, import_id, **request)
    return planned_rows(scope, import_id)


def actions(scope: Scope, content: str, **request: Any) -> list[Action]:
    return [row.action for row in rows(scope, content, **request)]


def schema(scope: Scope, content: str, **request: Any) -> list[tuple[str, str]]:
    made = plan(scope, upload(scope, content), **request)
    return [(change.action, change.name) for change in made.schema_changes]


def test_a_change_is_shown_from_what_to_what(scope: Scope) -> None:
    """Values that stay are not in it."""
    (row,) = rows(scope, "Tag,Name,Purchase date\nX1,Table,2024-05-08\n")

    assert row.action is Action.UPDATE
    assert [(c.field, c.old, c.new) for c in row.changes] == [
        ("name", "Desk", "Table"),
        ("purchase.date", "2024-05-06", "2024-05-08"),
    ]


def test_keys_are_matched_without_regard_to_case(scope: Scope) -> None:
    """`x1` is the asset X1; its tag is written as the file has it."""
    (row,) = rows(scope, "Tag,Name\nx1,Desk\n")

    assert [(c.field, c.old, c.new) for c in row.changes] == [("tag", "X1", "x1")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [Action.UPDATE, Action.CREATE]),
        ({"on_match": "skip"}, [Action.SKIP, Action.CREATE]),
        ({"on_new": "skip"}, [Action.UPDATE, Action.SKIP]),
    ],
)
def test_what_is_there_and_what_is_new_can_be_skipped(
    scope: Scope, options: dict[str, Any], expected: list[Action]
) -> None:
    """An import may only add, or only update."""
    assert actions(scope, "Tag,Name\nX1,Table\nX9,New\n", options=options) == expected


@pytest.mark.parametrize(("empty", "left"), [("keep", "2024-05-06"), ("clear", None)])
def test_an_empty_cell_keeps_or_clears(scope: Scope, empty: str, left: str | None) -> None:
    """Keeping is the default: most files hold only part of what is known."""
    content = "Tag,Purchase date\nX1,\nX2,2024-05-07\n"

    run_import(scope, content, options={"empty_cells": empty})

    assert by_tag(scope)["X1"]["fields"].get("purchase.date") == left
    assert by_tag(scope)["X1"]["name"] == "Desk"


@pytest.mark.parametrize(
    ("content", "request_", "expected"),
    [
        ("Tag,Name\nA,x\n,y\n", {"key": "tag"}, [(3, "key_empty", "Tag")]),
        ("Tag,Name\nA,x\nA,y\n", {}, [(3, "duplicate_key", "Tag")]),
        ("Serial,Tag\nS9,X1\n", {"key": "serial"}, [(2, "value_taken", "Tag")]),
        ("Serial,Tag\nS8,N\nS9,N\n", {"key": "serial"}, [(3, "value_taken", "Tag")]),
        ("Tag,Name\nA," + "n" * 300 + "\n", {}, [(2, "string_too_long", "Name")]),
        ("Tag,Asset Type\nX1,Display\n", {}, [(2, "type_differs", "Asset Type")]),
        (
            "Tag,Purchase date\nA,yesterday\nB,2024-01-01\n",
            {},
            [(2, "invalid_date", "Purchase date")],
        ),
        ("Tag,Name\nA,x,more\nB\n", {}, [(2, "too_many_cells", None), (3, "too_few_cells", None)]),
        ('Tag,Name\nA,"x\nB,y\n', {}, [(2, "unbalanced_quotes", None)]),
        (
            "Tag,Folder\nA,/Nowhere\n",
            {"options": {"create_folders": False}},
            [(2, "unknown_folder", "Folder")],
        ),
    ],
)
def test_a_row_that_fails_says_where_and_why(
    scope: Scope,
    content: str,
    request_: dict[str, Any],
    expected: list[tuple[int, str, str | None]],
) -> None:
    """With row, column and a stable code; the other rows are not concerned."""
    assert problems(scope, content, **request_) == expected


def test_two_assets_of_one_serial_number_are_no_match(scope: Scope) -> None:
    """Serial numbers may repeat; which asset a row means then has to be said otherwise."""
    run_import(scope, "Tag,Serial\nX3,S1\n", key="tag")

    assert problems(scope, "Serial,Name\nS1,x\n", key="serial") == [
        (2, "ambiguous_match", "Serial")
    ]


def test_rows_name_types_and_folders(scope: Scope) -> None:
    """Both are made where they are missing; no general type is made that no row needs."""
    content = (
        "Tag,Asset Type,Folder\nB1,Laptop,/Berlin/Room 1\nB2,Laptop,/\n"
        "B3,Spaceship,/Berlin/Room 2\n"
    )

    assert schema(scope, content) == [
        ("create_type", "type.spaceship"),
        ("create_folder", "/Berlin"),
        ("create_folder", "/Berlin/Room 1"),
        ("create_folder", "/Berlin/Room 2"),
    ]
    _, job = run_import(scope, content)
    assert job.progress.created == 3
    assert "folder" not in by_tag(scope)["B2"]
    assert schema(scope, content) == []
    assert set(actions(scope, content)) == {Action.UNCHANGED}


def test_a_field_that_may_not_be_made_is_left_out(scope: Scope) -> None:
    """The plan says so, and the rest is imported."""
    made = plan(scope, upload(scope, "Tag,Colour\nX1,red\n"), options={"create_fields": False})

    assert ("no_field", "Colour") in {(note.code, note.column) for note in made.notes}
    assert made.counts.unchanged == 1


def test_an_option_that_may_not_be_made_fails_its_row(scope: Scope) -> None:
    """A misspelt status is an error for those who want it to be one."""
    run_import(
        scope, "Tag,Shade\nX1,red\n", columns={"Shade": {"to": "asset.shade", "kind": "select"}}
    )
    content = "Tag,Shade\nX1,red\nX2,blue\n"

    found = problems(scope, content, options={"create_options": False})

    assert [(row, column) for row, _, column in found] == [(3, "Shade")]


def test_rows_without_any_key_are_told_apart_by_their_order(scope: Scope) -> None:
    """Ten equal chairs are ten assets, and the same file again finds all ten."""
    content = "Name,Colour\n" + "Chair,red\n" * 10

    _, first = run_import(scope, content)
    _, again = run_import(scope, content)

    assert (first.progress.created, again.progress.unchanged) == (10, 10)
