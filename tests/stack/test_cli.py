"""The `muster` command against the running stack: what the README promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "import"

type Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def muster(stack: Stack, tmp_path: Path) -> Command:
    """Run the command in a pipe, as a token of the first tenant."""

    def run(*arguments: str, codes: tuple[int, ...] = (0,), **more: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli.main", *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
                "MUSTER_URL": stack.url,
                "MUSTER_TOKEN": stack.token,
                **more,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stderr + done.stdout
        return done

    return run


def total(muster: Command) -> int:
    found: int = json.loads(muster("asset", "list", "--limit", "1", "--json").stdout)["total"]
    return found


@pytest.mark.parametrize(
    "name",
    [
        "snipe-it/assets-sample.csv",
        "snipe-it/assets-sample-BAD.csv",
        "ralph/back_office_assets.csv",
        "shelf/asset-import-from-content.csv",
        "homebox/fields.csv",
    ],
)
def test_a_real_export_is_imported_shown_repeated_and_undone(muster: Command, name: str) -> None:
    """A plan; assets with history; the same file again changes nothing; undo leaves no trace."""
    file = DATA / name
    if not file.is_file():
        pytest.skip(f"{name} is not beside this checkout")
    before = total(muster)

    plan = muster("import", str(file), "--dry-run", codes=(0, 4))
    first = json.loads(muster("import", str(file), "--json", codes=(0, 4)).stdout)
    again = muster("import", str(file), codes=(0, 4))
    items = json.loads(muster("asset", "list", "--json").stdout)["items"]
    history = muster("asset", "history", items[0]["id"])
    muster("undo", first["id"])

    assert "encoding" in plan.stdout
    assert first["progress"]["created"] > 0
    assert "There is nothing to change." in again.stdout
    assert f"import {first['id']}" in history.stdout
    assert total(muster) == before


def test_an_asset_is_changed_and_its_history_says_so(muster: Command, tmp_path: Path) -> None:
    """From a file to a field, by key and by tag."""
    file = tmp_path / "one.csv"
    file.write_text("Name,Asset Tag,Serial\nProjector,CLI-001,AB 12\n")
    job = json.loads(muster("import", str(file), "--json").stdout)["id"]
    shown = json.loads(muster("asset", "get", "CLI-001", "--json").stdout)

    muster("asset", "set", shown["key"], "name=Beamer", "serial=")
    changed = json.loads(muster("asset", "get", shown["key"], "--json").stdout)
    history = muster("asset", "history", "CLI-001").stdout
    muster("undo", job, codes=(0, 4))

    assert (changed["name"], changed["serial"]) == ("Beamer", None)
    assert "Name: Projector → Beamer; Serial number: AB 12 → nothing" in history


def test_a_tenant_is_made_with_aws_credentials(muster: Command, stack: Stack) -> None:
    """The token that comes with a new tenant is its admin's, and sees nothing of others."""
    made = muster(
        *("tenant", "create", "clitenant", "--name", "Made by hand", "--region", "eu-central-1"),
        *("--admin-email", "anna@example.org"),
        **stack.environment,
    )
    token = made.stdout.strip()

    me = json.loads(muster("whoami", "--json", MUSTER_TOKEN=token).stdout)

    assert me["tenant"]["id"] == "clitenant"
    listed = muster("asset", "list", "--json", MUSTER_TOKEN=token)
    assert json.loads(listed.stdout)["items"] == []


def test_tokens_are_made_listed_and_revoked(muster: Command) -> None:
    """A revoked token is refused, in words and with code 1."""
    made = json.loads(
        muster("token", "create", "a script", "--scope", "asset:read", "--json").stdout
    )
    worked = muster("asset", "list", MUSTER_TOKEN=made["token"])
    listed = muster("token", "list").stdout

    muster("token", "revoke", made["id"])

    assert worked.returncode == 0
    assert "a script" in listed
    assert made["id"] not in muster("token", "list").stdout
