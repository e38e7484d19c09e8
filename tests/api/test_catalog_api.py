"""The catalog over HTTP: types, fields, options, link types, folders, starter, schema."""

from __future__ import annotations

from typing import Any

import pytest

from muster.access.model import Role
from muster.catalog.model import FieldKind
from tests.support import Answer, Client, Stand


@pytest.fixture
def client(stand: Stand) -> Client:
    return stand.client


def make(client: Client, place: str, **members: Any) -> dict[str, Any]:
    answer = client.post(place, members)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def make_type(client: Client, name: str = "type.laptop", **members: Any) -> dict[str, Any]:
    words = {"name": name, "label": name[5:].title(), "key_prefix": "LAP"}
    return make(client, "/v1/asset-types", **{**words, **members})


def make_field(client: Client, name: str = "computer.cpu", **members: Any) -> dict[str, Any]:
    return make(
        client, "/v1/field-types", **{"name": name, "label": "CPU", "kind": "text", **members}
    )


def errors_of(answer: Answer) -> list[tuple[str, str | None]]:
    return [(e["code"], e.get("pointer", e.get("parameter"))) for e in answer.json["errors"]]


def pages_of(client: Client, target: str) -> list[dict[str, Any]]:
    """Return all pages of a list; `target` has parameters already."""
    pages = [client.get(target).json]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(client.get(f"{target}&cursor={cursor}").json)
    return pages


def test_a_type_is_made_read_changed_and_removed(client: Client) -> None:
    """A type's whole life, by id and by name, with versions and conditions."""
    field = make_field(client)
    answer = client.post(
        "/v1/asset-types",
        {
            "name": "type.laptop",
            "label": " Laptop ",
            "key_prefix": "LAP",
            "fields": [{"field": field["name"], "section": "General"}],
        },
    )
    made = answer.json
    place = f"/v1/asset-types/{made['id']}"

    assert (answer.status, answer.headers["location"], answer.etag) == (201, place, '"v1"')
    assert (made["label"], made["parent"], made["created"]["by"]["name"]) == ("Laptop", None, "Ada")
    [shown] = made["all_fields"]
    assert (shown["field"], shown["inherited"], shown["inherited_from"]) == (
        "computer.cpu",
        False,
        None,
    )
    assert "location" not in client.get(place).headers
    assert client.get("/v1/asset-types/type.laptop").json == client.get(place).json == made
    assert client.get(place, if_none_match='"v1"').status == 304
    patched = client.patch(place, {"icon": "laptop"}, if_match='"v1"')
    assert (patched.status, patched.etag, patched.json["icon"]) == (200, '"v2"', "laptop")
    assert client.patch(place, {"icon": "x"}, if_match='"v1"').status == 412
    put = client.put(
        place, {"name": "type.laptop", "label": "Notebook", "key_prefix": "NB"}, if_match='"v2"'
    )
    assert (put.json["label"], put.json["icon"], put.json["fields"]) == ("Notebook", None, [])
    assert client.delete(place).status == 428
    assert client.delete(place, if_match='"v3"').status == 204
    assert (client.get(place).status, client.get(place).code) == (404, "asset_type_not_found")


def test_a_type_shows_what_it_inherits(client: Client) -> None:
    """Fields of parents are there, with where they come from; a parent is named in any way."""
    make_field(client)
    computer = make_type(
        client, "type.computer", fields=[{"field": "computer.cpu", "required": True}]
    )

    for number, parent in enumerate((computer["id"], {"name": "type.computer"}, "Computer")):
        laptop = make_type(client, f"type.laptop{number}", parent=parent)

        brief = {"id": computer["id"], "name": "type.computer", "label": "Computer"}
        assert laptop["parent"] == brief
        assert laptop["all_fields"] == [
            {
                "field": "computer.cpu",
                "label": "CPU",
                "kind": "text",
                "required": True,
                "inherited": True,
                "inherited_from": brief,
                "section": None,
            }
        ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("required", "/name"), ("required", "/label"), ("required", "/key_prefix")]),
        ({"name": "laptop"}, [("invalid_name", "/name")]),
        ({"label": 5}, [("wrong_type", "/label")]),
        ({"label": "a\u0000b"}, None),
        ({"colour": "#000000"}, [("unknown_field", "/colour")]),
        ({"fields": [{"field": "no.such"}]}, [("unknown_field", "/fields/0/field")]),
        ({"fields": [{"field": "no.such", "width": 0}]}, None),
        ({"parent": {"id": "x", "name": "y"}}, None),
    ],
)
def test_a_wrong_type_is_refused(
    client: Client, body: dict[str, Any], expected: list[tuple[str, str]] | None
) -> None:
    """What is wrong is named where it is."""
    whole = {"name": "type.laptop", "label": "Laptop", "key_prefix": "LAP", **body} if body else {}

    answer = client.post("/v1/asset-types", whole)

    assert answer.status in (400, 422), answer.text
    assert answer.json["errors"]
    if expected is not None:
        assert errors_of(answer) == expected
    assert client.get("/v1/asset-types").json["items"] == []


