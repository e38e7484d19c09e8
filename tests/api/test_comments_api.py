"""Comments over HTTP."""

from __future__ import annotations

from muster.access.model import Role
from tests.support import Client, Stand


def _desk(client: Client) -> str:
    client.post("/v1/asset-types", {"name": "type.desk", "label": "Desk", "key_prefix": "DSK"})
    made = client.post("/v1/assets", {"type": "type.desk", "name": "Desk 1"})
    assert made.status == 201, made.text
    asset_id: str = made.json["id"]
    return asset_id


def test_a_comment_is_written_read_changed_and_removed(stand: Stand) -> None:
    desk = _desk(stand.client)
    bob = stand.member(Role.EDITOR)
    path = f"/v1/assets/{desk}/comments"

    made = stand.client.post(path, {"text": "Look, @Editor", "mentions": [bob.id]})
    where = made.headers["location"]
    read = stand.client.get(where)
    changed = stand.client.patch(where, {"text": "Done"}, if_match=made.etag)
    listed = stand.client.get(path)
    removed = stand.client.delete(where, if_match=changed.etag)

    assert made.status == 201
    assert read.json == made.json
    assert read.json["mentions"] == [{"id": bob.id, "name": "Editor"}]
    assert (changed.json["text"], changed.json["edited"]) == ("Done", True)
    assert listed.json["items"] == [changed.json]
    assert removed.status == 204
    assert stand.client.get(path).json["items"] == []


def test_a_page_goes_on_where_the_last_one_ended(stand: Stand) -> None:
    path = f"/v1/assets/{_desk(stand.client)}/comments"
    for number in range(3):
        stand.client.post(path, {"text": str(number)})

    first = stand.client.get(f"{path}?limit=2").json
    second = stand.client.get(f"{path}?limit=2&cursor={first['next_cursor']}").json

    assert [c["text"] for c in first["items"] + second["items"]] == ["2", "1", "0"]
    assert second["next_cursor"] is None


def test_a_comment_of_somebody_else_is_not_yours_to_change(stand: Stand) -> None:
    path = f"/v1/assets/{_desk(stand.client)}/comments"
    where = stand.client.post(path, {"text": "the admin's"}).headers["location"]

    answer = stand.client.patch(where, {"text": "x"}, token=stand.token(Role.EDITOR))

    assert (answer.status, answer.code) == (403, "comment_not_yours")


def test_a_dry_run_says_what_would_be_and_writes_nothing(stand: Stand) -> None:
    path = f"/v1/assets/{_desk(stand.client)}/comments"

    answer = stand.client.post(f"{path}?dry_run=true", {"text": "would be"})

    assert answer.json["text"] == "would be"
    assert stand.client.get(path).json["items"] == []
