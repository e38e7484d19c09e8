"""The emulator's process: ministack, with the API at /v1 and its state saved while it runs.

ministack serves an API under `/restapis/<id>/<stage>/_user_request_/…`; here it is at the address
that people see. It saves its state on a graceful stop only; here also when something changed, so
that `kill -9` costs seconds and not everything.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

STAGE = "live"
SAVE_PATH = "/_muster/save"
"""A POST to it is answered when all state lies on disk."""
_CREDENTIAL_SCOPE = re.compile(rb"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_READS = re.compile(rb"\.(Get|BatchGet|TransactGet|Query|Scan|Describe|List|Receive)")
_OFTEN = frozenset({"dynamodb", "s3", "sqs"})
_NOT_KEPT = frozenset({"logs", "monitoring", "sts", "execute-api"})
_SHARE_OF_TIME = 20
# Each request at work has a process of its own: a hundred would not make a laptop faster.
_AT_ONCE = max(4, 2 * (os.cpu_count() or 2))
logger = logging.getLogger("muster.local")


class ApiAddress:
    """Puts the deployed API at `/v1`: requests that no AWS SDK signed."""

    def __init__(self, emulator: App, stack_file: Path) -> None:
        self._emulator = emulator
        self._stack_file = stack_file
        self._api_id = ""
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and self._is_for_api(scope):
            # The path goes on as it was sent: a "%2F" inside a tag must not become a separator.
            raw = scope["raw_path"].split(b"?", 1)[0].decode("ascii", "replace")
            path = f"/restapis/{self.api_id()}/{STAGE}/_user_request_{raw}"
            async with self._turns:
                moved = {**scope, "path": path, "raw_path": path.encode()}
                await self._emulator(moved, receive, send)
        else:
            await self._emulator(scope, receive, send)

    def api_id(self) -> str:
        """Return the deployed API's id, which a stack keeps for its life."""
        if not self._api_id and self._stack_file.is_file():
            self._api_id = json.loads(self._stack_file.read_text()).get("api_id", "")
        return self._api_id

    @staticmethod
    def _is_for_api(scope: Scope) -> bool:
        path: str = scope["path"]
        if path != "/v1" and not path.startswith("/v1/"):
            return False
        return not any(
            name == b"authorization" and value.startswith(b"AWS4-")
            for name, value in scope["headers"]
        )


def changed_service(scope: Scope) -> str | None:
    """Return the AWS service in which a request may change something that has to be kept."""
    if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
        return None
    headers = dict(scope["headers"])
    if _READS.search(headers.get(b"x-amz-target", b"")):
        return None
    signed_for = _CREDENTIAL_SCOPE.search(headers.get(b"authorization", b""))
    # A form upload to S3 carries its signature in the body.
    service = signed_for[1].decode() if signed_for else "s3"
    return None if service in _NOT_KEPT else service


class Autosave:
    """Saves the services that changed, at most every `seconds` and at most 5 % of the time."""

    def __init__(self, emulator: App, seconds: float) -> None:
        self._emulator = emulator
        self._seconds = seconds
        self._changed: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and remember what it may have changed."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", SAVE_PATH):
            self._changed.add("cloudformation")
            await self.save()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._emulator(scope, receive, send)
        service = changed_service(scope)
        if service:
            self._changed.add(service)

    async def run(self) -> None:
        """Save for as long as the process lives; a save that fails is tried again."""
        pause = self._seconds
        while self._seconds:
            await asyncio.sleep(pause)
            began = time.monotonic()
            try:
                await self.save()
            except Exception:
                logger.exception("Saving failed; trying again")
                self._changed.add("dynamodb")
            pause = max(self._seconds, (time.monotonic() - began) * _SHARE_OF_TIME)

    async def save(self) -> None:
        """Copy the state between two requests, then write it beside them.

        What CloudFormation has is written last: a stack that is on disk has its resources there.
        """
        from ministack import app as emulator
        from ministack.core.persistence import save_state

        async with self._one_at_a_time:
            changed, self._changed = self._changed, set()
            getters = emulator._build_persistence_save_dict() if changed else {}  # noqa: SLF001
            if changed <= _OFTEN:
                getters = {name: getters[name] for name in changed & getters.keys()}
            copies = {name: get_state() for name, get_state in getters.items()}
            for name in sorted(copies, key=lambda name: name == "cloudformation"):
                if copies[name] is not None:
                    await asyncio.to_thread(save_state, name, copies[name])


def wrap(emulator: App, environment: MutableMapping[str, str]) -> tuple[App, Autosave]:
    """Return the application to serve, and what saves its state."""
    autosave = Autosave(emulator, float(environment["MUSTER_LOCAL_AUTOSAVE_SECONDS"]))
    return ApiAddress(autosave, Path(environment["MUSTER_LOCAL_STACK"])), autosave


async def serve(lifeline: int) -> None:
    """Serve until SIGTERM, SIGINT, or until the process at the other end of `lifeline` is gone."""
    from hypercorn.asyncio import serve as serve_asgi
    from hypercorn.config import Config
    from ministack.app import app

    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    loop.add_reader(lifeline, ended.set)
    served, autosave = wrap(app, os.environ)
    saving = asyncio.create_task(autosave.run())
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"

    async def until_ended() -> None:
        await ended.wait()

    await serve_asgi(served, config, shutdown_trigger=until_ended)  # type: ignore[arg-type]
    saving.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
