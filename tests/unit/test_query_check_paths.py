"""What a path means: built-ins, dotted names, labels, references, and the nearest names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.query.check.conditions import all_of, some_of, through
from muster.query.check.paths import MOST_HOPS, spelled
from muster.replica.condition import All, Condition, Empty, Equal, Has, Not, Place, Some, Within
from tests.unit import query_world as world
from tests.unit.query_asked import checked, marked, refused, where
from tests.unit.query_world import ident

HOP = ("asset.department",)
BOOK, RACK = Place("id", ("book.owner",)), Place("rack.owner")


def catalog_with(*fields: FieldType) -> Catalog:
    """Return the catalog of the world with more fields."""
    before = world.catalog()
    return replace(before, fields={**before.fields, **{each.name: each for each in fields}})


def field(name: str, label: str, kind: FieldKind = FieldKind.TEXT) -> FieldType:
    return FieldType(id=ident("field_type", name), name=name, label=label, kind=kind)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("id", Place("id")),
        ("objectId", Place("id")),
        ("KEY", Place("key")),
        ("label", Place("name")),
        ("Title", Place("name")),
        ("name", Place("name")),
        ("system.title", Place("name")),
        ("description", Place("description")),
        ("tag", Place("tag")),
        ("serial", Place("serial")),
        ("computer.model", Place("computer.model")),
        ("COMPUTER.Model", Place("computer.model")),
        ('"computer.model"', Place("computer.model")),
        ("model", Place("computer.model")),
        ("'Book title'", Place("book.title")),
        ("'Bóok  TITLE'", Place("book.title")),
        ("department.name", Place("name", HOP)),
        ("asset.department.label", Place("name", HOP)),
        ("'Belongs to Department'.'Book title'", Place("book.title", ("asset.belongs_to",))),
        ("Department.Department.model", Place("computer.model", HOP * 2)),
    ],
)
def test_a_path_is_found_by_every_name(path: str, place: Place) -> None:
    assert where(f"{path} = abc") == Equal(place, ("abc",))


@pytest.mark.parametrize(
    ("path", "leaf"),
    [
        ("type", "type"),
        ("objectType", "type"),
        ("objectTypeId", "type"),
        ("schema", "type"),
        ("objectSchema", "type"),
        ("objectSchemaId", "type"),
    ],
)
def test_types_have_the_names_of_atlassian_assets(path: str, leaf: str) -> None:
    book = ident("asset_type", "book")

    assert where(f"{path} = {book}", "aql") == Equal(Place(leaf), (book,))
    assert where(f"{path} = Book", "aql") == Equal(Place(leaf), (book,))


def test_a_types_name_wins_over_the_label_of_another() -> None:
    before = world.catalog()
    book, laptop = ident("asset_type", "book"), ident("asset_type", "laptop")
    types = {**before.types, book: before.types[book].model_copy(update={"label": "laptop"})}

    found = where("type = laptop", catalog=replace(before, types=types))

    assert found == Equal(Place("type"), (laptop,))


@pytest.mark.parametrize(
    ("path", "leaf"),
    [
        ("created", "created_at"),
        ("created_at", "created_at"),
        ("updated", "updated_at"),
        ("updated_at", "updated_at"),
    ],
)
def test_moments_of_every_asset(path: str, leaf: str) -> None:
    assert where(f"{path} >= 2026-11-24T12:00Z") == Within(Place(leaf), low=world.NOW)


def test_the_longest_name_wins() -> None:
    longer = catalog_with(field("department.name", "x"))

    assert where("department.name = a", catalog=longer) == Equal(Place("department.name"), ("a",))


def test_a_built_in_wins_over_a_label_and_a_dotted_name_over_an_alias() -> None:
    named = catalog_with(field("asset.tags", "Tag"), field("system.title", "Other"))

    assert where("tag = a", catalog=named) == Equal(Place("tag"), ("a",))
    assert where("system.title = a", catalog=named) == Equal(Place("system.title"), ("a",))


def test_the_label_that_a_type_gives_a_field_is_one_of_its_names() -> None:
    assert where("'Spring rate' IS EMPTY") == Empty(Place("purchase.rate"))


def test_a_label_of_several_fields_is_one_attribute_with_the_values_of_all() -> None:
    equal = some_of([where("book.owner = Bob"), where("rack.owner = Bob")])
    there = some_of([Not(Empty(BOOK)), Not(Empty(RACK))])

    assert where("Owner = Bob") == equal
    assert where("Owner IS EMPTY") == All((Empty(BOOK), Empty(RACK)))
    assert where("Owner != Bob") == All((there, Not(equal)))


def test_fields_of_a_shared_label_that_a_value_does_not_suit_are_left_out() -> None:
    mixed = catalog_with(field("a.size", "Size", FieldKind.INTEGER), field("b.size", "Size"))
    sizes = [Not(Empty(Place("a.size"))), Not(Empty(Place("b.size")))]

    assert where("Size = big", catalog=mixed) == Equal(Place("b.size"), ("big",))
    assert where("Size != big", catalog=mixed) == all_of(
        [some_of(sizes), Not(Equal(Place("b.size"), ("big",)))]
    )
    assert refused("Size UNDER big", catalog=mixed).errors[0].code == "wrong_type"


def test_a_shared_label_is_remarked_on() -> None:
    (remark,) = checked("Owner = Bob").remarks

    assert (remark.code, remark.span) == ("several_fields", (0, 5))
    assert "`book.owner`, `rack.owner`" in remark.detail


def test_only_references_of_a_shared_label_lead_on() -> None:
    assert where("Owner.name = x") == Equal(Place("name", ("book.owner",)), ("x",))


def test_what_is_no_place_is_asked_of_the_assets_that_a_reference_leads_to() -> None:
    assert where("department.text HAS x") == through(HOP, Has(None, "x"))
    assert where("department.hasImage = no") == through(HOP, Empty(Place("@images")))


def test_the_status_field_is_the_one_of_the_catalog() -> None:
    status = Place("asset.status")
    lost = ident("option", "Lost")

    assert where("status = Lost") == Equal(status, (lost,))
    assert where("department.status = Lost") == Equal(Place("asset.status", HOP), (lost,))


def test_several_status_fields_are_told_apart_by_name() -> None:
    two = catalog_with(field("b.status", "State", FieldKind.STATUS))

    error = refused("status = Lost", catalog=two)

    assert error.errors[0].code == "ambiguous_field"
    assert error.errors[0].extra["suggestions"] == ["asset.status", "b.status"]


@pytest.mark.parametrize(
    ("text", "place", "suggestion"),
    [
        ("computer.modle = x", "computer.modle", "computer.model"),
        ("titel = x", "titel", "title"),
        ("os.version = 3", "os.version", "computer.os.version"),
        ("'Warranty Edn' = x", "'Warranty Edn'", '"Warranty End"'),
        ("Department.nmae = x", "Department.nmae", "Department.name"),
        ("model = x AND computer.modell = y", "computer.modell", "computer.model"),
        ("computer.model.size = 3", "computer.model.size", "computer.model"),
        ("model = x ORDER BY computer.wight", "computer.wight", "computer.weight"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_names(
    text: str, place: str, suggestion: str
) -> None:
    error = refused(text)

    assert error.errors[0].code == "unknown_field"
    assert marked(text, error) == place
    assert error.errors[0].extra["suggestions"][0] == suggestion
    assert f"Did you mean `{suggestion}`" in error.detail


def test_a_type_of_links_in_a_path_leads_to_the_functions_that_walk_links() -> None:
    error = refused("'Runs on'.name = x")

    assert error.errors[0].code == "unknown_field"
    assert "outR" in error.detail


def test_only_references_lead_on() -> None:
    error = refused("model.zzz = x")

    assert error.errors[0].code == "unknown_field"
    assert "only reference fields lead on" in error.detail


@pytest.mark.parametrize("name", ["issues", "lastSeen"])
def test_what_is_not_connected_says_what_has_to_be(name: str) -> None:
    error = refused(f"{name} IS EMPTY")

    assert error.errors[0].code == "not_connected"
    assert "has to be connected first" in error.detail


def test_a_path_leads_over_up_to_eight_references() -> None:
    eight = ".".join(["department"] * MOST_HOPS)

    assert where(f"{eight}.name = x") == Equal(Place("name", HOP * MOST_HOPS), ("x",))
    assert refused(f"{eight}.department.name = x").errors[0].code == "limit_exceeded"


def test_what_a_path_can_mean_is_limited() -> None:
    """Labels that many fields share would make ever more paths of themselves."""
    shared = catalog_with(*(field(f"a.r{n}", "Part", FieldKind.REFERENCE) for n in range(8)))

    assert isinstance(where("Part.name = x", catalog=shared), Some)
    assert refused("Part.Part.Part.name = x", catalog=shared).errors[0].code == "limit_exceeded"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("computer.model", "computer.model"),
        ("Warranty End", '"Warranty End"'),
        ('a"b', '"a\\"b"'),
        ("", '""'),
    ],
)
def test_names_are_written_as_a_query_has_them(name: str, written: str) -> None:
    assert spelled(name) == written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("any = Lost", ("Lost", ident("option", "Lost"))),
        ("any = 16", ("16", 16)),
        ("any = yes", ("yes", True)),
    ],
)
def test_any_field_is_looked_at_for_all_that_a_word_can_be(
    text: str, expected: tuple[object, ...]
) -> None:
    found: Condition = where(text)

    assert getattr(found, "values") == expected  # noqa: B009 - of one class only
