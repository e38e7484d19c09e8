"""Sequences on the running stack: set off through the table's stream, and by the clock."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import urllib3

from infra.local.deploy import Clients
from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

_PATIENCE_SECONDS = 80


@pytest.fixture
def call(stack: Stack) -> Callable[..., Any]:
    pool = urllib3.PoolManager(retries=False, timeout=60)

    def send(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {stack.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        answer = pool.request(method, f"{stack.url}{path}", body=content, headers=headers)
        assert answer.status < 300, answer.data
        return answer.json()

    return send


def wait_for(look: Callable[[], Any]) -> Any:
    pause, last = threading.Event(), time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < last
        pause.wait(0.3)
    return found


def described(call: Callable[..., Any], asset_id: str) -> str:
    text: str = call("GET", f"/v1/assets/{asset_id}").get("description") or ""
    return text


def make_type(call: Callable[..., Any], name: str) -> None:
    body = {"name": f"type.{name}", "label": name, "key_prefix": name.upper()[:10]}
    call("POST", "/v1/asset-types", {**body, "fields": []})


def test_a_change_sets_a_sequence_off_and_the_run_is_undone(call: Callable[..., Any]) -> None:
    """From the ledger's stream to the worker and back."""
    make_type(call, "seqone")
    sequence = {
        "name": "Greet",
        "visibility": "public",
        "operations": [{"field": "description", "text": "Hello from $currentUser$"}],
        "triggers": [{"event": "asset_created", "types": ["type.seqone"]}],
    }
    made = call("POST", "/v1/sequences", sequence)
    asset = call("POST", "/v1/assets", {"type": "type.seqone", "name": "One"})["id"]

    wait_for(lambda: described(call, asset) == "Hello from Greet")
    run = wait_for(
        lambda: (
            found
            if (found := call("GET", f"/v1/sequences/{made['id']}").get("last_run"))
            and found["state"] == "done"
            else None
        )
    )
    undo = call("POST", f"/v1/jobs/{run['job']}:undo", {})
    wait_for(lambda: call("GET", f"/v1/jobs/{undo['id']}")["state"] == "done")

    assert described(call, asset) == ""


def test_a_schedule_runs_by_the_clock(stack: Stack, call: Callable[..., Any]) -> None:
    """The function may be called at any time: it starts what is due, once."""
    make_type(call, "seqtwo")
    asset = call("POST", "/v1/assets", {"type": "type.seqtwo", "name": "Two"})["id"]
    schedule = {"cron": "* * * * *", "selection": {"assets": [asset]}}
    sequence = {
        "name": "Tick",
        "visibility": "public",
        "operations": [{"field": "description", "text": "+tick "}],
        "schedules": [schedule],
    }
    made = call("POST", "/v1/sequences", sequence)
    clients = Clients(stack.place)
    function = clients.resources()["ScheduleFunction"]

    def ticked() -> str:
        clients.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        return described(call, asset)

    text = wait_for(ticked)
    # Else it would go on, minute by minute, under the tests that follow.
    call("PATCH", f"/v1/sequences/{made['id']}", {"enabled": False})

    assert set(text.split()) == {"tick"}
    history = call("GET", f"/v1/assets/{asset}/history")["items"]
    assert history[0]["by"] == {"id": "system:sequence", "name": "Tick"}
