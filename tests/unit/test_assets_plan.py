"""What drafts and patches come to, decided without a ledger or a replica."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from muster.assets import refusals
from muster.assets.model import AssetDraft, AssetPatch, Clone, TypeChange
from muster.assets.plan import (
    PlanContext,
    asset_marks,
    plan_change_type,
    plan_clone,
    plan_create,
    plan_patch,
    plan_restore,
    plan_trash,
)
from muster.catalog.model import AssetType, Catalog, FieldKind, FieldType, Placement
from muster.catalog.values import ValueContext
from muster.ledger.model import Actor, Mark, Number, Put, Record, Stamp

ANNA = Actor("mem_1", "Anna")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FIELDS = (
    FieldType(name="pc.cpu", label="CPU", kind=FieldKind.TEXT, default="i5"),
    FieldType(name="pc.host", label="Host", kind=FieldKind.TEXT, unique=True),
    FieldType(name="pc.no", label="No", kind=FieldKind.AUTO_NUMBER, number_template="INV-{n}"),
)
PC = AssetType(
    id="typ_pc",
    name="pc",
    label="PC",
    key_prefix="PC",
    fields=tuple(Placement(field=f.name) for f in FIELDS),
)
BOX = AssetType(id="typ_box", name="box", label="Box", key_prefix="BOX")
CATALOG = Catalog(1, {t.id: t for t in (PC, BOX)}, {f.name: f for f in FIELDS}, {})
CONTEXT = PlanContext(
    ANNA,
    NOW,
    ValueContext(
        resolve_asset=lambda _field, _raw: None,
        resolve_member=lambda _raw: None,
        type_id=lambda _reference: None,
    ),
    lambda folder: "" if folder == "/" else {"/A": "fol_a", "fol_a": "fol_a"}.get(str(folder)),
)


def draft(**members: Any) -> AssetDraft:
    return AssetDraft.model_validate({"type": "pc", **members})


def recorded(put: Put, key: str = "PC-1") -> Record:
    """Return the record that a ledger would make of a write."""
    stamp = Stamp(NOW, ANNA, 1)
    body = {**put.body, "key": key}
    return Record("asset", put.id, 1, body, stamp, stamp, put.marks)


@pytest.fixture
def record() -> Record:
    return recorded(plan_create(CATALOG, draft(tag="T", custom_fields={"pc.host": "h"}), CONTEXT))


def test_a_draft_comes_to_a_body_marks_and_numbers() -> None:
    put = plan_create(
        CATALOG,
        draft(name=" N ", tag="Ä1", folder="/A", custom_fields={"pc.host": "h"}),
        CONTEXT,
    )

    assert put.before is None
    assert {n: v for n, v in put.body.items() if n != "key"} == {
        "type": "typ_pc",
        "name": "N",
        "tag": "Ä1",
        "folder": "fol_a",
        "fields": {"pc.cpu": "i5", "pc.host": "h"},
    }
    assert put.marks == {Mark("tag", "a1"), Mark("field:pc.host", "h")}
    assert put.numbers == (
        Number(("key",), "key:PC", "PC-{n}"),
        Number(("fields", "pc.no"), "field:pc.no", "INV-{n}"),
    )


def test_values_in_stored_form_are_taken_as_they_are() -> None:
    put = plan_create(CATALOG, draft(), CONTEXT, stored={"pc.cpu": "from a file"})

    assert put.body["fields"] == {"pc.cpu": "from a file"}


def test_a_stored_value_of_none_clears(record: Record) -> None:
    put = plan_patch(CATALOG, record, AssetPatch(), CONTEXT, stored={"pc.host": None})

    assert put is not None
    assert put.body["fields"] == {"pc.cpu": "i5"}
    assert put.marks == {Mark("tag", "t")}


def test_a_patch_of_what_is_so_already_is_no_write(record: Record) -> None:
    patch = AssetPatch.model_validate({"tag": "T", "custom_fields": {"pc.cpu": "i5"}})

    assert plan_patch(CATALOG, record, patch, CONTEXT) is None


def test_a_name_that_is_cleared_is_the_tag_again(record: Record) -> None:
    put = plan_patch(CATALOG, record, AssetPatch(name=None), CONTEXT)

    assert put is None
    renamed = plan_patch(CATALOG, record, AssetPatch(name="N"), CONTEXT)
    assert renamed is not None
    assert renamed.body["name"] == "N"


@pytest.mark.parametrize("root", [None, "/"])
def test_the_root_is_no_folder(root: str | None) -> None:
    record = recorded(plan_create(CATALOG, draft(folder="/A"), CONTEXT))

    put = plan_patch(CATALOG, record, AssetPatch(folder=root), CONTEXT)

    assert put is not None
    assert "folder" not in put.body


def test_the_trash_holds_no_marks_and_a_restore_claims_them(record: Record) -> None:
    trashed = plan_trash(record, CONTEXT)
    back = plan_restore(CATALOG, recorded(trashed), CONTEXT)

    assert trashed.marks == frozenset()
    assert trashed.body["trashed_at"] == "2026-05-01T12:00:00.000Z"
    assert (back.body, back.marks) == (record.body, record.marks)


def test_a_restore_from_a_folder_that_is_gone_is_at_the_root(record: Record) -> None:
    trashed = recorded(plan_trash(record, CONTEXT))
    lost = Record(
        "asset",
        trashed.id,
        2,
        {**trashed.body, "folder": "fol_gone"},
        trashed.created,
        trashed.updated,
    )

    assert "folder" not in plan_restore(CATALOG, lost, CONTEXT).body


def test_a_type_with_numbered_fields_draws_them_when_it_comes(record: Record) -> None:
    box = plan_change_type(CATALOG, record, TypeChange(type="box"), CONTEXT)
    assert box is not None
    back = plan_change_type(CATALOG, recorded(box), TypeChange(type="pc"), CONTEXT)

    assert box.numbers == ()
    assert box.marks == {Mark("tag", "t")}
    assert back is not None
    assert back.numbers == (Number(("fields", "pc.no"), "field:pc.no", "INV-{n}"),)
    assert back.marks == record.marks


def test_a_clone_is_not_called_by_a_tag_that_it_does_not_have(record: Record) -> None:
    put = plan_clone(CATALOG, record, Clone(), CONTEXT)

    assert put.body["name"] == "PC"
    assert put.body["fields"] == {"pc.cpu": "i5"}


@pytest.mark.parametrize(
    "plan",
    [
        lambda record: plan_patch(CATALOG, record, AssetPatch(name="x"), CONTEXT),
        lambda record: plan_trash(record, CONTEXT),
        lambda record: plan_change_type(CATALOG, record, TypeChange(type="box"), CONTEXT),
    ],
)
def test_nothing_is_planned_on_what_lies_in_the_trash(
    record: Record, plan: Callable[[Record], Put]
) -> None:
    with pytest.raises(refusals.AssetInTrashError):
        plan(recorded(plan_trash(record, CONTEXT)))


text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(st.builds(dict, name=text, tag=text, serial=text, description=text))
def test_a_patch_holds_after_it_was_carried_out(members: dict[str, str]) -> None:
    """Whatever the words are: the same patch again is no write."""
    try:
        patch = AssetPatch.model_validate(members)
    except ValidationError:
        return
    record = recorded(plan_create(CATALOG, draft(), CONTEXT))

    put = plan_patch(CATALOG, record, patch, CONTEXT)

    assert put is not None
    assert plan_patch(CATALOG, recorded(put), patch, CONTEXT) is None
    assert asset_marks(CATALOG, put.body) == put.marks


@given(text, text)
def test_tags_that_read_alike_are_one_mark(tag: str, other: str) -> None:
    """Case, accents and runs of blanks don't make another tag."""
    marks = [asset_marks(CATALOG, {"type": "typ_pc", "fields": {}, "tag": t}) for t in (tag, other)]

    if tag.casefold() == other.casefold():
        assert marks[0] == marks[1]
    assert asset_marks(CATALOG, {"type": "typ_pc", "fields": {}, "tag": f" {tag} "}) == marks[0]
