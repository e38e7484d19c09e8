"""`/v1/views`: saved, offered for a type or a folder, and taken by exports."""

from __future__ import annotations

from typing import Any

import pytest

from muster.access.model import Role
from tests.sequencing import Company
from tests.support import Client, Stand

AUDIT: dict[str, Any] = {"name": "Audit", "columns": ["key", "cf.pc.ram", "updated_at"]}


@pytest.fixture
def company(stand: Stand) -> Company:
    return Company(stand)


def test_a_view_is_saved_and_read(company: Company) -> None:
    """Its columns come with what stands above them."""
    made = company.post("/v1/views", AUDIT)

    read = company.get(f"/v1/views/{made['id']}")

    assert read == made
    assert read["columns"] == [
        {"name": "key", "label": "Key"},
        {"name": "pc.ram", "label": "Ram"},
        {"name": "updated_at", "label": "Updated at"},
    ]
    assert (read["visibility"], read["dropped"]) == ("private", [])


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"columns": ["key", "pc.rma"]}, "/columns/1", "unknown_field"),
        ({"columns": ["pc.ram", "cf.pc.ram"]}, "/columns/1", "repeated_field"),
        ({"default_types": ["typo"]}, "/default_types/0", "unknown_type"),
        ({"default_folders": ["/nowhere"]}, "/default_folders/0", "unknown_folder"),
        ({"shared_with": ["mem_1"]}, "/shared_with/0", "unknown_member"),
    ],
)
def test_what_names_nothing_is_not_saved(
    company: Company, members: dict[str, Any], pointer: str, code: str
) -> None:
    answer = company.stand.client.post("/v1/views", {**AUDIT, **members})

    assert answer.code == "invalid_view"
    assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [(pointer, code)]


def test_a_view_is_changed_and_removed(company: Company) -> None:
    path = f"/v1/views/{company.post('/v1/views', AUDIT)['id']}"
    client = company.stand.client

    changed = client.patch(path, {"columns": ["name"]}, if_match='"v1"')
    stale = client.patch(path, {"name": "Other"}, if_match='"v1"')
    gone = client.delete(path, if_match=changed.etag)

    assert [column["name"] for column in changed.json["columns"]] == ["name"]
    assert stale.code == "version_conflict"
    assert gone.status == 204
    assert client.get(path).code == "view_not_found"


def test_the_nearest_view_of_a_type_comes_first(company: Company) -> None:
    """A view of the parent's serves what is below it too."""
    body = {"name": "type.pc.server", "label": "Server", "key_prefix": "SRV", "parent": "type.pc"}
    company.post("/v1/asset-types", body)
    company.post("/v1/views", {**AUDIT, "name": "All", "default_types": ["type.pc"]})
    company.post("/v1/views", {**AUDIT, "name": "Servers", "default_types": ["type.pc.server"]})
    company.post("/v1/views", {**AUDIT, "name": "TV", "default_types": ["type.tv"]})

    found = company.get("/v1/views?type=type.pc.server")["items"]
    parent = company.get("/v1/views?type=PC")["items"]

    assert [each["name"] for each in found] == ["Servers", "All"]
    assert [each["name"] for each in parent] == ["All"]


def test_a_view_of_a_folder_serves_what_lies_below(company: Company) -> None:
    top = company.post("/v1/folders", {"name": "Berlin"})["id"]
    company.post("/v1/folders", {"name": "Office", "parent": top})
    company.post("/v1/views", {**AUDIT, "default_folders": ["/Berlin"]})

    found = company.get("/v1/views?folder=/Berlin/Office")["items"]

    assert [each["name"] for each in found] == ["Audit"]
    assert company.stand.client.get("/v1/views?folder=/Rome").code == "invalid_view"


def test_a_field_that_is_gone_drops_out_with_a_notice(company: Company) -> None:
    client = company.stand.client
    field = company.post("/v1/field-types", {"name": "pc.x", "label": "X", "kind": "text"})["id"]
    path = f"/v1/views/{company.post('/v1/views', {**AUDIT, 'columns': ['key', 'pc.x']})['id']}"

    removed = client.delete(f"/v1/field-types/{field}", if_match="*")

    assert removed.status == 204
    read = company.get(path)
    assert [column["name"] for column in read["columns"]] == ["key"]
    assert read["dropped"] == ["pc.x"]
    assert client.patch(path, {"name": "Other"}).json["dropped"] == []


def test_an_export_has_the_columns_of_a_view(company: Company) -> None:
    company.asset(name="one", custom_fields={"pc.ram": 8})
    view = company.post("/v1/views", AUDIT)["id"]
    body = {"selection": {"all": True}, "view": view}
    client = company.stand.client

    job = company.post("/v1/exports", body, status=202)["id"]

    content = company.stand.scope().objects.stream(f"jobs/{job}/export.csv")
    assert content is not None
    with content:
        assert content.readline() == b"key,pc.ram,updated_at\r\n"
    both = client.post("/v1/exports", {**body, "fields": ["key"]})
    assert both.json["errors"][0]["pointer"] == "/view"
    assert client.post("/v1/exports", {**body, "view": "viw_0"}).code == "view_not_found"


def test_a_viewer_keeps_private_views_only(company: Company) -> None:
    viewer = Client(company.stand.api, company.stand.token(Role.VIEWER))

    kept = viewer.post("/v1/views", AUDIT)
    refused = viewer.post("/v1/views", {**AUDIT, "name": "Ours", "visibility": "public"})

    assert kept.status == 201
    assert refused.code == "view_not_yours"
