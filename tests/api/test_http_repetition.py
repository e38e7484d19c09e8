"""Idempotency-Key: a repeated request does nothing twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from muster.access.model import Role
from tests.support import Stand, api_event


def test_a_repeated_request_gets_the_first_answer(notes: Stand) -> None:
    """The same key and content: one change, the same answer, marked as replayed."""
    first = notes.client.post("/v1/notes", {"text": "a"}, key="k-1")

    again = notes.client.post("/v1/notes", {"text": "a"}, key="k-1")

    assert (first.status, again.status) == (201, 201)
    assert again.text == first.text
    assert again.headers["location"] == first.headers["location"]
    assert again.etag == first.etag
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert notes.scope().ledger.head().seq == 1


def test_a_repetition_that_finds_nothing_to_do_is_replayed(notes: Stand, note: str) -> None:
    """A patch that would change nothing any more answers as it did when it changed something."""
    first = notes.client.patch(note, {"text": "b"}, key="k-1")
    notes.client.patch(note, {"text": "c"})
    notes.client.patch(note, {"text": "b"})

    again = notes.client.patch(note, {"text": "b"}, key="k-1")

    assert again.json["version"] == first.json["version"] == 2
    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_for_another_content_is_refused(notes: Stand) -> None:
    """A key stands for one request: another body with it is 422 and changes nothing."""
    notes.client.post("/v1/notes", {"text": "a"}, key="k-1")

    other = notes.client.post("/v1/notes", {"text": "b"}, key="k-1")

    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert notes.scope().ledger.head().seq == 1


def test_a_key_is_its_members_own(notes: Stand) -> None:
    """Two members who choose the same key don't see each other's answers."""
    notes.client.post("/v1/notes", {"text": "a"}, key="k-1")

    theirs = notes.client.post(
        "/v1/notes", {"text": "b"}, key="k-1", token=notes.token(Role.EDITOR)
    )

    assert theirs.status == 201
    assert theirs.json["text"] == "b"


def test_a_refused_request_keeps_no_key(notes: Stand, note: str) -> None:
    """What was refused can be corrected and sent with the same key."""
    refused = notes.client.post("/v1/notes", {"text": "first"}, key="k-1")
    corrected = notes.client.post("/v1/notes", {"text": "second"}, key="k-1")

    assert (refused.status, corrected.status) == (409, 201)


def test_an_answer_that_got_lost_is_told_by_the_commit(notes: Stand) -> None:
    """While the first answer may still come it is 409; a minute later the commit is the answer."""
    notes.client.post("/v1/notes", {"text": "a"}, key="k-1")
    ledger: Any = notes.scope().ledger
    ledger._requests = {k: replace(v, response=None) for k, v in ledger._requests.items()}

    soon = notes.client.post("/v1/notes", {"text": "a"}, key="k-1")
    notes.clock.now += timedelta(seconds=61)
    late = _raw(notes, "POST", "/v1/notes", '{"text": "a"}', {"Idempotency-Key": "k-1"})

    assert (soon.status, soon.code, soon.headers["retry-after"]) == (409, "request_in_flight", "1")
    assert late["statusCode"] == 200
    told = json.loads(late["body"])
    assert told["seq"] == 1
    assert [(c["kind"], c["op"], c["version"]) for c in told["changes"]] == [("asset", "create", 1)]


def _raw(
    notes: Stand, method: str, path: str, body: str | None, headers: dict[str, str]
) -> dict[str, Any]:
    """Send a request whose answer the document need not hold."""
    event = api_event(notes.api, method, path, body)
    event["headers"] = {"Authorization": f"Bearer {notes.token()}", **headers}
    event["headers"].setdefault("Content-Type", "application/json")
    return notes.api(event, None)


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256])
def test_a_key_that_is_none_is_refused(notes: Stand, key: str) -> None:
    """A key that other implementations might read differently is 400."""
    answer = notes.client.post("/v1/notes", {"text": "a"}, key=key)

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"
