"""A running stack, as tests see it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from infra.local.place import HOST, Place
from muster.settings import Settings


@dataclass(frozen=True)
class Stack:
    """A running stack. `environment` leads any AWS SDK, and Muster's own code, to it."""

    place: Place
    token: str
    settings: Settings

    @property
    def url(self) -> str:
        return self.place.url

    @property
    def endpoint_url(self) -> str:
        return self.place.url

    @property
    def environment(self) -> dict[str, str]:
        return {**self.settings.as_environment(), **self.place.aws_environment()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def process_is_gone(process_id: int) -> bool:
    """Tell whether a process has ended (a zombie that waits for its parent has)."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{process_id}/stat")
    return status.is_file() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z"
