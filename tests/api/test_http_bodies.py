"""Bodies: what is refused, and how the place is named."""

from __future__ import annotations

import pytest

from tests.support import Stand, api_event


def test_errors_point_at_their_places(notes: Stand) -> None:
    """Each wrong member has an entry with a pointer that leads to it, and words."""
    body = {"text": "x" * 30, "size": "3", "sise": 1, "parts": [{"text": "a"}, {"size": 1.5}]}

    answer = notes.client.post("/v1/notes", body)

    found = {e["pointer"]: e["code"] for e in answer.json["errors"]}
    assert answer.status == 422
    assert found == {
        "/text": "string_too_long",
        "/size": "wrong_type",
        "/sise": "unknown_field",
        "/parts/1/text": "required",
        "/parts/1/size": "wrong_type",
    }
    assert "Did you mean 'size'?" in answer.text


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ('{"text":"a\\u0000"}', "character", "/text"),
        ('{"text":"a","parts":[{"text":"\\ud800"}]}', "character", "/parts/0/text"),
        ('{"text":"caf\ufffd"}', "character", "/text"),
        ('{"text":"a","size":99999999999999999999999}', "number", ""),
        ('{"text":"a","size":1e999}', "number", ""),
        ('{"text":"a","text":"b"}', "duplicate_member", ""),
        ("{" * 40, "depth", ""),
        ('{"text":"a"}x', "syntax", ""),
    ],
)
def test_a_body_is_refused_for_what_it_holds(
    notes: Stand, body: str, code: str, pointer: str
) -> None:
    """What JSON allows and a database does not, or what no two parsers read alike, is 400."""
    answer = notes.client.post("/v1/notes", body=body)

    [error] = answer.json["errors"]
    assert (answer.status, error["code"], error["pointer"]) == (400, code, pointer)


def test_bytes_that_are_no_utf8_are_refused(notes: Stand) -> None:
    """A body in another encoding is 400 and says at which byte."""
    event = api_event(notes.api, "POST", "/v1/notes")
    event |= {"body": "eyJ0ZXh0Ijoi/yJ9", "isBase64Encoded": True}
    event["headers"] = {"Authorization": f"Bearer {notes.token()}"}

    answer = notes.api(event, None)

    assert answer["statusCode"] == 400
    assert "byte 9" in answer["body"]
