"""Use cases of asset types and link types: rules, inheritance, what is in use, races."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.assets.links import create_link
from muster.assets.model import AssetDraft, AssetPatch, LinkDraft
from muster.assets.service import create_asset, delete_asset, patch_asset
from muster.catalog import refusals, service
from muster.catalog.model import AssetType, FieldKind, FieldType, LinkType, Placement
from muster.catalog.names import contrast
from muster.errors import MusterError
from muster.ledger.model import Record
from muster.ledger.port import VersionConflictError
from muster.scope import Scope
from tests.racing import intruded
from tests.support import Stand


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Stand(tmp_path).scope()


def kind(name: str = "type.laptop", **more: Any) -> AssetType:
    return AssetType(**{"name": name, "label": name[5:].title(), "key_prefix": "LAP", **more})


def field(scope: Scope, name: str = "computer.cpu", **more: Any) -> Record:
    members = {"name": name, "label": name, "kind": FieldKind.TEXT, **more}
    return service.create_field(scope, FieldType(**members))


def asset(scope: Scope, type_name: str = "type.laptop", **fields: Any) -> Record:
    draft = AssetDraft.model_validate({"type": type_name, "custom_fields": fields})
    return create_asset(scope, draft)


def codes(error: MusterError) -> list[tuple[str, str | None]]:
    return [(each.code, each.pointer or each.parameter) for each in error.errors]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"name": "laptop"}, [("invalid_name", "/name")]),
        ({"name": "type laptop.x"}, [("invalid_name", "/name")]),
        ({"name": "type."}, [("invalid_name", "/name")]),
        ({"name": "type.läptop"}, [("invalid_name", "/name")]),
        ({"key_prefix": "L"}, [("invalid_key_prefix", "/key_prefix")]),
        ({"key_prefix": "lap"}, [("invalid_key_prefix", "/key_prefix")]),
        ({"key_prefix": "LAPTOPLAPTO"}, [("invalid_key_prefix", "/key_prefix")]),
        ({"color": "red"}, [("invalid_color", "/color")]),
        ({"parent": "type.none"}, [("unknown_type", "/parent")]),
        ({"fields": (Placement(field="no.such"),)}, [("unknown_field", "/fields/0/field")]),
        (
            {"fields": (Placement(field="computer.cpu", text_color="#eeeeee"),)},
            [("low_contrast", "/fields/0/text_color")],
        ),
        (
            {"fields": (Placement(field="computer.cpu"), Placement(field="computer.cpu"))},
            [("field_twice", "/fields/1/field")],
        ),
    ],
)
def test_a_type_that_breaks_a_rule_is_refused(
    scope: Scope, wrong: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Each rule names the member that breaks it, and nothing is written."""
    field(scope)
    before = scope.ledger.head().seq

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.create_type(scope, kind(**wrong))

    assert codes(refused.value) == expected
    assert scope.ledger.head().seq == before


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48)]
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    """The contrast of two colours is WCAG's, whichever comes first."""
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_names_of_types_are_unique_without_regard_to_case(scope: Scope) -> None:
    """A second type of the same name is refused, naming the one that has it."""
    first = service.create_type(scope, kind())

    with pytest.raises(refusals.NameTakenError) as refused:
        service.create_type(scope, kind("type.LAPTOP"))

    assert refused.value.extra == {"holder": first.id}


def test_fields_are_inherited_and_can_be_placed_anew(scope: Scope) -> None:
    """A type has its parents' fields first, with its own placement where it has one."""
    for name in ("asset.status", "computer.cpu", "laptop.screen"):
        field(scope, name)
    service.create_type(
        scope,
        kind(
            "type.computer",
            fields=(Placement(field="computer.cpu"), Placement(field="asset.status")),
        ),
    )
    own = (
        Placement(field="laptop.screen"),
        Placement(field="computer.cpu", label="Chip", required=True),
    )

    laptop = service.create_type(scope, kind(parent="type.computer", fields=own))

    placed = service.load_catalog(scope).fields_of(laptop.id)
    assert list(placed) == ["computer.cpu", "asset.status", "laptop.screen"]
    assert (placed["computer.cpu"].label, placed["computer.cpu"].required) == ("Chip", True)
    assert [p.inherited for p in placed.values()] == [False, True, False]


