"""Conditions on requests: entity tags, methods and actions."""

from __future__ import annotations

import pytest

from tests.support import Stand


def test_a_version_that_the_client_has_is_not_sent_again(notes: Stand, note: str) -> None:
    """If-None-Match with the present ETag is 304 without a body; with another one it is 200."""
    etag = notes.client.get(note).etag

    same = notes.client.get(note, if_none_match=f'"v9", W/{etag}')
    other = notes.client.get(note, if_none_match='"v2"')

    assert (same.status, same.text, same.etag) == (304, "", etag)
    assert other.status == 200


@pytest.mark.parametrize("tag", ["17", '"17"', 'W/"v1"', '"v1", "v2"', '"v01"', '"v' + "9" * 30])
def test_an_etag_that_is_none_of_ours_is_refused(notes: Stand, note: str, tag: str) -> None:
    """If-Match with what can't be one of our ETags is 400 and names the header."""
    answer = notes.client.patch(note, {"text": "b"}, if_match=tag)

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "If-Match"


@pytest.mark.parametrize("action", [":brake", ":", ":break:break", ""])
def test_an_unknown_action_is_no_such_address(notes: Stand, note: str, action: str) -> None:
    """A colon that no route has after an id leads nowhere."""
    answer = notes.client.post(f"{note}{action}")

    assert answer.status == (405 if action in {"", ":"} else 404)


def test_a_known_address_names_its_methods(notes: Stand, note: str) -> None:
    """405 comes with the methods that would do."""
    answer = notes.client.put(note, {"text": "a"})

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, PATCH"
