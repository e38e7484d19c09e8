"""`muster token …` against a service that answers as told."""

from __future__ import annotations

from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service

TOKEN = {
    "id": "tok_1",
    "name": "a script",
    "member_id": "mem_1",
    "scopes": ["asset:read"],
    "created_at": "2026-05-01T00:00:00Z",
    "expires_at": "2026-06-01T00:00:00Z",
    "last_used_at": None,
}


def test_a_new_token_is_alone_on_stdout(service: Service, muster: Muster) -> None:
    """So that TOKEN=$(muster token create …) works; it is sent once, since no key guards it."""
    service.on("POST", "/v1/tokens", TOKEN | {"token": "mst_x_y"}, 201)

    result = muster("token", "create", "a script", "--scope", "asset:read", "--days", "7")

    (sent,) = service.asked
    assert result.out == "mst_x_y\n"
    assert "until 2026-06-01" in result.err
    assert sent.body == {"name": "a script", "scopes": ["asset:read"], "expires_in_days": 7}
    assert "idempotency-key" not in sent.headers


def test_making_a_token_is_not_tried_twice(service: Service, muster: Muster) -> None:
    """A lost answer could leave two tokens behind."""
    service.on("POST", "/v1/tokens", {"title": "Busy", "detail": "Later."}, 503)

    assert muster("token", "create", "x").code == Exit.UNREACHABLE
    assert len(service.asked) == 1


def test_tokens_are_listed_and_revoked(service: Service, muster: Muster) -> None:
    """A line each, and DELETE by id."""
    service.on("GET", "/v1/tokens", {"items": [TOKEN], "next_cursor": None})
    service.on("DELETE", "/v1/tokens/tok_1", None, 204)

    listed = muster("token", "list")
    revoked = muster("token", "revoke", "tok_1")

    assert listed.out.splitlines()[1].startswith("tok_1\ta script\tmem_1\tasset:read\t")
    assert revoked.out == "tok_1 is revoked.\n"
