"""`muster up`: from a checkout, or a clear word."""

from __future__ import annotations

from pathlib import Path

import pytest

import infra.local
from muster.cli import stack
from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster


def test_it_starts_the_checkout_s_stack(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command calls what `make run` calls."""
    started: list[bool] = []
    monkeypatch.setattr(infra.local, "run_local", lambda: started.append(True))

    assert muster("up").code == Exit.OK
    assert started == [True]


def test_outside_a_checkout_it_says_so(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Installed somewhere else, there is nothing to build from."""
    monkeypatch.setattr(stack, "__file__", str(tmp_path / "muster" / "cli" / "stack.py"))

    result = muster("up")

    assert result.code == Exit.REFUSED
    assert "run it inside a checkout" in result.err
