"""Waiting for a condition, with a limit."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable

_STEP_SECONDS = 0.05


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask until the condition holds; False when it does not within the time."""
    pause = threading.Event()
    rounds = max(1, int(seconds / _STEP_SECONDS))
    for _ in range(rounds):
        if condition():
            return True
        pause.wait(_STEP_SECONDS)
    return condition()


def is_listening(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def answers(url: str) -> bool:
    """Tell whether a GET of the address is answered with success within two seconds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - always http://
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
