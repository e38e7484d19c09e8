"""Queries wherever a job takes a selection: exports, bulk work, sequences."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import Client, Stand


@pytest.fixture
def client(stand: Stand) -> Client:
    """Return a client of a tenant with three assets, the last one made first in the alphabet."""
    client = stand.client
    body = {"name": "a.thing", "label": "Thing", "key_prefix": "TH"}
    assert client.post("/v1/asset-types", body).status == 201
    for name in ("Cup", "Bowl", "Ashtray"):
        assert client.post("/v1/assets", {"type": "a.thing", "name": name}).status == 201
    return client


def exported(stand: Stand, client: Client, selection: dict[str, Any]) -> list[str]:
    asked = {"selection": selection, "format": "csv", "fields": ["name"]}
    answer = client.post("/v1/exports", asked)
    assert answer.status == 202, answer.text
    job = client.get(f"/v1/jobs/{answer.json['id']}").json
    assert job["state"] == "done", job
    _, _, objects = stand.parts("acme")
    content = objects.get(f"jobs/{job['id']}/export.csv")
    assert content is not None
    return content.decode().split()[1:]


def test_an_export_has_what_a_query_finds_in_its_order(stand: Stand, client: Client) -> None:
    assert exported(stand, client, {"query": "name != Cup"}) == ["Bowl", "Ashtray"]
    assert exported(stand, client, {"query": "ORDER BY name"}) == ["Ashtray", "Bowl", "Cup"]
    assert exported(stand, client, {"query": "ORDER BY name LIMIT 2"}) == ["Ashtray", "Bowl"]


def test_an_export_asks_for_whoever_started_it(stand: Stand, client: Client) -> None:
    """The worker acts for a member, and `currentUser()` is that one."""
    assert len(exported(stand, client, {"query": "createdBy = currentUser()"})) == 3


def test_bulk_work_takes_a_query(client: Client) -> None:
    body = {
        "selection": {"query": "name = ${which}", "parameters": {"which": "cup"}},
        "operations": [{"op": "set", "field": "description", "value": "Chipped"}],
        "apply": True,
    }

    job = client.post("/v1/bulk", body).json

    assert client.get(f"/v1/bulk/{job['id']}").json["progress"]["done"] == 1
    found = client.post("/v1/search", {"query": "description = Chipped"}).json["items"]
    assert [each["name"] for each in found] == ["Cup"]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/exports", {"format": "csv"}),
        ("/v1/bulk", {"operations": [{"op": "delete"}]}),
    ],
)
def test_a_wrong_query_is_refused_before_a_job_is_made(
    client: Client, path: str, more: dict[str, Any]
) -> None:
    answer = client.post(path, {"selection": {"query": "nmae = Cup"}, **more})

    [error] = answer.json["errors"]
    assert (answer.status, answer.code) == (422, "invalid_query")
    assert (error["pointer"], error["position"], error["end"]) == ("/selection/query", 0, 4)
    assert "name" in error["suggestions"]
    assert client.get("/v1/jobs").json["items"] == []


def test_a_schedule_keeps_its_query_with_its_time_zone(client: Client) -> None:
    schedule = {"cron": "0 7 * * *", "time_zone": "Asia/Tokyo"}
    body = {
        "name": "Nightly",
        "visibility": "public",
        "operations": [{"op": "set", "field": "description", "value": "Seen"}],
        "schedules": [{**schedule, "selection": {"query": "created < now(-1d)"}}],
    }

    made = client.post("/v1/sequences", body)
    wrong = client.post(
        "/v1/sequences",
        body | {"name": "x", "schedules": [{**schedule, "selection": {"query": "crated < -1d"}}]},
    )

    assert made.status == 201, made.text
    [kept] = made.json["schedules"]
    assert kept["selection"] == {"query": "created < now(-1d)", "time_zone": "Asia/Tokyo"}
    [error] = wrong.json["errors"]
    assert (wrong.status, error["pointer"]) == (422, "/schedules/0/selection/query")
    assert error["position"] == 0
