"""Assets over HTTP: event in, JSON out."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from muster.access.model import Role
from tests.office import Office
from tests.support import Answer, Client, Stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "stand")


@pytest.fixture
def office(stand: Stand, tmp_path: Path) -> Office:
    return Office(tmp_path / "office", stand.parts("acme")[0]).settle_in()


@pytest.fixture
def client(stand: Stand, office: Office) -> Client:
    return stand.client


def make(client: Client, kind: str = "laptop", **members: Any) -> dict[str, Any]:
    answer = client.post("/v1/assets", {"type": kind, **members})
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


def test_an_asset_is_made_read_changed_and_trashed(client: Client) -> None:
    created = client.post("/v1/assets", {"type": "laptop", "tag": "IT-1"})
    path = created.headers["location"]
    read = client.get(path)
    patched = client.patch(path, {"name": "New"}, if_match=read.etag)
    trashed = client.delete(path, if_match=patched.etag)

    assert (created.status, created.etag, created.json["key"]) == (201, '"v1"', "LAP-1")
    assert read.json == created.json
    assert (patched.json["name"], patched.etag) == ("New", '"v2"')
    assert trashed.json["trashed"]["by"]["name"] == "Ada"
    assert trashed.json["linked_from"] == {"count": 0, "items": []}
    assert client.get(path).json["trashed"] is not None


def test_a_version_that_is_known_is_not_sent_again(client: Client) -> None:
    made = make(client)

    assert client.get(f"/v1/assets/{made['id']}", if_none_match='"v1"').status == 304


def test_delete_wants_to_know_the_version(client: Client) -> None:
    made = make(client)

    assert client.delete(f"/v1/assets/{made['id']}").status == 428
    assert client.delete(f"/v1/assets/{made['id']}", if_match='"v9"').status == 412


def test_an_old_version_is_refused_with_the_present_one(client: Client) -> None:
    path = f"/v1/assets/{make(client)['id']}"
    client.patch(path, {"name": "There"})

    refused = client.patch(path, {"name": "Here"}, if_match='"v1"')

    assert (refused.status, refused.code) == (412, "version_conflict")
    assert refused.json["current_version"] == 2
    assert refused.json["changed_fields"] == ["name"]


def test_what_is_wrong_is_pointed_at(client: Client) -> None:
    answer = client.post(
        "/v1/assets",
        {"type": "laptop", "folder": "/No", "custom_fields": {"computer.ram": "much", "x.y": 1}},
    )

    assert (answer.status, answer.code) == (422, "invalid_asset")
    assert {e["pointer"] for e in answer.json["errors"]} == {
        "/folder",
        "/custom_fields/computer.ram",
        "/custom_fields/x.y",
    }


def test_a_taken_tag_names_its_holder(client: Client) -> None:
    held = make(client, tag="IT-1")

    answer = client.post("/v1/assets", {"type": "laptop", "tag": "it-1"})

    assert (answer.status, answer.code) == (409, "value_taken")
    assert answer.json["errors"][0]["conflicts_with"] == held["id"]
    assert answer.json["errors"][0]["pointer"] == "/tag"


@pytest.mark.parametrize(
    "asset_id",
    ["ast_00000000000000000000000000", "fol_00000000000000000000000000", "x", "a%23b", "a" * 400],
)
def test_what_is_no_asset_is_not_found(client: Client, asset_id: str) -> None:
    path = f"/v1/assets/{asset_id}"

    for answer in (
        client.get(path),
        client.get(f"{path}?at=3"),
        client.patch(path, {"name": "x"}),
        client.delete(path, if_match="*"),
        client.post(f"{path}:restore"),
        client.post(f"{path}:purge"),
        client.post(f"{path}:revert", {"seq": 1}),
        client.post(f"{path}:clone", {}),
        client.post(f"{path}:move", {"folder": None}),
        client.post(f"{path}:change-type", {"type": "room"}),
        client.get(f"{path}/history"),
        client.get(f"{path}/links"),
        client.get(f"{path}/graph"),
        client.post(f"{path}/links", {"type": "contains", "target": asset_id}),
        client.get(f"/v1/changes?asset={asset_id[:60]}") if len(asset_id) < 9 else client.get(path),
    ):
        assert (answer.status, answer.code) == (404, "asset_not_found"), answer.text


def test_lists_are_filtered_sorted_and_paged(client: Client) -> None:
    for n in range(5):
        make(client, name=f"L{n}", folder="/Berlin", custom_fields={"computer.ram": n % 2})
    make(client, "room", name="R")

    first = client.get("/v1/assets?type=laptop&cf.computer.ram=0&sort=-name&limit=2&count=exact")
    second = client.get(f"/v1/assets?{first.headers['link'].split('?')[1].split('>')[0]}")

    assert names(first) == ["L4", "L2"]
    assert (first.json["total"], first.json["total_is_exact"]) == (3, True)
    assert names(second) == ["L0"]
    assert second.json["next_cursor"] is None
    assert names(client.get("/v1/assets?folder=%2FBerlin&type=computer&include_subtypes=true"))


def test_a_cursor_is_bound_to_its_filters(client: Client) -> None:
    for n in range(3):
        make(client, name=f"L{n}")
    cursor = client.get("/v1/assets?limit=1").json["next_cursor"]

    assert client.get(f"/v1/assets?limit=1&type=laptop&cursor={cursor}").status == 400


def test_a_list_shows_what_was_written_just_now(client: Client) -> None:
    made = make(client, name="Now")
    client.patch(f"/v1/assets/{made['id']}", {"name": "Later"})

    assert names(client.get("/v1/assets?q=later")) == ["Later"]
    assert names(client.get("/v1/assets?q=now")) == []


def test_a_list_gives_as_much_as_is_wanted(client: Client) -> None:
    room = make(client, "room", name="R")
    made = make(client, name="L", tag="T", custom_fields={"computer.cpu": "i7"})
    client.post(f"/v1/assets/{room['id']}/links", {"type": "contains", "target": made["id"]})

    brief = client.get("/v1/assets?view=brief&tag=t").json["items"][0]
    picked = client.get("/v1/assets?tag=t&fields=tag,custom_fields.computer.cpu").json["items"][0]
    linked = client.get("/v1/assets?tag=t&expand=links").json["items"][0]

    assert set(brief) == {"id", "key", "version", "name", "tag", "type"}
    assert picked == {"tag": "T", "custom_fields": {"computer.cpu": "i7"}}
    assert linked["links"][0]["asset"]["name"] == "R"


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("query=type = lptop", "invalid_query", "query"),
        ("time_zone=Mars&query=created > 2026-01-01", "unknown_time_zone", "time_zone"),
    ],
)
def test_a_query_that_can_not_be_answered_is_refused_with_its_place(
    client: Client, query: str, code: str, parameter: str
) -> None:
    answer = client.get(f"/v1/assets?{quote(query, safe='=&')}")

    assert (answer.status, answer.code) == (422, code)
    assert answer.json["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("tga=x", "unknown_parameter", "tga"),
        ("cf.computer.cpuu=x", "unknown_parameter", "cf.computer.cpuu"),
        ("tag__containz=x", "unknown_parameter", "tag__containz"),
        ("type=lptop", "invalid_parameter", "type"),
        ("cf.computer.ram=much", "invalid_parameter", "cf.computer.ram"),
        ("sort=nme", "unknown_parameter", "sort"),
        ("limit=501", "invalid_parameter", "limit"),
        ("view=long", "invalid_parameter", "view"),
    ],
)
def test_what_can_not_be_asked_is_refused_by_name(
    client: Client, query: str, code: str, parameter: str
) -> None:
    answer = client.get(f"/v1/assets?{quote(query, safe='=')}")

    assert (answer.status, answer.code) == (400, code), answer.text
    assert answer.json["errors"][0]["parameter"] == parameter


def test_natural_keys_are_addresses(client: Client) -> None:
    made = make(client, tag="IT/1 ü", serial="S-1")
    make(client, serial="S-1")

    by_tag = client.get(f"/v1/assets/by-tag/{quote('it/1 Ü', safe='')}")
    by_key = client.get("/v1/assets/by-key/LAP-1")
    by_serial = client.get("/v1/assets/by-serial/S-1")

    assert by_tag.json["id"] == by_key.json["id"] == made["id"]
    assert (by_serial.status, by_serial.code) == (409, "ambiguous_match")
    assert len(by_serial.json["candidates"]) == 2
    assert client.get("/v1/assets/by-tag/none").status == 404


def test_an_upsert_says_whether_it_made_one(client: Client) -> None:
    first = client.put("/v1/assets:upsert?match=tag", {"type": "laptop", "tag": "T"})
    second = client.put("/v1/assets:upsert?match=tag", {"type": "laptop", "tag": "T", "name": "N"})
    without = client.put("/v1/assets:upsert?match=nothing", {"type": "laptop"})

    assert (first.status, second.status) == (201, 200)
    assert (second.json["id"], second.json["name"]) == (first.json["id"], "N")
    assert (without.status, without.code) == (400, "invalid_parameter")


def test_the_past_is_read_by_number_and_by_time(client: Client, stand: Stand) -> None:
    made = make(client, name="Old")
    path = f"/v1/assets/{made['id']}"
    seq = client.get(f"{path}/history").json["items"][0]["seq"]
    client.patch(path, {"name": "New"})

    answers = [client.get(f"{path}?at={at}") for at in (f"seq:{seq}", str(seq))]

    assert [a.json["name"] for a in answers] == ["Old", "Old"]
    assert "etag" not in answers[0].headers
    assert client.get(f"{path}?at={quote('2999-01-01T00:00:00+02:00')}").json["name"] == "New"
    assert client.get(f"{path}?at=2000-01-01T00:00:00Z").status == 404
    assert client.get(f"{path}?at=yesterday").status == 400
    assert client.get(f"{path}?at=2026-01-01T00:00:00").status == 400


def test_history_is_paged_and_a_change_taken_back(client: Client) -> None:
    made = make(client, name="N0")
    path = f"/v1/assets/{made['id']}"
    for n in (1, 2, 3):
        client.patch(path, {"description": f"D{n}"} if n < 3 else {"name": "N3"})

    first = client.get(f"{path}/history?limit=2").json
    second = client.get(f"{path}/history?limit=2&cursor={first['next_cursor']}").json
    seqs = [item["seq"] for item in (*first["items"], *second["items"])]
    conflict = client.post(f"{path}:revert", {"seq": seqs[2]})
    back = client.post(f"{path}:revert", {"seq": seqs[0]})

    assert seqs == sorted(seqs, reverse=True)
    assert first["items"][0]["changes"] == [
        {"field": "name", "label": "Name", "from": "N0", "to": "N3"}
    ]
    assert second["next_cursor"] is None
    assert (conflict.status, conflict.json["fields"]) == (409, ["description"])
    assert back.json["name"] == "N0"
    assert client.get(f"{path}/history").json["items"][0]["reverts"] == seqs[0]


def test_links_are_made_listed_drawn_and_removed(client: Client) -> None:
    room, made = make(client, "room", name="R"), make(client, name="L")
    path = f"/v1/assets/{room['id']}"

    link = client.post(f"{path}/links", {"type": "contains", "target": {"key": made["key"]}})
    twice = client.post(f"{path}/links", {"type": "contains", "target": made["id"]})
    listed = client.get(f"/v1/assets/{made['id']}/links").json["items"]
    graph = client.get(f"{path}/graph?levels=2&link_types=contains").json
    removed = client.delete(link.headers["location"], if_match=link.etag)

    assert (link.status, link.json["source"]["name"]) == (201, "R")
    assert (twice.status, twice.code) == (409, "link_exists")
    assert (listed[0]["name"], listed[0]["asset"]["name"]) == ("lies in", "R")
    assert [n["name"] for n in graph["nodes"]] == ["R", "L"]
    assert (removed.status, removed.text) == (204, "")
    assert client.get(link.headers["location"]).status == 404
    assert client.get(f"{path}/graph?link_types=contain").status == 400


def test_actions_change_place_type_and_number_of_assets(client: Client) -> None:
    made = make(client, name="L", tag="T", custom_fields={"computer.cpu": "i7"})
    path = f"/v1/assets/{made['id']}"

    moved = client.post(f"{path}:move", {"folder": "/Berlin/Office 2"})
    copy = client.post(f"{path}:clone", {"name": "Copy"})
    other = client.post(f"{path}:change-type", {"type": "room"})

    assert moved.json["folder"]["path"] == "/Berlin/Office 2"
    assert (copy.status, copy.json["name"], copy.json["tag"]) == (201, "Copy", None)
    assert copy.headers["location"] == f"/v1/assets/{copy.json['id']}"
    assert other.json["other_fields"]["computer.cpu"] == "i7"


def test_only_admins_purge_and_only_from_the_trash(client: Client, stand: Stand) -> None:
    made = make(client, tag="T")
    path = f"/v1/assets/{made['id']}"
    editor = stand.token(Role.EDITOR)

    too_early = client.post(f"{path}:purge")
    client.delete(path, if_match="*")
    forbidden = client.post(f"{path}:purge", token=editor)
    restored = client.post(f"{path}:restore", token=editor)
    client.delete(path, if_match=restored.etag, token=editor)
    purged = client.post(f"{path}:purge")

    assert (too_early.status, too_early.code) == (409, "asset_not_in_trash")
    assert forbidden.status == 403
    assert restored.json["tag"] == "T"
    assert purged.json == {"links_removed": 0, "comments_removed": 0}
    assert client.get(path).status == 404
    assert client.get(f"{path}/history").json["items"][0]["action"] == "purged"


def test_a_batch_answers_row_by_row(client: Client) -> None:
    make(client, tag="HELD")
    rows = [
        {"op": "create", "ref": "a", "body": {"type": "laptop", "tag": "A"}},
        {"op": "create", "ref": "b", "body": {"type": "laptop", "tag": "held"}},
        {"op": "update", "id": {"ref": "a"}, "body": {"nme": "x"}},
    ]

    mixed = client.post("/v1/assets:batch", {"operations": rows})
    fine = client.post(
        "/v1/assets:batch", {"operations": [{**rows[0], "op": "upsert", "match": "tag"}]}
    )

    results = mixed.json["results"]
    assert (mixed.status, [r["status"] for r in results]) == (207, [201, 409, 422])
    assert [(r["index"], r["ref"]) for r in results] == [(0, "a"), (1, "b"), (2, None)]
    assert (results[0]["etag"], results[0]["key"]) == ('"v1"', "LAP-2")
    assert results[1]["problem"]["errors"][0]["pointer"] == "/tag"
    assert "Did you mean 'name'" in results[2]["problem"]["errors"][0]["detail"]
    assert (fine.status, fine.json["results"][0]["changed"]) == (200, False)


def test_an_atomic_batch_is_refused_as_a_whole(client: Client) -> None:
    rows = [
        {"op": "create", "body": {"type": "laptop", "tag": "A"}},
        {"op": "create", "body": {"type": "lptop"}},
    ]

    answer = client.post("/v1/assets:batch", {"mode": "atomic", "operations": rows})

    assert (answer.status, answer.code) == (422, "batch_rejected")
    assert answer.json["errors"][0]["pointer"] == "/operations/1/body/type"
    assert client.get("/v1/assets").json["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"operations": []},
        {"operations": [{"op": "explode"}]},
        {"operations": [{"op": "create", "body": {}}] * 501},
        {"operations": "all"},
        {"mode": "some", "operations": [{"op": "create", "body": {}}]},
    ],
)
def test_a_batch_of_the_wrong_form_is_refused(client: Client, body: dict[str, Any]) -> None:
    assert client.post("/v1/assets:batch", body).status == 422


def test_dry_runs_write_nothing(client: Client, stand: Stand) -> None:
    made = make(client, tag="T")
    ledger = stand.parts("acme")[0]
    before = ledger.head().seq
    path = f"/v1/assets/{made['id']}"

    for answer, status in (
        (client.post("/v1/assets?dry_run=true", {"type": "laptop"}), 201),
        (client.post("/v1/assets?dry_run=true", {"type": "laptop", "tag": "t"}), 409),
        (client.patch(f"{path}?dry_run=true", {"name": "x"}), 200),
        (client.post(f"{path}:clone?dry_run=true", {}), 201),
        (client.delete(f"{path}?dry_run=true", if_match="*"), 200),
        (
            client.post(
                "/v1/assets:batch",
                {"dry_run": True, "operations": [{"op": "create", "body": {"type": "room"}}]},
            ),
            200,
        ),
    ):
        assert answer.status == status, answer.text

    assert ledger.head().seq == before


def test_a_retried_request_is_answered_again(client: Client) -> None:
    first = client.post("/v1/assets", {"type": "laptop"}, key="k-1")
    again = client.post("/v1/assets", {"type": "laptop"}, key="k-1")
    other = client.post("/v1/assets", {"type": "room"}, key="k-1")

    assert (again.status, again.json["id"]) == (201, first.json["id"])
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status == 422


def test_the_log_of_changes_goes_both_ways(client: Client, office: Office) -> None:
    office.put_folder("Hamburg", None)
    made = [make(client, name=f"N{n}") for n in range(3)]
    client.patch(f"/v1/assets/{made[0]['id']}", {"name": "X"})

    newest = client.get("/v1/changes?limit=2").json
    older = client.get(f"/v1/changes?limit=2&cursor={newest['next_cursor']}").json
    seqs = [item["seq"] for item in (*newest["items"], *older["items"])]
    since = client.get(f"/v1/changes?since={seqs[3]}").json
    of_one = client.get(f"/v1/changes?asset={made[0]['id']}").json
    folders = client.get("/v1/changes?kind=folder").json

    assert seqs == list(range(seqs[0], seqs[0] - 4, -1))
    assert [item["seq"] for item in since["items"]] == [seqs[2], seqs[1], seqs[0]]
    assert [item["changes"][0]["op"] for item in of_one["items"]] == ["update", "create"]
    assert len(folders["items"]) == 2
    assert all("folder" in {c["kind"] for c in item["changes"]} for item in folders["items"])


@pytest.mark.parametrize(
    "members",
    [
        {"name": "a\u0000b"},
        {"name": ""},
        {"name": "n" * 256},
        {"tag": ["T"]},
        {"tag": 7},
        {"tag": {}},
        {"type": None},
        {"type": {}},
        {"type": {"id": "x", "name": "y"}},
        {"folder": {"tag": "x"}},
        {"custom_fields": []},
        {"custom_fields": {"computer.cpu": {"a": {"b": [1]}}}},
        {"custom_fields": {"computer.cpu": "a\u0000b"}},
        {"custom_fields": {"computer.ram": 10**40}},
        {"custom_fields": {"asset.place": {"key": {"key": "x"}}}},
        {"custom_fields": {"asset.place": {"nonsense": "x"}}},
        {"custom_fields": {"asset.owners": ["x"] * 600}},
        {"custom_fields": {"asset.price": {"amount": "NaN", "currency": "EUR"}}},
        {"custom_fields": {f"f.{n}": 1 for n in range(600)}},
        {"tenant": "other"},
    ],
)
def test_bad_input_is_a_clear_refusal(client: Client, members: dict[str, Any]) -> None:
    answer = client.post("/v1/assets", {"type": "laptop", **members})

    assert answer.status in {400, 422}, answer.text
    assert answer.json["errors"][0]["pointer"].startswith("/") or answer.code == "invalid_json"
    assert client.get("/v1/assets").json["items"] == []
