from __future__ import annotations

import pytest

from muster.catalog.model import AssetType, Catalog, FieldKind, FieldType, Placement
from muster.transfer.mapping import IMPORT_KEY, MappingRequest, map_columns
from muster.transfer.mappings import SOURCES, recognise
from muster.transfer.model import ColumnMapping, ImportOptions, Target
from muster.transfer.refusals import MappingWrongError
from muster.transfer.sniff import sniff
from tests.unit.import_world import sample

LAPTOP = AssetType(
    id="typ_1",
    name="type.laptop",
    label="Laptop",
    key_prefix="LAP",
    fields=(Placement(field="computer.cpu", label="Processor"),),
)
CATALOG = Catalog(
    seq=1,
    types={"typ_1": LAPTOP},
    fields={
        "computer.cpu": FieldType(name="computer.cpu", label="CPU", kind=FieldKind.TEXT),
        "asset.owner": FieldType(
            name="asset.owner", label="Owner", kind=FieldKind.TEXT, unique=True
        ),
    },
)


def mapped(content: str | bytes, **request: object) -> ColumnMapping:
    raw = content.encode() if isinstance(content, str) else content
    found = sniff(raw, ImportOptions())
    return map_columns(CATALOG, found, MappingRequest(**request))[0]  # type: ignore[arg-type]


def targets(mapping: ColumnMapping) -> dict[str, str | None]:
    return {column: target.to for column, target in mapping.columns.items()}


def refused(content: str, **request: object) -> set[tuple[str, str | None]]:
    with pytest.raises(MappingWrongError) as caught:
        mapped(content, **request)
    return {(error.code, error.pointer) for error in caught.value.errors}


@pytest.mark.parametrize(
    ("file", "source", "key"),
    [
        ("snipe-it/assets-sample.csv", "snipe-it", "tag"),
        ("snipe-it/assets-sample-BAD.csv", "snipe-it", "tag"),
        ("ralph/back_office_assets.csv", "ralph", "ralph.id"),
        ("shelf/asset-import-from-content.csv", "shelf", IMPORT_KEY),
        ("homebox/fields.csv", "homebox", IMPORT_KEY),
        ("snipe-it/users-sample.csv", "none", IMPORT_KEY),
    ],
)
def test_exports_of_other_trackers_are_recognised(file: str, source: str, key: str) -> None:
    """The header is enough to know where a file comes from and what tells its rows."""
    found = mapped(sample(file))

    assert (found.source, found.key) == (source, key)


def test_no_two_sources_claim_one_header() -> None:
    """A signature is found in its own source alone."""
    for source in SOURCES:
        for signature in source.signatures:
            assert recognise(signature) is source


def test_a_source_maps_no_two_of_its_columns_of_one_export_to_one_target() -> None:
    """Where a source has two names for a thing, they are of different generations."""
    for file in ("snipe-it/assets-sample.csv", "snipe-it/assets-sample-BAD.csv"):
        used = [target for target in targets(mapped(sample(file))).values() if target]

        assert len(used) == len(set(used))


def test_columns_are_known_by_dotted_name_label_and_synonym() -> None:
    """Headers that Asset Tracker exports, labels that the type shows, words that people use."""
    found = mapped(
        "Asset Tag,computer.cpu (CPU),Owner,Seriennummer,Colour\nA,i7,Ada,S1,red\n",
        type="laptop",
    )

    assert targets(found) == {
        "Asset Tag": "tag",
        "computer.cpu (CPU)": "computer.cpu",
        "Owner": "asset.owner",
        "Seriennummer": "serial",
        "Colour": "asset.colour",
    }
    assert found.columns["Colour"].kind is FieldKind.TEXT


def test_the_label_that_a_type_shows_is_known_too() -> None:
    """A placement may call a field by another name."""
    assert targets(mapped("tag,Processor\nA,i7\n", type="Laptop"))["Processor"] == "computer.cpu"


def test_what_the_user_says_goes_before_what_is_guessed() -> None:
    """A column can be sent elsewhere or left out; what it was guessed to be is free for another."""
    found = mapped(
        "Name,Title,Junk\na,b,c\n",
        columns={"Name": Target(to="computer.cpu"), "Junk": Target()},
    )

    assert targets(found) == {"Name": "computer.cpu", "Title": "name", "Junk": None}


def test_a_second_column_of_one_target_becomes_a_field_of_its_own() -> None:
    """No value is lost, and none overwrites another."""
    found = mapped("Description,Notes\na,b\n")

    assert targets(found) == {"Description": "description", "Notes": "asset.notes"}


def test_a_type_column_names_types_only_where_it_does() -> None:
    """A column called Type may hold anything."""
    assert targets(mapped("tag,Type\nA,Laptop\nB,laptop\n"))["Type"] == "type"
    assert targets(mapped("tag,Type\nA,round\nB,square\n"))["Type"] == "asset.type"


def test_an_empty_column_makes_no_field() -> None:
    """Exports have columns that nobody ever filled."""
    assert targets(mapped("tag,Nothing\nA,\n"))["Nothing"] is None


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("tag,serial\nA,1\nB,2\n", "tag"),
        ("tag,serial\n,1\nB,2\n", "serial"),
        ("tag,serial\nA,1\nA,2\n", "serial"),
        ("tag,serial\nA,1\nA,1\n", "tag"),
        ("tag,serial\n,1\nB,\n", IMPORT_KEY),
        ("Owner,name\nAda,x\n", "asset.owner"),
        ("name,colour\nx,y\n", IMPORT_KEY),
    ],
)
def test_the_key_is_what_every_row_has_and_none_shares(content: str, key: str) -> None:
    """Tag before serial number before another unique field before what identifies the row."""
    assert mapped(content).key == key


def test_a_key_can_be_named_by_target_column_or_label() -> None:
    """`--key "Serial no"` means the column of that name."""
    content = "tag,Serial no,Owner\nA,1,x\n"

    assert mapped(content, key="serial").key == "serial"
    assert mapped(content, key="Serial no").key == "serial"
    assert mapped(content, key="Owner").key == "asset.owner"


def test_everything_wrong_in_a_mapping_is_told_at_once() -> None:
    """With the place in the request, so that a form can show it."""
    found = refused(
        "tag,b,c\n1,2,3\n",
        type="lapto",
        key="colour",
        columns={"nope": Target(to="name"), "b": Target(to="no such"), "c": Target(to="tag")},
    )

    assert found == {
        ("unknown_type", "/type"),
        ("unknown_key", "/key"),
        ("unknown_column", "/columns/nope"),
        ("unknown_target", "/columns/b"),
    }
    assert refused("a,b\n1,2\n", columns={"a": Target(to="tag"), "b": Target(to="tag")}) == {
        ("target_twice", "/columns/b")
    }


def test_an_unknown_source_is_refused_and_none_uses_none() -> None:
    """A mapping can be switched off."""
    content = "Asset Tag,Name,Model,Checkout Type\nA,b,c,User\n"

    assert mapped(content).source == "snipe-it"
    assert mapped(content, options=ImportOptions(source="none")).source == "none"
    assert refused(content, options=ImportOptions(source="sap")) == {
        ("unknown_source", "/options/source")
    }