def test_a_type_can_not_inherit_from_itself(scope: Scope) -> None:
    """A cycle of parents is refused, however long."""
    one = service.create_type(scope, kind("type.one"))
    service.create_type(scope, kind("type.two", parent="type.one"))
    service.create_type(scope, kind("type.three", parent="type.two"))

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.patch_type(scope, one.id, {"parent": "type.three"})

    assert codes(refused.value) == [("type_cycle", "/parent")]


def test_two_moves_at_once_make_no_cycle(scope: Scope) -> None:
    """A parent that was set meanwhile is seen before another one is committed."""
    one = service.create_type(scope, kind("type.one"))
    two = service.create_type(scope, kind("type.two"))
    racing = intruded(scope, lambda: service.patch_type(scope, two.id, {"parent": one.id}))

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.patch_type(racing, one.id, {"parent": two.id})

    assert codes(refused.value) == [("type_cycle", "/parent")]


def test_a_name_never_changes(scope: Scope) -> None:
    """Values, searches and imports rest on dotted names."""
    made = service.create_type(scope, kind())

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.replace_type(scope, made.id, kind("type.notebook"))

    assert codes(refused.value) == [("name_fixed", "/name")]


def test_a_patch_keeps_what_it_does_not_name(scope: Scope) -> None:
    """What is absent stays, null clears, and a patch of nothing makes no version."""
    made = service.create_type(scope, kind(icon="laptop", description="A computer to carry"))

    changed = service.patch_type(scope, made.id, {"label": "Notebook", "icon": None})
    same = service.patch_type(scope, made.id, {"label": "Notebook"})

    assert changed.body == {
        **{n: v for n, v in made.body.items() if n != "icon"},
        "label": "Notebook",
    }
    assert (same.version, changed.version) == (2, 2)


def test_a_needed_member_can_not_be_cleared(scope: Scope) -> None:
    """Null for what a type has to have is refused, naming it."""
    made = service.create_type(scope, kind())

    with pytest.raises(refusals.InvalidCatalogError) as refused:
        service.patch_type(scope, made.id, {"label": None})

    assert codes(refused.value) == [("required", "/label")]


def test_an_older_version_is_refused(scope: Scope) -> None:
    """If-Match of a version that is no longer the newest changes nothing."""
    made = service.create_type(scope, kind())
    service.patch_type(scope, made.id, {"label": "Notebook"})

    for act in (
        lambda: service.patch_type(scope, made.id, {"label": "X"}, 1),
        lambda: service.delete_type(scope, made.id, 1),
    ):
        with pytest.raises(VersionConflictError):
            act()


def test_a_change_between_is_built_upon(scope: Scope) -> None:
    """Without If-Match, a change that came between is kept and the patch goes on top of it."""
    made = service.create_type(scope, kind())
    racing = intruded(scope, lambda: service.patch_type(scope, made.id, {"icon": "laptop"}))

    after = service.patch_type(racing, made.id, {"label": "Notebook"})

    assert (after.body["label"], after.body["icon"], after.version) == ("Notebook", "laptop", 3)


def test_a_type_with_assets_stays(scope: Scope) -> None:
    """Not even assets in the trash lose their type."""
    made = service.create_type(scope, kind())
    delete_asset(scope, asset(scope).id)

    with pytest.raises(refusals.InUseError) as refused:
        service.delete_type(scope, made.id)

    assert refused.value.extra == {"assets": 1}


@pytest.mark.parametrize("used_by", ["subtype", "reference field", "link type", "type field"])
def test_a_type_that_others_name_stays(scope: Scope, used_by: str) -> None:
    """A type that a type, a field or a link type names can't be deleted."""
    made = service.create_type(scope, kind())
    if used_by == "subtype":
        service.create_type(scope, kind("type.tablet", parent=made.id))
    elif used_by == "reference field":
        field(scope, kind=FieldKind.REFERENCE, reference_types=("type.laptop",))
    elif used_by == "link type":
        ends = {"outbound_name": "runs", "inbound_name": "runs on", "target_types": (made.id,)}
        service.create_link_type(scope, LinkType(name="Run", **ends))
    else:
        draft = FieldType(name="asset.kind", label="Kind", kind=FieldKind.ASSET_TYPE)
        service.create_field(scope, draft, "type.laptop")

    with pytest.raises(refusals.InUseError):
        service.delete_type(scope, made.id)


def test_a_type_that_nothing_uses_goes(scope: Scope) -> None:
    """A deleted type is gone from the catalog, and its name is free."""
    made = service.create_type(scope, kind())

    service.delete_type(scope, made.id, 1)

    assert service.load_catalog(scope).types == {}
    assert service.create_type(scope, kind()).id != made.id


