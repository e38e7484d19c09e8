"""Use cases of field types and options: rules, what is in use, becoming unique, races."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.assets.model import AssetDraft, AssetPatch
from muster.assets.service import create_asset, delete_asset, patch_asset
from muster.catalog import refusals, service, unique
from muster.catalog.model import AssetType, FieldKind, FieldType, Option, Placement
from muster.errors import MusterError
from muster.ids import is_id
from muster.ledger.model import Record
from muster.scope import Scope
from tests.racing import intruded
from tests.support import Stand

K = FieldKind
CPU = "computer.cpu"


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Stand(tmp_path).scope()


def draft(kind: FieldKind = K.TEXT, *labels: str, **more: Any) -> FieldType:
    options = tuple(Option(id="", label=label) for label in labels)
    members = {"name": CPU, "label": "CPU", "kind": kind, "options": options, **more}
    return FieldType(**members)


def placed(scope: Scope, field: FieldType) -> Record:
    """Make a field and a type that has it."""
    made = service.create_field(scope, field)
    kind = AssetType(
        name="type.pc", label="PC", key_prefix="PC", fields=(Placement(field=field.name),)
    )
    service.create_type(scope, kind)
    return made


def asset(scope: Scope, value: Any) -> Record:
    fields = {} if value is None else {CPU: value}
    return create_asset(
        scope, AssetDraft.model_validate({"type": "type.pc", "custom_fields": fields})
    )


def codes(error: MusterError) -> list[tuple[str, str | None]]:
    return [(each.code, each.pointer) for each in error.errors]


def options_of(record: Record) -> list[str]:
    return [option["label"] for option in record.body["options"]]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": "cpu"}, "/name"),
        ({"kind": K.BOOLEAN, "unique": True}, "/unique"),
        ({"kind": K.JSON, "unique": True}, "/unique"),
        ({"max_values": 0}, "/max_values"),
        ({"min_values": 3, "max_values": 2}, "/min_values"),
        ({"kind": K.JSON, "max_values": 5}, "/max_values"),
        ({"kind": K.INTEGER, "pattern": "x"}, "/pattern"),
        ({"pattern": "("}, "/pattern"),
        ({"pattern": "(?=a)b"}, "/pattern"),
        ({"minimum": 1.0}, "/minimum"),
        ({"kind": K.INTEGER, "minimum": 2.0, "maximum": 1.0}, "/minimum"),
        ({"currency": "EUR"}, "/currency"),
        ({"kind": K.MONEY, "currency": "XYZ"}, "/currency"),
        ({"number_template": "INV-{n}"}, "/number_template"),
        ({"kind": K.AUTO_NUMBER, "number_template": "INV"}, "/number_template"),
        ({"reference_types": ("type.pc",)}, "/reference_types"),
        ({"kind": K.REFERENCE, "reference_types": ("type.pc",)}, "/reference_types/0"),
        ({"options": (Option(id="", label="A"),)}, "/options"),
        (
            {"kind": K.SELECT, "options": (Option(id="", label="A"), Option(id="", label="a"))},
            "/options/1/label",
        ),
        (
            {"kind": K.SELECT, "options": (Option(id="", label="A", color="red"),)},
            "/options/0/color",
        ),
        ({"kind": K.SELECT, "options": (Option(id="opt_1", label="A"),)}, "/options/0/id"),
    ],
)
def test_a_field_that_breaks_a_rule_is_refused(
    scope: Scope, wrong: dict[str, Any], pointer: str
) -> None:
    """Each rule names the member that breaks it, and nothing is written."""
    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.create_field(scope, draft(**wrong))

    assert refused.value.errors[0].pointer == pointer
    assert scope.ledger.head().seq == 0


@pytest.mark.parametrize(
    ("field", "given", "stored"),
    [
        (draft(), " M3 ", "M3"),
        (draft(K.INTEGER), 4, 4),
        (draft(K.MONEY), {"amount": "1.50", "currency": "EUR"}, {"minor": 150, "currency": "EUR"}),
        (draft(K.TEXT, max_values=None), ["a", "b"], ["a", "b"]),
    ],
)
def test_a_default_is_given_like_a_value(
    scope: Scope, field: FieldType, given: Any, stored: Any
) -> None:
    """A default is typed JSON, kept in stored form, and given to new assets."""
    placed(scope, field)
    record = service.load_catalog(scope).fields[CPU]

    changed = service.patch_field(scope, record.id, {"default": given})
    again = service.patch_field(scope, record.id, {"help": "What it is"})

    assert changed.body["default"] == again.body["default"] == stored
    assert asset(scope, None).body["fields"] == {CPU: stored}


@pytest.mark.parametrize(
    ("field", "default"),
    [(draft(), 5), (draft(unique=True), "x"), (draft(K.SELECT, "A"), "B"), (draft(K.DATE), "x")],
)
def test_a_default_that_is_no_value_is_refused(
    scope: Scope, field: FieldType, default: Any
) -> None:
    """A default that an asset could not have is refused at the field."""
    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.create_field(scope, field, default)

    assert refused.value.errors[0].pointer == "/default"


def test_adding_a_field_touches_no_asset(scope: Scope) -> None:
    """Placing a new field on a type of many assets is two changes, however many they are."""
    placed(scope, draft())
    assets = [asset(scope, None) for _ in range(3)]
    service.create_field(scope, draft(name="computer.ram"))
    kind = next(iter(service.load_catalog(scope).types))

    service.patch_type(scope, kind, {"fields": [{"field": CPU}, {"field": "computer.ram"}]})

    assert [scope.ledger.get("asset", each.id) for each in assets] == assets


def test_any_number_of_values_survives_a_patch(scope: Scope) -> None:
    """`max_values` of null stays null through another change, and can be set and unset."""
    made = service.create_field(scope, draft(max_values=None))

    changed = service.patch_field(scope, made.id, {"label": "Chip"})
    bounded = service.patch_field(scope, made.id, {"max_values": 3})
    unbounded = service.patch_field(scope, made.id, {"max_values": None})

    most = [record.body["max_values"] for record in (made, changed, bounded, unbounded)]
    assert most == [None, None, 3, None]


@pytest.mark.parametrize(
    "change",
    [{"kind": "text_area"}, {"max_values": 5}],
)
def test_the_shape_of_held_values_stays(scope: Scope, change: dict[str, Any]) -> None:
    """Kind and cardinality change only while no asset, in the trash or not, holds a value."""
    made = placed(scope, draft())
    held = asset(scope, "M3")
    delete_asset(scope, held.id)

    with pytest.raises(refusals.InUseError) as refused:
        service.patch_field(scope, made.id, change)

    assert refused.value.extra == {"assets": 1}


def test_the_kind_of_an_unused_field_changes(scope: Scope) -> None:
    """A field that nobody uses yet can become another one, without its old default."""
    made = placed(scope, draft())
    service.patch_field(scope, made.id, {"default": "M3"})

    changed = service.patch_field(scope, made.id, {"kind": "integer"})

    assert (changed.body["kind"], changed.body.get("default")) == ("integer", None)


def test_a_value_that_comes_meanwhile_keeps_its_kind(scope: Scope) -> None:
    """A value written between the look and the commit is not left of a kind that it hasn't."""
    made = placed(scope, draft())
    racing = intruded(scope, lambda: asset(scope, "M3"))

    with pytest.raises(refusals.InUseError):
        service.patch_field(racing, made.id, {"kind": "integer"})


