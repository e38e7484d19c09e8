"""How the command speaks HTTP: retries, refusals, pages."""

from __future__ import annotations

import json
import socket

import pytest

from muster.cli.client import Client
from muster.cli.connection import Connection
from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service

ME = {
    "name": "Anna",
    "email": "anna@acme.example",
    "role": "viewer",
    "tenant": {"id": "acme", "name": "Acme", "region": "eu-central-1", "time_zone": "UTC"},
    "permissions": ["asset:read", "job:read"],
}


def test_whoami_shows_who_and_where(service: Service, muster: Muster) -> None:
    """The answer is one line a member, with the address that answered."""
    service.on("GET", "/v1/me", ME)

    result = muster("whoami")

    assert result.code == Exit.OK
    assert "name\tAnna\n" in result.out
    assert "tenant\tAcme (acme, eu-central-1)\nmay\tasset:read, job:read\n" in result.out
    assert f"address\t{service.url}" in result.out
    assert service.asked[0].headers["authorization"] == "Bearer mst_test"


def test_json_is_the_api_s_own(service: Service, muster: Muster) -> None:
    """`--json` prints what the API answered."""
    service.on("GET", "/v1/me", ME)

    assert muster("whoami", "--json").json == ME


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_again_when_it_says(
    service: Service, muster: Muster, status: int
) -> None:
    """Retry-After is waited for, and then the answer counts."""
    service.on("GET", "/v1/me", {"detail": "later"}, status, retry_after="7")
    service.on("GET", "/v1/me", ME)

    result = muster("whoami")

    assert result.code == Exit.OK
    assert muster.waited == [7.0]


def test_a_long_retry_after_is_cut(service: Service, muster: Muster) -> None:
    """Nobody sits before a command for an hour."""
    service.on("GET", "/v1/me", {"detail": "later"}, 503, retry_after="3600")
    service.on("GET", "/v1/me", ME)

    muster("whoami")

    assert muster.waited == [30.0]


def test_a_lost_connection_is_tried_again_with_the_same_key(
    service: Service, muster: Muster
) -> None:
    """A write that is sent again carries the same Idempotency-Key, so it happens once."""
    service.on("POST", "/v1/jobs/job_1:cancel", {"state": "cancelled"})
    service.hang_up = 2

    result = muster("jobs", "cancel", "job_1")

    sent = service.sent("POST", "/v1/jobs/job_1:cancel")
    assert result.code == Exit.OK
    assert len(sent) == 3
    assert len({a.headers["idempotency-key"] for a in sent}) == 1


def test_a_request_that_is_still_being_answered_is_waited_for(
    service: Service, muster: Muster
) -> None:
    """409 with Retry-After means that the first try is on its way."""
    service.on("POST", "/v1/jobs/job_1:cancel", {"detail": "In flight."}, 409, retry_after="1")
    service.on("POST", "/v1/jobs/job_1:cancel", {"state": "cancelled"})

    assert muster("jobs", "cancel", "job_1").code == Exit.OK
    assert muster.waited == [1.0]


def test_it_gives_up_after_five_attempts(service: Service, muster: Muster) -> None:
    """A service that stays away ends the command with 3."""
    service.on("GET", "/v1/me", {"title": "Not available", "detail": "Later."}, 503)

    result = muster("whoami")

    assert result.code == Exit.UNREACHABLE
    assert len(service.asked) == 5
    assert "Not available: Later." in result.err


def test_nobody_there_is_said_at_once(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection names the address and the command that starts the local stack."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("MUSTER_URL", f"http://127.0.0.1:{port}")

    result = muster("whoami")

    assert result.code == Exit.UNREACHABLE
    assert f"127.0.0.1:{port}" in result.err
    assert "muster up" in result.err
    assert muster.waited == []


def test_a_refusal_names_each_place(service: Service, muster: Muster) -> None:
    """Title, detail, and one line for each error with its place."""
    errors = [
        {"pointer": "/custom_fields/computer.ram", "code": "number", "detail": "It is no number."},
        {"row": 7, "column": "Serial", "code": "taken", "detail": "It is taken."},
    ]
    service.problem("GET", "/v1/me", 422, title="Bad", detail="Two errors.", errors=errors)

    result = muster("whoami")

    assert result.code == Exit.REFUSED
    assert result.err.splitlines() == [
        "Bad: Two errors.",
        "  computer.ram: It is no number.",
        '  row 7, column "Serial": It is taken.',
    ]


def test_a_refusal_is_json_on_stderr_for_scripts(service: Service, muster: Muster) -> None:
    """With --json, stdout stays empty and stderr holds the problem."""
    service.problem("GET", "/v1/me", 403, code="forbidden")

    result = muster("whoami", "--json")

    assert result.out == ""
    assert json.loads(result.err)["code"] == "forbidden"


def test_a_gateway_s_page_is_no_traceback(service: Service, muster: Muster) -> None:
    """HTML from something in between becomes a message."""
    service.on("GET", "/v1/me", b"<html>no such host</html>", 404)

    result = muster("whoami")

    assert result.code == Exit.REFUSED
    assert result.err == "Muster answered 404: <html>no such host</html>\n"


def test_pages_are_followed_to_the_limit(service: Service) -> None:
    """The cursor is passed on, and no more is asked for than is wanted."""
    service.on("GET", "/v1/jobs", {"items": [{"n": 1}] * 500, "next_cursor": "c1"})
    service.on("GET", "/v1/jobs", {"items": [{"n": 2}] * 100, "next_cursor": "c2"})
    client = Client(Connection(service.url, "t", "test"))

    found = list(client.items("/v1/jobs", {"sort": "id"}, limit=600))
    client.close()

    assert len(found) == 600
    assert [a.query["limit"] for a in service.asked] == [["500"], ["100"]]
    assert service.asked[1].query["cursor"] == ["c1"]


def test_data_can_t_steer_the_terminal(service: Service, muster: Muster) -> None:
    """Escape sequences and line breaks in names come out harmless."""
    service.on("GET", "/v1/me", ME | {"name": "evil\x1b[2J\nname\ttab"})

    result = muster("whoami")

    assert "name\tevil\\x1b[2J name tab\n" in result.out