def test_a_name_that_is_taken_is_a_conflict(client: Client) -> None:
    """409 names who has it."""
    first = make_type(client)

    answer = client.post(
        "/v1/asset-types", {"name": "type.laptop", "label": "Other", "key_prefix": "XX"}
    )

    assert (answer.status, answer.code) == (409, "name_taken")
    assert answer.json["errors"][0]["conflicts_with"] == first["id"]


def test_a_type_in_use_is_a_conflict(client: Client) -> None:
    """409 counts what uses it."""
    made = make_type(client)
    make(client, "/v1/assets", type="type.laptop")

    answer = client.delete(f"/v1/asset-types/{made['id']}", if_match="*")

    assert (answer.status, answer.code, answer.json["assets"]) == (409, "in_use", 1)


def test_lists_are_paged_and_searched(client: Client) -> None:
    """Each item is there once over all pages, in order; `q` looks at names and labels."""
    for number in range(5):
        make_field(client, f"computer.field{number}", label=f"Größe {number}")
    pages = pages_of(client, "/v1/field-types?limit=2&count=exact&fields=name")
    seen = [item["name"] for page in pages for item in page["items"]]

    found = client.get("/v1/field-types?q=GROSSE%203").json["items"]

    assert [page["total"] for page in pages] == [5, 5, 5]
    assert seen == [f"computer.field{number}" for number in range(5)]
    assert [item["name"] for item in found] == ["computer.field3"]


def test_a_field_has_its_options_and_default(client: Client) -> None:
    """Options get ids; a default is given by label and shown with its label."""
    made = make_field(
        client,
        kind="select",
        options=[{"label": "Good", "color": "#2e7d32"}, {"label": "Bad"}],
        default="Bad",
    )

    good, bad = made["options"]
    assert made["default"] == {"id": bad["id"], "label": "Bad"}
    assert good == {
        "id": good["id"],
        "label": "Good",
        "color": "#2e7d32",
        "icon": None,
        "category": None,
        "retired": False,
    }
    sent = {"name": "computer.cpu", "label": "CPU", "kind": "select", "options": [{"label": "BAD"}]}
    put = client.put(f"/v1/field-types/{made['id']}", sent, if_match='"v1"').json
    assert [(o["id"], o["label"]) for o in put["options"]] == [(bad["id"], "BAD")]
    assert put["default"] is None


def test_options_have_addresses(client: Client) -> None:
    """Options are listed, added, changed and removed one by one, under the field's version."""
    field = make_field(client, kind="select", options=[{"label": "A"}, {"label": "B"}])
    place = f"/v1/field-types/{field['id']}/options"

    added = client.post(place, {"label": "C", "position": 0}, if_match='"v1"')
    option = added.headers["location"]
    assert (added.status, added.etag, client.get(option).json) == (201, '"v2"', added.json)
    assert client.post(place, {"label": "c"}).status == 422
    assert client.patch(option, {"label": "Z", "retired": True}).json["retired"] is True
    first = client.get(f"{place}?limit=2&count=exact")
    second = client.get(f"{place}?limit=2&count=exact&cursor={first.json['next_cursor']}")
    labels = [item["label"] for page in (first, second) for item in page.json["items"]]
    assert (labels, first.json["total"]) == (["Z", "A", "B"], 3)
    assert client.delete(option, if_match='"v1"').status == 412
    assert client.delete(option, if_match='"v3"').status == 204
    assert client.get(option).code == "option_not_found"


def test_fields_become_unique_over_http(client: Client) -> None:
    """409 names assets that share a value; once they differ the field becomes unique."""
    field = make_field(client)
    make_type(client, fields=[{"field": "computer.cpu"}])
    body = {"type": "type.laptop", "custom_fields": {"computer.cpu": "M3"}}
    pair = [make(client, "/v1/assets", **body) for _ in range(2)]
    place = f"/v1/field-types/{field['id']}"

    refused = client.patch(place, {"unique": True}, key="one")
    client.patch(f"/v1/assets/{pair[0]['id']}", {"custom_fields": {"computer.cpu": "M4"}})
    done = client.patch(place, {"unique": True}, key="two")
    again = client.patch(place, {"unique": True}, key="two")

    assert (refused.status, refused.code) == (409, "duplicate_values")
    assert refused.json["candidates"] == [asset["id"] for asset in pair]
    assert (done.status, done.json["unique"]) == (200, True)
    assert (again.json, again.headers["idempotency-replayed"]) == (done.json, "true")
    taken = client.post("/v1/assets", body)
    assert errors_of(taken) == [("not_unique", "/custom_fields/computer.cpu")]