def test_money_of_another_currency_stays(scope: Scope) -> None:
    """A field that holds money can't come to require a currency, but it can drop its own."""
    made = placed(scope, draft(K.MONEY, currency="EUR"))
    asset(scope, {"amount": "5", "currency": "EUR"})

    with pytest.raises(refusals.InUseError):
        service.patch_field(scope, made.id, {"currency": "USD"})

    assert "currency" not in service.patch_field(scope, made.id, {"currency": None}).body


def test_a_field_in_use_is_not_deleted(scope: Scope) -> None:
    """A field stays while a type has it, and then while an asset holds a value."""
    made = placed(scope, draft())
    held = asset(scope, "M3")
    kind = next(iter(service.load_catalog(scope).types))
    with pytest.raises(refusals.InUseError) as on_type:
        service.delete_field(scope, made.id)
    service.patch_type(scope, kind, {"fields": []})
    with pytest.raises(refusals.InUseError) as on_asset:
        service.delete_field(scope, made.id)
    patch_asset(scope, held.id, AssetPatch(custom_fields={CPU: None}))

    service.delete_field(scope, made.id)

    assert (on_type.value.extra, on_asset.value.extra) == ({"types": 1}, {"assets": 1})
    assert service.load_catalog(scope).fields == {}


def test_a_field_that_is_placed_meanwhile_is_not_deleted(scope: Scope) -> None:
    """No race leaves a type with a field that is gone."""
    made = service.create_field(scope, draft())
    kind = AssetType(name="type.pc", label="PC", key_prefix="PC", fields=(Placement(field=CPU),))
    racing = intruded(scope, lambda: service.create_type(scope, kind))

    with pytest.raises(refusals.InUseError):
        service.delete_field(racing, made.id)


