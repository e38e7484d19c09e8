"""The files of other trackers, each from its plan to its undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.catalog.service import install_starter
from muster.jobs.model import JobState
from muster.jobs.plans.model import Action
from muster.jobs.running import job_of
from muster.jobs.service import undo_job
from tests.support import Stand
from tests.unit.import_world import assets, by_tag, plan, planned_rows, run_import, sample, upload

FILES = {
    "snipe-it/assets-sample.csv": 22,
    "snipe-it/assets-sample-BAD.csv": 200,
    "ralph/back_office_assets.csv": 2,
    "shelf/asset-import-from-content.csv": 4,
    "homebox/fields.csv": 3,
    "ralph/warehouses.csv": 3,
    "ralph/warehouses_semicolon.csv": 3,
    "ralph/warehouses_tab.csv": 3,
    "snipe-it/locations-sample.csv": 19,
    "snipe-it/models-sample.csv": 20,
    "snipe-it/users-sample.csv": 100,
}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


@pytest.mark.parametrize("file", FILES)
def test_a_sample_is_imported_once_and_undone_without_trace(stand: Stand, file: str) -> None:
    """Every row becomes an asset, the same file again changes nothing, and undo takes all back."""
    content, rows, scope = sample(file), FILES[file], stand.scope()

    first, job = run_import(scope, content)
    assert (job.state, job.progress.created) == (JobState.DONE, rows)
    assert len(assets(scope)) == rows

    _, again = run_import(scope, content)
    assert (again.progress.unchanged, again.progress.done) == (rows, rows)
    before = {record.id: record.version for record in assets(scope)}
    assert set(before.values()) == {1}

    undone = job_of(undo_job(scope, first))
    assert (undone.state, undone.progress.skipped) == (JobState.DONE, 0)
    assert assets(scope) == []
    assert [scope.replica.records(kind) for kind in ("asset_type", "field_type", "folder")] == [
        [],
        [],
        [],
    ]


def test_both_generations_of_snipe_it_fill_the_same_fields(stand: Stand) -> None:
    """What one header calls Model name, the other calls Model."""
    scope = stand.scope()

    run_import(scope, sample("snipe-it/assets-sample.csv"))
    run_import(scope, sample("snipe-it/assets-sample-BAD.csv"))

    new, old = by_tag(scope)["ICC-2065556"], by_tag(scope)["970882174-8"]
    assert (new["name"], new["fields"]["model.name"]) == ("Backhoe", 'Macbook Pro 13"')
    assert (old["name"], old["fields"]["model.name"]) == ("eget nunc donec quis", "massa id")
    assert new["fields"]["purchase.date"] == "2023-01-23"
    assert old["fields"]["purchase.date"] == "2016-04-05"
    assert old["fields"]["purchase.cost"] == {"minor": 13328959, "currency": "USD"}
    assert old["serial"] == "27aa8378-b0f4-4289-84a4-405da95c6147"


def test_shelf_columns_say_their_kinds(stand: Stand) -> None:
    """`cf:purchase date, type:date` is a date, and tags are several labels."""
    scope = stand.scope()

    run_import(scope, sample("shelf/asset-import-from-content.csv"))

    (mac,) = [each.body for each in assets(scope) if each.body["name"] == "Macbook Pro."]
    fields = {record.body["name"]: record.body for record in scope.replica.records("field_type")}
    labels = {o["id"]: o["label"] for o in fields["asset.labels"]["options"]}
    assert mac["serial"] == "43543we23d"
    assert mac["fields"]["shelf.purchase_date"] == "2022-03-12"
    assert mac["fields"]["shelf.warranty_cost"] == {"minor": 49900, "currency": "USD"}
    assert [labels[each] for each in mac["fields"]["asset.labels"]] == ["High priority", "mid-size"]


def test_a_plan_writes_nothing(stand: Stand) -> None:
    """A dry run leaves catalog and assets as they are."""
    scope = stand.scope()
    import_id = upload(scope, sample("snipe-it/assets-sample.csv"))

    made = plan(scope, import_id)

    assert {row.action for row in planned_rows(scope, import_id)} == {Action.CREATE}
    assert made.counts.create == made.counts.rows == 22
    assert len(made.schema_changes) == 19
    assert assets(scope) == []
    assert scope.replica.records("field_type") == []


@pytest.mark.parametrize("file", FILES)
def test_a_sample_goes_into_a_catalog_that_was_there_before(stand: Stand, file: str) -> None:
    """With the starter's types and fields every row comes in, also as laptops, and goes again."""
    content, rows, scope = sample(file), FILES[file], stand.scope()
    install_starter(scope)
    starter = len(scope.replica.records("field_type"))

    first, job = run_import(scope, content, type="laptop")
    _, again = run_import(scope, content, type="laptop")
    undone = job_of(undo_job(scope, first))

    assert (job.state, job.progress.created) == (JobState.DONE, rows)
    assert again.progress.unchanged == rows
    assert (undone.state, undone.progress.skipped) == (JobState.DONE, 0)
    assert len(scope.replica.records("field_type")) == starter


@pytest.mark.parametrize(
    ("options", "currency"), [({}, "USD"), ({"currency": "CHF"}, "CHF")], ids=["assumed", "told"]
)
def test_a_bare_amount_takes_a_currency_where_its_field_has_none(
    stand: Stand, options: dict[str, str], currency: str
) -> None:
    """What is assumed is said; an amount that names its currency keeps it."""
    scope = stand.scope()
    install_starter(scope)
    content = "Asset Tag,Purchase Cost\nA-1,12.50\nA-2,99 EUR\n"

    import_id = upload(scope, content)
    planned = plan(scope, import_id, type="laptop", options=options)
    run_import(scope, content, type="laptop", options=options)

    costs = {tag: body["fields"]["purchase.cost"] for tag, body in by_tag(scope).items()}
    assert costs["A-1"] == {"minor": 1250, "currency": currency}
    assert costs["A-2"] == {"minor": 9900, "currency": "EUR"}
    assert ("currency_assumed" in {note.code for note in planned.notes}) is (not options)
