"""Waiting for what a worker does, with progress, until it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from muster.cli.client import Client
from muster.cli.exits import CommandError
from muster.cli.screen import Report, note, progress

ENDED = frozenset({"done", "failed", "cancelled"})
_FIRST_SECONDS, _LONGEST_SECONDS = 0.15, 2.0


def wait_for(
    client: Client, path: str, states: Collection[str], *, title: str, hint: str
) -> dict[str, Any]:
    """Read a resource again and again until its `state` is one of these; return it.

    On Ctrl-C the work goes on in the worker: `hint` says how to look at it or stop it.
    """
    try:
        with progress(title) as report:
            return _poll(client, path, states, report)
    except KeyboardInterrupt:
        note(f"Muster goes on with this. {hint}")
        raise


def _poll(client: Client, path: str, states: Collection[str], report: Report) -> dict[str, Any]:
    pause = _FIRST_SECONDS
    while True:
        found: dict[str, Any] = client.get(path).body
        done = found.get("progress") or {}
        report(done.get("done") or 0, done.get("total") or 0)
        if found["state"] in states:
            return found
        client.pause(pause)
        pause = min(pause * 1.5, _LONGEST_SECONDS)


def save_results(client: Client, job_id: str, target: Path) -> int:
    """Save a job's result file, and return how many bytes it has."""
    return client.download(client.get(f"/v1/jobs/{job_id}/results").body["url"], target)


def failure(found: dict[str, Any], title: str) -> CommandError:
    """Return the error of a job or an import that ended as `failed` or `cancelled`."""
    error = dict(found.get("error") or {})
    if found["state"] == "cancelled":
        error.setdefault("detail", "It was cancelled; what was done until then stays.")
    error.setdefault("detail", "It stopped without saying why.")
    error.setdefault("code", found["state"])
    return CommandError({"title": title, **error})


def seconds_since(start: float, clock: Callable[[], float] = time.monotonic) -> str:
    """Return how long something took, such as `3.2 s`."""
    return f"{clock() - start:.1f} s"