def test_options_have_ids_that_stay(scope: Scope) -> None:
    """A renamed option keeps its id; one sent without id is known again by its label."""
    made = service.create_field(scope, draft(K.SELECT, "Good", "Bad"))
    good, bad = made.body["options"]
    sent = [{"id": "", "label": "BAD"}, {"id": good["id"], "label": "Fine"}]

    changed = service.patch_field(scope, made.id, {"options": sent})

    assert all(is_id("option", option["id"]) for option in (good, bad))
    found = [(option["id"], option["label"]) for option in changed.body["options"]]
    assert found == [(bad["id"], "BAD"), (good["id"], "Fine")]


def test_a_used_option_is_retired_not_removed(scope: Scope) -> None:
    """An option that an asset has stays; retired, it can't be chosen, and stays where it is."""
    made = placed(scope, draft(K.SELECT, "Good", "Bad"))
    held = asset(scope, "Bad")
    bad = made.body["options"][1]["id"]
    with pytest.raises(refusals.InUseError):
        service.delete_option(scope, made.id, bad)

    service.patch_option(scope, made.id, bad, {"retired": True})

    with pytest.raises(MusterError) as refused:
        asset(scope, "Bad")
    kept = patch_asset(scope, held.id, AssetPatch(name="Other", custom_fields={CPU: "Bad"}))
    assert codes(refused.value) == [("retired_option", f"/custom_fields/{CPU}")]
    assert kept.body["fields"] == {CPU: bad}


def test_an_option_chosen_meanwhile_stays(scope: Scope) -> None:
    """No race leaves an asset with an option that is gone."""
    made = placed(scope, draft(K.SELECT, "Good", "Bad"))
    racing = intruded(scope, lambda: asset(scope, "Bad"))

    with pytest.raises(refusals.InUseError):
        service.delete_option(racing, made.id, made.body["options"][1]["id"])


def test_options_are_added_moved_and_removed(scope: Scope) -> None:
    """Options can be put at a place, moved to one and taken away."""
    made = service.create_field(scope, draft(K.SELECT, "A", "B"))

    _, added = service.add_option(scope, made.id, {"label": "C", "position": 0})
    service.add_option(scope, made.id, {"label": "D"})
    moved = service.patch_option(scope, made.id, added, {"position": 2})
    left = service.delete_option(scope, made.id, added)

    assert (options_of(moved), options_of(left)) == (["A", "B", "C", "D"], ["A", "B", "D"])


def test_options_added_at_once_are_both_there(scope: Scope) -> None:
    """An option that another adds meanwhile is kept."""
    made = service.create_field(scope, draft(K.SELECT, "A"))
    racing = intruded(scope, lambda: service.add_option(scope, made.id, {"label": "B"}))

    record, _ = service.add_option(racing, made.id, {"label": "C"})

    assert options_of(record) == ["A", "B", "C"]


def test_a_default_option_can_not_go(scope: Scope) -> None:
    """The option that new assets get can be neither removed nor retired."""
    made = service.create_field(scope, draft(K.SELECT, "A", "B"), "A")
    default = made.body["default"]

    acts: tuple[Callable[[], object], ...] = (
        lambda: service.delete_option(scope, made.id, default),
        lambda: service.patch_option(scope, made.id, default, {"retired": True}),
    )
    for act in acts:
        with pytest.raises(refusals.InvalidCatalogError) as refused:
            act()
        assert codes(refused.value) == [("invalid_default", "/default")]


