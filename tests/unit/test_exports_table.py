"""What stands in an export's columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.catalog.load import load_catalog
from muster.exports.asked import CsvOptions, ExportRequest
from muster.exports.refusals import InvalidExportError
from muster.exports.service import create_export
from muster.exports.texts import Writing, duration
from tests.support import Stand
from tests.unit.export_world import asset, cell, content, export, field, objects, table


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path)
    made = [
        field(stand, "a.price", "money", label="Price"),
        field(stand, "a.weight", "number", label="Weight"),
        field(stand, "a.day", "date", label="Day"),
        field(stand, "a.at", "datetime", label="At"),
        field(stand, "a.lease", "duration", label="Lease"),
        field(stand, "a.place", "geo", label="Place"),
        field(stand, "a.ready", "boolean", label="Ready"),
        field(stand, "a.owner", "user", label="Owner"),
        field(stand, "a.part_of", "reference", label="Part of"),
        field(stand, "a.words", "text", label="Words", max_values=None),
        field(stand, "a.json", "json", label="Data"),
        field(stand, "a.secret", "text", label="Secret", hidden=True),
        field(stand, "b.only", "text", label="Only"),
        field(
            stand,
            "a.state",
            "multi_select",
            label="State",
            options=[{"label": "New"}, {"label": "Sold; gone"}],
        ),
    ]
    assert made
    names = ["price", "weight", "day", "at", "lease", "place", "ready", "owner", "part_of"]
    names += ["words", "json", "secret", "state"]
    kind(stand, "type.a", "Thing", "TH", [f"a.{name}" for name in names])
    kind(stand, "type.b", "Other", "OT", ["b.only"])
    return stand


def kind(stand: Stand, name: str, label: str, prefix: str, fields: list[str]) -> None:
    body = {"name": name, "label": label, "key_prefix": prefix}
    placed = [{"field": each} for each in fields]
    answer = stand.client.post("/v1/asset-types", {**body, "fields": placed})
    assert answer.status == 201, answer.text


def thing(stand: Stand, **fields: Any) -> dict[str, Any]:
    return asset(stand, type="type.a", name="It", custom_fields=fields)


@pytest.mark.parametrize(
    ("name", "value", "options", "expected"),
    [
        ("a.price", {"amount": "-12.50", "currency": "EUR"}, {}, "-12.50 EUR"),
        ("a.price", {"amount": "1200", "currency": "JPY"}, {}, "1200 JPY"),
        ("a.price", {"amount": "0.05", "currency": "EUR"}, {"decimal": ","}, "0,05 EUR"),
        ("a.weight", 0.1, {}, "0.1"),
        ("a.weight", -2.5, {"decimal": ","}, "-2,5"),
        ("a.weight", 1e-7, {}, "1e-07"),
        ("a.day", "2026-11-04", {}, "2026-11-04"),
        ("a.day", "2026-11-04", {"dates": "dmy"}, "04.11.2026"),
        ("a.day", "2026-11-04", {"dates": "mdy"}, "11/04/2026"),
        ("a.at", "2026-11-04T08:30:00+02:00", {}, "2026-11-04T06:30:00Z"),
        ("a.at", "2026-11-04T08:30:00Z", {"dates": "dmy"}, "04.11.2026 08:30:00"),
        ("a.lease", 93_784, {}, "P1DT2H3M4S"),
        ("a.place", {"lat": -33.8, "lon": 151.25}, {}, "-33.8,151.25"),
        ("a.ready", False, {}, "false"),
        ("a.owner", "=cmd|' /C calc'!A0", {}, "'=cmd|' /C calc'!A0"),
        ("a.owner", "=1+1", {"escape_formulas": False}, "=1+1"),
        ("a.words", ["one", "two; three", 'a "b"', '"c"'], {}, 'one; "two; three"; a "b"; """c"""'),
        ("a.words", ["one", "two"], {"multi_separator": "|"}, "one|two"),
        ("a.words", ["-1", "=x"], {}, "'-1; =x"),
        ("a.json", {"slots": [1, "ä"]}, {}, '{"slots": [1, "ä"]}'),
        ("a.state", ["New", "Sold; gone"], {}, 'New; "Sold; gone"'),
    ],
)
def test_each_kind_is_written_in_its_own_words(
    stand: Stand, name: str, value: Any, options: dict[str, Any], expected: str
) -> None:
    """As a spreadsheet and an import read it; only what somebody typed is made harmless."""
    thing(stand, **{name: value})

    assert cell(table(stand.scope(), fields=[name], csv=options), name) == expected


def test_what_values_refer_to_is_named(stand: Stand) -> None:
    """Assets by key, members by the name that they go by, or by id when that is asked for."""
    whole = thing(stand)
    me = stand.scope().actor
    thing(stand, **{"a.part_of": {"id": whole["id"]}, "a.owner": "me"})

    rows = table(stand.scope(), fields=["a.part_of", "a.owner", "created_by"])
    by_id = table(stand.scope(), fields=["a.owner"], users="id")

    assert rows[2] == [whole["key"], me.name, me.name]
    assert by_id[2] == [me.id]


def test_columns_are_those_of_the_types_that_are_selected(stand: Stand) -> None:
    """Hidden fields only where all are asked for, another type's fields never."""
    thing(stand)

    visible = table(stand.scope())[0]
    everything = table(stand.scope(), fields="all")[0]

    assert visible[:7] == ["key", "name", "tag", "serial", "description", "type", "folder"]
    assert "a.price" in visible
    assert not {"a.secret", "b.only", "id"} & set(visible)
    assert {"id", "a.secret", "links", "updated_by", "trashed_at"} <= set(everything)
    assert "b.only" not in everything