def test_no_asset_gets_a_type_that_is_being_deleted(scope: Scope) -> None:
    """An asset that is made between the look and the commit keeps its type there."""
    made = service.create_type(scope, kind())
    racing = intruded(scope, lambda: asset(scope))

    with pytest.raises(refusals.InUseError):
        service.delete_type(racing, made.id)

    assert service.load_catalog(scope).types.keys() == {made.id}


def test_no_asset_is_made_of_a_type_that_was_just_deleted(scope: Scope) -> None:
    """A type that is deleted between an asset's look and its commit refuses the asset."""
    made = service.create_type(scope, kind())
    racing = intruded(scope, lambda: service.delete_type(scope, made.id))

    with pytest.raises(MusterError) as refused:
        asset(racing)

    assert refused.value.errors[0].code == "unknown_type"
    assert scope.replica.count_assets(by="type") == {}


def test_a_type_with_assets_does_not_become_abstract(scope: Scope) -> None:
    """Abstract types have no assets, also when one comes meanwhile."""
    made = service.create_type(scope, kind())
    racing = intruded(scope, lambda: asset(scope))

    with pytest.raises(refusals.InUseError):
        service.patch_type(racing, made.id, {"abstract": True})


def test_values_of_a_field_taken_off_come_back_with_it(scope: Scope) -> None:
    """Taking a field off a type touches no asset; placing it again shows the values again."""
    field(scope)
    made = service.create_type(scope, kind(fields=(Placement(field="computer.cpu"),)))
    laptop = asset(scope, **{"computer.cpu": "M3"})

    service.patch_type(scope, made.id, {"fields": []})
    service.patch_type(scope, made.id, {"fields": [{"field": "computer.cpu"}]})

    now = scope.ledger.get("asset", laptop.id)
    assert now is not None
    assert (now.version, now.body["fields"]) == (1, {"computer.cpu": "M3"})


def test_a_unique_field_that_comes_back_claims_the_values(scope: Scope) -> None:
    """Values that assets kept from before are unique again once their type has the field again."""
    field(scope, "net.host", unique=True)
    made = service.create_type(scope, kind(fields=(Placement(field="net.host"),)))
    first = asset(scope, **{"net.host": "alpha"})
    service.patch_type(scope, made.id, {"fields": []})
    patch_asset(scope, first.id, AssetPatch(name="renamed"))
    service.patch_type(scope, made.id, {"fields": [{"field": "net.host"}]})

    with pytest.raises(MusterError) as refused:
        asset(scope, **{"net.host": "ALPHA"})

    assert refused.value.errors[0].code == "not_unique"


def link_type(**more: Any) -> LinkType:
    words = {"name": "Part", "outbound_name": "is part of", "inbound_name": "has part"}
    return LinkType.model_validate({**words, **more})


def test_names_of_link_types_are_unique(scope: Scope) -> None:
    """Two link types don't share a name; one that is renamed frees its old one."""
    first = service.create_link_type(scope, link_type())
    with pytest.raises(refusals.NameTakenError):
        service.create_link_type(scope, link_type(name="PART"))

    service.patch_link_type(scope, first.id, {"name": "Component"})

    assert service.create_link_type(scope, link_type(name="PART")).version == 1


def test_a_link_type_with_links_stays_as_it_is(scope: Scope) -> None:
    """While it has links it can be renamed, but not deleted and not turned around."""
    service.create_type(scope, kind())
    made = service.create_link_type(scope, link_type())
    one, other = asset(scope), asset(scope)
    create_link(scope, one.id, LinkDraft.model_validate({"type": "Part", "target": other.id}))

    for act in (
        lambda: service.delete_link_type(scope, made.id),
        lambda: service.patch_link_type(scope, made.id, {"symmetric": True}),
    ):
        with pytest.raises(refusals.InUseError):
            act()
    renamed = service.patch_link_type(scope, made.id, {"outbound_name": "belongs to"})

    assert renamed.body["outbound_name"] == "belongs to"


def test_a_link_made_meanwhile_keeps_its_type(scope: Scope) -> None:
    """A link that comes between the look and the commit is not left without a type."""
    service.create_type(scope, kind())
    made = service.create_link_type(scope, link_type())
    one, other = asset(scope), asset(scope)
    draft = LinkDraft.model_validate({"type": "Part", "target": other.id})
    racing = intruded(scope, lambda: create_link(scope, one.id, draft))

    with pytest.raises(refusals.InUseError):
        service.delete_link_type(racing, made.id)
