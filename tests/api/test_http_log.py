"""What is told of a request, and of a defect, to the caller and to the log."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from muster.observe.log import logger
from tests.support import Stand


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Return what is written to the log from now on."""
    written = io.StringIO()
    monkeypatch.setattr(logger().registered_handler, "stream", written)
    return written


def test_a_defect_is_told_without_its_message(notes: Stand, note: str, log: io.StringIO) -> None:
    """What we did not foresee is 500 with the request id; the message is in the log alone."""
    answer = notes.client.post(f"{note}:break", headers={"X-Request-Id": "mine-1"})

    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["request_id"] == answer.headers["x-request-id"] == "mine-1"
    assert "ZeroDivision" not in answer.text
    assert "ZeroDivisionError" in log.getvalue()


def test_a_request_has_one_line_in_the_log(notes: Stand, log: io.StringIO) -> None:
    """The line says who did what, how it ended and what it cost, and holds no secret or content."""
    notes.client.get("/v1/notes?limit=3&sort=secret-thing")

    [line] = log.getvalue().strip().splitlines()
    fields = json.loads(line)
    assert fields["route"] == "/v1/notes"
    assert (fields["method"], fields["status"], fields["tenant"]) == ("GET", 200, "acme")
    assert {"ms", "token", "aws_calls", "request_id"} <= fields.keys()
    assert "secret-thing" not in line
    assert notes.token()[-20:] not in line


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, "é", "a\nb"])
def test_a_request_id_that_could_spoil_a_log_is_replaced(notes: Stand, given: str) -> None:
    """Only a plain id is echoed; for another one API Gateway's own is used."""
    answer = notes.client.get("/v1/notes", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] == "req-1"


def test_threads_do_not_mix_requests(notes: Stand) -> None:
    """Requests that are answered at the same time each get their own answer."""

    def ask(number: int) -> bool:
        answer = notes.client.get("/v1/notes", headers={"X-Request-Id": f"r{number}"})
        return answer.headers["x-request-id"] == f"r{number}"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(200)))
