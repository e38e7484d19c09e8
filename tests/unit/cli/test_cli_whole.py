"""The command against the application itself, in memory: what it sends is what the API takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.cli.exits import Exit
from tests.support import Stand
from tests.unit.cli.conftest import Muster

CSV = """\
Name,Asset Tag,Serial,RAM,Bought,Price
Anna's laptop,IT-001,AB 1,16,2024-02-29,999.50
Bob's laptop,IT-002,AB 2,32,2024-03-01,1200.00
"""


@pytest.fixture
def file(stand: Stand, tmp_path: Path) -> str:
    """Write a list of two laptops, for a tenant that has the starter catalog."""
    stand.client.post("/v1/catalog:install-starter")
    path = tmp_path / "laptops.csv"
    path.write_text(CSV)
    return str(path)


def test_whoami_names_the_tenant(real: Muster) -> None:
    """Name, role and tenant of the token."""
    result = real("whoami")

    assert result.code == Exit.OK
    assert "tenant\tAcme (acme, eu-central-1)" in result.out


def test_a_list_is_imported_looked_at_and_taken_back(real: Muster, file: str) -> None:
    """From a file to assets with history, once more without change, and back."""
    planned = real("import", file, "--type", "laptop", "--dry-run")
    before = real("asset", "list", "--json").json
    first = real("import", file, "--type", "laptop", "--json")
    listed = real("asset", "list", "--sort", "name")
    history = real("asset", "history", "IT-001")
    again = real("import", file, "--type", "laptop")
    undone = real("undo", first.json["id"])
    after = real("asset", "list", "--json").json

    assert "rows\tcreate" in planned.out
    assert before["total"] == 0
    assert first.json["progress"]["created"] == 2
    assert [line.split("\t")[3] for line in listed.out.splitlines()[1:]] == ["IT-001", "IT-002"]
    assert f"import {first.json['id']}" in history.out
    assert "There is nothing to change." in again.out
    assert undone.code == Exit.OK
    assert after["total"] == 0


def test_a_field_is_set_by_its_name(real: Muster, file: str) -> None:
    """A built-in member and a field of the catalog, then what refuses nonsense."""
    real("import", file, "--type", "laptop", "--yes")

    changed = real("asset", "set", "IT-002", "name=Carla's laptop", "serial=")
    shown = real("asset", "get", "IT-002", "--json").json
    unknown = real("asset", "set", "IT-002", "computer.colour=red")

    assert "is now at version" in changed.out
    assert (shown["name"], shown["serial"]) == ("Carla's laptop", None)
    assert (unknown.code, "has no field" in unknown.err) == (Exit.USAGE, True)


def test_a_bad_condition_is_told_in_the_api_s_words(real: Muster, file: str) -> None:
    """An unknown parameter is a refusal that names it."""
    result = real("asset", "list", "nmae=x")

    assert result.code == Exit.REFUSED
    assert "nmae" in result.err


def test_jobs_are_listed_and_shown(real: Muster, file: str) -> None:
    """Newest first, with how far they are."""
    job = real("import", file, "--type", "laptop", "--json").json["id"]

    listed = real("jobs", "list")
    shown = real("jobs", "show", job)
    cancelled = real("jobs", "cancel", job)

    assert listed.out.splitlines()[1].startswith(f"{job}\t")
    assert "outcome\t2 created\n" in shown.out
    assert cancelled.code == Exit.REFUSED


def test_a_token_works_until_it_is_revoked(real: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scoped token may do what its scopes say and no more."""
    made = real("token", "create", "reader", "--scope", "asset:read", "--json").json
    revoked = real("token", "revoke", made["id"])
    monkeypatch.setenv("MUSTER_TOKEN", made["token"])

    refused = real("asset", "list")

    assert revoked.code == Exit.OK
    assert (refused.code, "muster token create" in refused.err) == (Exit.REFUSED, True)
