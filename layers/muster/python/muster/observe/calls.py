"""Counts the calls to AWS that a request makes: the bill, seen from inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_made: ContextVar[list[str] | None] = ContextVar("calls_made", default=None)


def count_calls[Client](client: Client) -> Client:
    """Let a boto3 client's calls be seen by `calls_made`; a retried call counts once."""
    client.meta.events.register_first("before-call.*.*", _note)  # type: ignore[attr-defined]
    return client


@contextmanager
def calls_made() -> Iterator[list[str]]:
    """Gather the names of the calls made within, such as `dynamodb.GetItem`."""
    calls: list[str] = []
    token = _made.set(calls)
    try:
        yield calls
    finally:
        _made.reset(token)


def _note(model: Any, **_: Any) -> None:
    calls = _made.get()
    if calls is not None:
        calls.append(f"{model.service_model.service_name}.{model.name}")