@pytest.mark.parametrize("kind", list(FieldKind))
def test_a_field_of_every_kind_can_be_made(client: Client, kind: FieldKind) -> None:
    """Each kind is taken, and a type that has it tells what it takes."""
    more: dict[str, Any] = (
        {"options": [{"label": "A"}]} if "select" in kind or kind == "status" else {}
    )
    make_field(client, kind=kind, **more)
    make_type(client, fields=[{"field": "computer.cpu"}])

    schema = client.get("/v1/schema/type.laptop").json

    [field] = schema["fields"]
    assert (field["kind"], field["read_only"]) == (kind, kind == "auto_number")
    if field["example"] is not None:
        body = {"type": "type.laptop", "custom_fields": {"computer.cpu": field["example"]}}
        assert client.post("/v1/assets", body).status == 201


def test_the_schema_tells_who_may_write(stand: Stand) -> None:
    """A viewer sees the fields and that nothing may be written; an unknown type is 404."""
    make_type(stand.client)

    seen = stand.client.get("/v1/schema/Laptop", token=stand.token(Role.VIEWER)).json

    assert (seen["may_write"], seen["type"]["name"]) == (False, "type.laptop")
    assert stand.client.get("/v1/schema/nothing").code == "asset_type_not_found"


def test_link_types_over_http(client: Client) -> None:
    """A link type's whole life; its types are named in any way and shown with their names."""
    laptop = make_type(client)
    made = make(
        client,
        "/v1/link-types",
        name="Part",
        outbound_name="is part of",
        inbound_name="has part",
        source_types=["type.laptop"],
    )
    place = f"/v1/link-types/{made['id']}"

    brief = {"id": laptop["id"], "name": "type.laptop", "label": "Laptop"}
    assert (made["source_types"], made["target_types"]) == ([brief], [])
    assert client.get("/v1/link-types/Part").json == made
    assert client.patch(place, {"source_types": []}).json["source_types"] == []
    assert client.get("/v1/link-types?q=HAS%20PART").json["items"][0]["version"] == 2
    body = {"name": "Piece", "outbound_name": "a", "inbound_name": "b"}
    assert client.put(place, body, if_match='"v2"').json["name"] == "Piece"
    assert client.delete(place, if_match='"v3"').status == 204
    assert client.get(place).code == "link_type_not_found"


def test_folders_over_http(client: Client) -> None:
    """Folders are made in each other, listed by place, path and subtree, moved and removed."""
    berlin = make(client, "/v1/folders", name="Berlin")
    office = make(client, "/v1/folders", name="Office", parent="/Berlin")
    attic = make(client, "/v1/folders", name="attic", parent=berlin["id"])
    make_type(client)
    make(client, "/v1/assets", type="type.laptop", folder="/Berlin/Office")

    def names(question: str) -> list[str]:
        return [item["name"] for item in client.get(f"/v1/folders?{question}").json["items"]]

    assert (office["path"], office["parent"]) == (
        "/Berlin/Office",
        {"id": berlin["id"], "path": "/Berlin"},
    )
    assert names("") == ["Berlin", "Office", "attic"]
    assert names("parent=root") == ["Berlin"]
    assert names(f"parent={berlin['id']}") == ["attic", "Office"]
    assert names(f"under={office['id']}") == ["Office"]
    assert names("path=/berlin/OFFICE") == ["Office"]
    assert names("path=/nowhere") == []
    assert client.get("/v1/folders?parent=fol_x").code == "folder_not_found"
    shown = client.get(f"/v1/folders/{berlin['id']}").json
    assert (shown["folders"], shown["assets"]) == (2, 0)
    assert client.get(f"/v1/folders/{office['id']}").json["assets"] == 1
    moved = client.patch(f"/v1/folders/{berlin['id']}", {"parent": attic["id"]})
    assert (moved.status, moved.code) == (409, "folder_cycle")
    put = client.put(f"/v1/folders/{attic['id']}", {"name": "Attic"}, if_match='"v1"')
    assert put.json["path"] == "/Attic"


