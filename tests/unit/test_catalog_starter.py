"""The starter catalog: what it holds, and that installing it leaves alone what is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from muster.assets.model import AssetDraft
from muster.assets.service import create_asset
from muster.catalog import service
from muster.catalog.fieldrules import KEEP, checked
from muster.catalog.model import AssetType, FieldKind, FieldType
from muster.ledger.model import Mark, Put
from muster.ledger.port import Ledger
from muster.ledger.refusals import mark_taken
from muster.scope import Scope
from tests.racing import intruded
from tests.support import Stand

WANTED = (
    "computer laptop display phone printer router switch server licence accessory employee location"
)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Stand(tmp_path).scope()


def test_it_holds_the_usual_types(scope: Scope) -> None:
    """All types that a new tenant is promised are there, and assets can be of each."""
    made = service.install_starter(scope)

    catalog = service.load_catalog(scope)
    usable = {t.name for t in catalog.types.values() if not t.abstract}
    assert usable == {f"type.{name}" for name in WANTED.split()}
    assert made == {
        "asset_types": len(catalog.types),
        "field_types": len(catalog.fields),
        "link_types": len(catalog.link_types),
    }
    for name in sorted(usable):
        assert create_asset(scope, AssetDraft.model_validate({"type": name})).body["key"]


def test_every_field_and_type_is_one_that_could_be_sent(scope: Scope) -> None:
    """The starter catalog keeps all rules that a tenant's own has to keep."""
    service.install_starter(scope)
    catalog = service.load_catalog(scope)

    for field in catalog.fields.values():
        assert checked(catalog, field, KEEP) == field
    before = scope.ledger.head().seq
    for kind in catalog.types.values():
        service.replace_type(scope, kind.id, kind)
    for link_type in catalog.link_types.values():
        service.replace_link_type(scope, link_type.id, link_type)
    assert scope.ledger.head().seq == before


def test_every_field_is_placed_and_every_placement_has_a_field(scope: Scope) -> None:
    """Nothing of the starter catalog is left over or missing."""
    service.install_starter(scope)
    catalog = service.load_catalog(scope)

    placed = {place.field for kind in catalog.types.values() for place in kind.fields}

    assert placed == set(catalog.fields)
    laptop = catalog.type_of("type.laptop")
    assert laptop is not None
    assert {"asset.status", "computer.memory.size", "display.size"} <= catalog.fields_of(
        laptop.id
    ).keys()


def test_a_second_time_changes_nothing(scope: Scope) -> None:
    """Installing twice makes nothing the second time."""
    service.install_starter(scope)
    before = scope.ledger.head().seq

    again = service.install_starter(scope)

    assert again == {"asset_types": 0, "field_types": 0, "link_types": 0}
    assert scope.ledger.head().seq == before


def test_what_is_there_is_left_alone(scope: Scope) -> None:
    """A tenant's own types and fields of the same names stay as they are."""
    own = service.create_type(
        scope, AssetType(name="type.laptop", label="Notebook", key_prefix="NB")
    )
    field = service.create_field(
        scope, FieldType(name="asset.status", label="State", kind=FieldKind.TEXT)
    )

    service.install_starter(scope)

    catalog = service.load_catalog(scope)
    assert catalog.types[own.id].label == "Notebook"
    assert catalog.fields["asset.status"].kind is FieldKind.TEXT
    assert scope.ledger.get("field_type", field.id) == field


def test_it_goes_on_where_it_was_cut_short(scope: Scope) -> None:
    """After only some of its commits, installing again completes it."""

    class CutShortError(Exception):
        """The process ends here."""

    class Dying:
        def __init__(self) -> None:
            self.left = 1

        def commit(self, writes: Any, **more: Any) -> Any:
            if not self.left:
                raise CutShortError
            self.left -= 1
            return scope.ledger.commit(writes, **more)

        def __getattr__(self, name: str) -> Any:
            return getattr(scope.ledger, name)

    with pytest.raises(CutShortError):
        service.install_starter(replace(scope, ledger=cast("Ledger", Dying())))

    service.install_starter(scope)

    catalog = service.load_catalog(scope)
    assert {place.field for t in catalog.types.values() for place in t.fields} == set(
        catalog.fields
    )
    assert all(
        target in catalog.types for f in catalog.fields.values() for target in f.reference_types
    )


def test_a_name_that_is_taken_meanwhile_is_left_alone(scope: Scope) -> None:
    """A type that somebody makes while the catalog is being installed stays theirs."""
    theirs = AssetType(name="type.laptop", label="Notebook", key_prefix="NB")
    racing = intruded(scope, lambda: service.create_type(scope, theirs))

    service.install_starter(racing)

    found = service.load_catalog(scope).type_of("type.laptop")
    assert found is not None
    assert found.label == "Notebook"


def test_a_mark_that_is_taken_meanwhile_is_left_alone(scope: Scope) -> None:
    """A ledger that tells of the name before it tells of the fence is looked at again as well."""

    def take() -> None:
        raise mark_taken(Mark("type", "type.laptop"), "asset_type", "typ_1")

    made = service.install_starter(intruded(scope, take))

    assert made["asset_types"] == len(service.load_catalog(scope).types)


def test_the_first_commit_of_another_does_not_count_twice(scope: Scope) -> None:
    """The counts are what was made, also when a round had to be decided again."""
    other = Put("folder", "fol_00000000000000000000000000", {"name": "x"})
    racing = intruded(scope, lambda: scope.commit([other]))

    made = service.install_starter(racing)

    assert made["asset_types"] == len(service.load_catalog(scope).types)
