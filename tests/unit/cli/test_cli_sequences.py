"""`muster sequence …` against the application itself, in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.cli.exits import Exit
from tests.support import Stand
from tests.unit.cli.conftest import Muster

GREET: dict[str, Any] = {
    "name": "Greet",
    "visibility": "public",
    "operations": [{"field": "description", "text": "+Hello"}],
    "triggers": [{"event": "asset_created"}],
    "schedules": [{"cron": "0 7 * * *", "selection": {"all": True}}],
}


@pytest.fixture
def ids(stand: Stand, tmp_path: Path) -> str:
    """Write a list of one asset, and one that is not there."""
    body = {"name": "type.pc", "label": "PC", "key_prefix": "PC", "fields": []}
    stand.client.post("/v1/asset-types", body)
    made = stand.client.post("/v1/assets", {"type": "type.pc", "name": "X", "tag": "IT-1"})
    assert made.status == 201, made.text
    path = tmp_path / "ids.txt"
    path.write_text("IT-1\n")
    return str(path)


@pytest.fixture
def greet(real: Muster, tmp_path: Path) -> str:
    path = tmp_path / "greet.json"
    path.write_text(json.dumps(GREET))
    made = real("sequence", "create", str(path), "--json")
    assert made.code == Exit.OK, made.err
    sequence_id: str = made.json["id"]
    return sequence_id


def described(stand: Stand) -> Any:
    return stand.client.get("/v1/assets/by-tag/IT-1").json.get("description")


def test_a_sequence_is_made_listed_shown_and_removed(real: Muster, greet: str) -> None:
    listed = real("sequence", "list")
    shown = real("sequence", "show", "greet")
    removed = real("sequence", "delete", "Greet")
    again = real("sequence", "show", greet)

    assert f"{greet}\tGreet\tpublic\ton\t1\tasset created, 0 7 * * *" in listed.out
    assert "text=+Hello" in shown.out
    assert "0 7 * * *\tUTC\tall=True" in shown.out
    assert removed.code == Exit.OK
    assert again.code == Exit.REFUSED


def test_a_dry_run_only_counts(real: Muster, stand: Stand, ids: str, greet: str) -> None:
    result = real("sequence", "run", "Greet", "--ids", ids, "--dry-run")

    assert result.code == Exit.OK, result.err
    assert "assets\tupdate\tunchanged\tskip\tfail\n1\t1\t0\t0\t0" in result.out
    assert described(stand) is None


def test_a_run_says_what_came_of_it_and_how_to_take_it_back(
    real: Muster, stand: Stand, ids: str, greet: str
) -> None:
    result = real("sequence", "run", greet, "--ids", ids, "--yes")

    assert result.code == Exit.OK, result.err
    assert "1 updated" in result.out
    assert "muster undo job_" in result.out
    assert described(stand) == "Hello"


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "Greet"),
        ("run", "Greet", "--all", "--reporter", "Carla"),
        ("create", "nowhere.json"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    real: Muster, greet: str, arguments: tuple[str, ...]
) -> None:
    assert real("sequence", *arguments).code == Exit.USAGE