@pytest.mark.parametrize(
    ("style", "heads"),
    [
        ("name", ["tag", "created_at", "a.price"]),
        ("label", ["Tag", "Created at", "Price"]),
        ("name_label", ["Tag", "Created at", "a.price (Price)"]),
    ],
)
def test_heads_are_names_or_labels(stand: Stand, style: str, heads: list[str]) -> None:
    rows = table(stand.scope(), fields=["tag", "created_at", "cf.a.price"], header=style)

    assert rows == [heads]


def test_money_can_be_split(stand: Stand) -> None:
    thing(stand, **{"a.price": {"amount": "12.58", "currency": "EUR"}})

    rows = table(stand.scope(), fields=["a.price"], money="split")

    assert rows == [["a.price", "a.price.currency"], ["12.58", "EUR"]]


def test_links_are_told_by_direction(stand: Stand) -> None:
    body = {"name": "holds", "outbound_name": "holds", "inbound_name": "lies in"}
    assert stand.client.post("/v1/link-types", body).status == 201
    first, second = thing(stand), thing(stand)
    link = {"type": "holds", "target": second["id"]}
    assert stand.client.post(f"/v1/assets/{first['id']}/links", link).status == 201

    rows = table(stand.scope(), fields=["links"])

    assert rows[1:] == [[f"holds: {second['key']}"], [f"lies in: {first['key']}"]]


def test_the_file_is_written_as_asked(stand: Stand) -> None:
    """Byte order mark, delimiter, line ends; CRLF and commas otherwise, as RFC 4180 has it."""
    thing(stand)
    scope = stand.scope()
    options = {"delimiter": ";", "bom": True, "line_end": "lf"}

    plain = content(scope, export(scope, fields=["key", "name"]))
    other = content(scope, export(scope, fields=["key", "name"], csv=options))

    assert plain == b"key,name\r\nTH-1,It\r\n"
    assert other == b"\xef\xbb\xbfkey;name\nTH-1;It\n"


def test_json_lines_are_what_the_api_shows(stand: Stand) -> None:
    """Whole, or the members and fields that were named."""
    made = thing(stand, **{"a.weight": 2.5, "a.secret": "x"})
    scope = stand.scope()

    everything = objects(scope, fields="all")[0]
    visible = objects(scope)[0]
    some = objects(scope, fields=["key", "created_at", "a.weight"])[0]

    assert everything.pop("links") == []
    assert everything == {**stand.client.get(f"/v1/assets/{made['id']}").json, **everything}
    assert visible["custom_fields"] == {"a.weight": 2.5}
    assert some == {
        "key": made["key"],
        "created": made["created"],
        "custom_fields": {"a.weight": 2.5},
    }


def test_columns_that_mean_nothing_are_refused(stand: Stand) -> None:
    """Each with the place where it stands, and the nearest name."""
    request = ExportRequest.model_validate(
        {"selection": {"all": True}, "fields": ["key", "a.prise", "key"]}
    )

    with pytest.raises(InvalidExportError) as refused:
        create_export(stand.scope(), request)

    assert [(e.code, e.pointer) for e in refused.value.errors] == [
        ("unknown_field", "/fields/1"),
        ("repeated_field", "/fields/2"),
    ]
    assert "a.price" in refused.value.errors[0].detail


def test_what_a_list_names_wrongly_is_told(stand: Stand) -> None:
    """The rest is exported."""
    made = thing(stand)

    job = export(stand.scope(), selection={"assets": ["nobody", made["key"]]}, fields=["key"])

    assert content(stand.scope(), job) == b"key\r\nTH-1\r\n"
    assert (job.progress.done, job.progress.failed, job.result["rows"]) == (2, 1, 1)
    assert [each["text"] for each in job.result["not_found"]] == ["nobody"]


@pytest.mark.parametrize(("seconds", "text"), [(0, "PT0S"), (60, "PT1M"), (86_400, "P1D")])
def test_durations_are_iso_8601(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_types_of_the_same_label_go_by_their_names(stand: Stand) -> None:
    """So that an import takes each for what it is."""
    kind(stand, "type.twin", "Thing", "TW", [])
    stand.scope().replica.catch_up()
    catalog = load_catalog(stand.scope())
    writing = Writing(catalog, CsvOptions())

    words = {writing.type(each) for each in catalog.types}

    assert len(words) == len(catalog.types)