def test_an_unknown_option_is_not_found(scope: Scope) -> None:
    """Changing an option that the field has not is refused as absent."""
    made = service.create_field(scope, draft(K.SELECT, "A"))

    with pytest.raises(refusals.OptionNotFoundError):
        service.patch_option(scope, made.id, "opt_none", {"label": "B"})


def test_becoming_unique_claims_the_values(scope: Scope) -> None:
    """Values that are there when a field becomes unique are nobody else's from then on."""
    made = placed(scope, draft())
    held = [asset(scope, f"M{n}") for n in range(120)]

    service.patch_field(scope, made.id, {"unique": True})

    with pytest.raises(MusterError) as refused:
        asset(scope, "m77")
    assert codes(refused.value) == [("not_unique", f"/custom_fields/{CPU}")]
    assert refused.value.errors[0].extra["conflicts_with"] == held[77].id


def test_shared_values_can_not_become_unique(scope: Scope) -> None:
    """Two assets that share a value are named, and nothing has changed."""
    made = placed(scope, draft())
    pair = [asset(scope, "M3"), asset(scope, "m3 ")]
    asset(scope, "M4")
    before = scope.ledger.head().seq

    with pytest.raises(refusals.DuplicateValuesError) as refused:
        service.patch_field(scope, made.id, {"unique": True})

    assert refused.value.extra["candidates"] == [each.id for each in pair]
    assert scope.ledger.head().seq == before


def test_values_in_the_trash_do_not_count(scope: Scope) -> None:
    """What lies in the trash holds no unique value, and stands in no field's way."""
    made = placed(scope, draft())
    delete_asset(scope, asset(scope, "M3").id)
    asset(scope, "M3")

    assert service.patch_field(scope, made.id, {"unique": True}).body["unique"] is True


@pytest.mark.parametrize("moment", [0, 1])
def test_a_value_that_comes_meanwhile_is_claimed_too(scope: Scope, moment: int) -> None:
    """An asset made while values are claimed ends up unique, or the field does not."""
    made = placed(scope, draft())
    asset(scope, "M1")
    happens = [lambda: asset(scope, "M2"), lambda: asset(scope, "M1")][moment]
    racing = intruded(scope, happens)

    if moment == 0:
        service.patch_field(racing, made.id, {"unique": True})
        with pytest.raises(MusterError) as refused:
            asset(scope, "M2")
        assert codes(refused.value) == [("not_unique", f"/custom_fields/{CPU}")]
    else:
        with pytest.raises(refusals.DuplicateValuesError):
            service.patch_field(racing, made.id, {"unique": True})
        found = scope.ledger.get("field_type", made.id)
        assert found is not None
        assert not found.body["unique"]


def test_values_that_a_type_no_longer_shows_do_not_count(scope: Scope) -> None:
    """A value kept from a field that was taken off the type stands in no field's way."""
    made = placed(scope, draft())
    asset(scope, "M3")
    kind = next(iter(service.load_catalog(scope).types))
    service.patch_type(scope, kind, {"fields": []})
    other = AssetType(
        name="type.mac", label="Mac", key_prefix="MAC", fields=(Placement(field=CPU),)
    )
    service.create_type(scope, other)
    members = {"type": "type.mac", "custom_fields": {CPU: "M3"}}
    create_asset(scope, AssetDraft.model_validate(members))

    assert service.patch_field(scope, made.id, {"unique": True}).body["unique"] is True


def test_a_claim_left_behind_harms_nobody(scope: Scope) -> None:
    """A claim of a refused switch does not keep the value from others."""
    made = placed(scope, draft())
    asset(scope, "M1")
    racing = intruded(scope, lambda: asset(scope, "M1"))
    with pytest.raises(refusals.DuplicateValuesError):
        service.patch_field(racing, made.id, {"unique": True})

    assert asset(scope, "M1").version == 1


def test_too_many_values_do_not_become_unique(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A field with more values than one request can claim is refused before anything is claimed."""
    monkeypatch.setattr(unique, "MOST_CLAIMED", 1)
    made = placed(scope, draft())
    asset(scope, "M1")
    asset(scope, "M2")
    before = scope.ledger.head().seq

    with pytest.raises(refusals.TooManyToMarkError):
        service.patch_field(scope, made.id, {"unique": True})

    assert scope.ledger.head().seq == before