def test_children_are_paged_by_name(client: Client) -> None:
    """Over all pages each folder comes once, by name without regard to case."""
    top = make(client, "/v1/folders", name="Top")
    for name in ("b", "A", "d", "C", "E"):
        make(client, "/v1/folders", name=name, parent=top["id"])

    pages = pages_of(client, f"/v1/folders?parent={top['id']}&limit=2")

    seen = [item["name"] for page in pages for item in page["items"]]
    assert seen == ["A", "b", "C", "d", "E"]


def test_a_folder_that_is_not_empty_is_removed_only_on_purpose(client: Client) -> None:
    """409 tells the counts and the choices; `move_to` and `recursive` each do what they say."""
    make_type(client)
    one, two = (make(client, "/v1/folders", name=name) for name in ("One", "Two"))
    asset = make(client, "/v1/assets", type="type.laptop", folder=one["id"])
    place = f"/v1/folders/{one['id']}"

    refused = client.delete(place, if_match="*")
    both = client.delete(f"{place}?move_to=root&recursive=true", if_match="*")
    moved = client.delete(f"{place}?move_to=/Two", if_match='"v1"', key="once")
    again = client.delete(f"{place}?move_to=/Two", if_match='"v1"', key="once")
    at = client.get(f"/v1/assets/{asset['id']}").json["folder"]
    gone = client.delete(f"/v1/folders/{two['id']}?recursive=true", if_match="*")

    assert (refused.code, refused.json["assets"]) == ("in_use", 1)
    assert errors_of(both) == [("contradiction", "recursive")]
    assert (moved.status, again.status, at["path"]) == (204, 204, "/Two")
    assert (gone.status, client.get("/v1/folders").json["items"]) == (204, [])
    assert client.get(f"/v1/assets/{asset['id']}").json["trashed"] is not None


def test_the_starter_catalog_is_installed_once(client: Client) -> None:
    """One call installs it, another one changes nothing, and a retry gets the first answer."""
    first = client.post("/v1/catalog:install-starter", key="once")
    retry = client.post("/v1/catalog:install-starter", key="once")
    second = client.post("/v1/catalog:install-starter")

    assert (first.status, first.json["status"]) == (200, "installed")
    assert (retry.json, retry.headers["idempotency-replayed"]) == (first.json, "true")
    assert second.json["status"] == "unchanged"
    laptop = client.get("/v1/asset-types/type.laptop").json
    assert {"asset.status", "display.size"} <= {f["field"] for f in laptop["all_fields"]}


@pytest.mark.parametrize("place", ["asset-types", "field-types", "link-types", "folders"])
def test_an_id_of_another_kind_is_unknown(client: Client, place: str) -> None:
    """An id of another kind, or a text that is none, is 404 and never a key of the table."""
    make_type(client)
    odd = [client.post("/v1/folders", {"name": "x"}).json["id"], "x" * 300, "a%23b%7Cc", "%C3%A9"]
    odd = odd[1:] if place == "folders" else odd

    for record_id in odd:
        for answer in (
            client.get(f"/v1/{place}/{record_id}"),
            client.delete(f"/v1/{place}/{record_id}", if_match="*"),
        ):
            assert answer.status == 404, answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/asset-types", {"name": "type.a", "label": "A", "key_prefix": "AA"}),
        ("POST", "/v1/field-types", {"name": "a.b", "label": "A", "kind": "text"}),
        ("POST", "/v1/link-types", {"name": "A", "outbound_name": "a", "inbound_name": "b"}),
        ("POST", "/v1/folders", {"name": "A"}),
        ("POST", "/v1/catalog:install-starter", None),
        ("PATCH", "/v1/field-types/computer.cpu", {"unique": True}),
        ("DELETE", "/v1/folders/{folder}?move_to=root", None),
        ("DELETE", "/v1/folders/{folder}?recursive=true", None),
    ],
)
def test_a_dry_run_writes_nothing(
    stand: Stand, client: Client, method: str, path: str, body: Any
) -> None:
    """A dry run answers as the real thing would, and the log does not grow."""
    make_field(client)
    make_type(client, fields=[{"field": "computer.cpu"}])
    folder = make(client, "/v1/folders", name="Full")
    values = {"computer.cpu": "M3"}
    make(client, "/v1/assets", type="type.laptop", folder=folder["id"], custom_fields=values)
    before = stand.scope().ledger.head().seq
    target = path.format(folder=folder["id"])
    target += ("&" if "?" in target else "?") + "dry_run=true"

    answer = client.send(method, target, json=body, if_match="*")

    assert answer.status in (200, 201, 204), answer.text
    assert stand.scope().ledger.head().seq == before
