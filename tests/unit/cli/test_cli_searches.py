"""`muster search …` and `muster view …` against the application itself, in memory."""

from __future__ import annotations

import json

import pytest

from muster.cli.exits import Exit
from muster.delivery.port import Sent
from tests.support import Stand
from tests.unit.cli.conftest import Muster

QUERY = "type = PC AND name != ${name} ORDER BY name"


@pytest.fixture(autouse=True)
def _two_assets(stand: Stand) -> None:
    body = {"name": "type.pc", "label": "PC", "key_prefix": "PC", "fields": []}
    stand.client.post("/v1/asset-types", body)
    for name in ("One", "Two"):
        made = stand.client.post("/v1/assets", {"type": "type.pc", "name": name})
        assert made.status == 201, made.text


@pytest.fixture
def search(real: Muster) -> str:
    made = real("search", "save", "PCs", QUERY, "-p", "name=Two", "--json")
    assert made.code == Exit.OK, made.err
    search_id: str = made.json["id"]
    return search_id


def test_a_search_is_saved_listed_shown_run_and_removed(real: Muster, search: str) -> None:
    listed = real("search", "list")
    shown = real("search", "show", "pcs")
    found = real("search", "run", "PCs")
    other = real("search", "run", search, "-p", "name=One", "--csv", "--fields", "key,name")
    removed = real("search", "delete", "PCs")

    assert f"{search}\tPCs\tprivate\t\t{QUERY}" in listed.out
    assert "name\t\tTwo" in shown.out
    assert "PC-1\tOne" in found.out
    assert "Two" not in found.out
    assert other.out == "key,name\nPC-2,Two\n"
    assert removed.code == Exit.OK
    assert real("search", "show", "PCs").code == Exit.REFUSED


def test_saving_anew_needs_to_be_meant(real: Muster, search: str) -> None:
    refused = real("search", "save", "PCs", "type = PC")
    changed = real("search", "save", "pcs", "type = PC", "--replace", "--json")

    assert refused.code == Exit.REFUSED
    assert (changed.json["id"], changed.json["parameters"]) == (search, [])


def test_a_query_that_is_wrong_shows_where(real: Muster) -> None:
    result = real("search", "save", "Wrong", "type = PC AND nam = x")

    assert result.code == Exit.REFUSED
    assert "^^^" in result.err


def test_more_than_is_shown_is_said(real: Muster, search: str) -> None:
    result = real("search", "run", "PCs", "-p", "name=x", "--limit", "1", "--json")

    assert (len(result.json["items"]), result.json["total"]) == (1, 2)
    assert "1 of 2" in real("search", "run", "PCs", "-p", "name=x", "--limit", "1").err


def test_a_search_is_scheduled_run_and_switched_off(
    real: Muster, stand: Stand, search: str
) -> None:
    hook = "https://hooks.example/in"
    given = ("--cron", "0 7 * * MON", "--webhook", hook, "--file", "--when", "new")
    made = real("search", "schedule", "create", "Mondays", "PCs", *given, "-p", "name=x")
    run = real("search", "schedule", "run", "mondays")
    shown = real("search", "schedule", "show", "Mondays")
    off = real("search", "schedule", "off", "Mondays")
    listed = real("search", "schedule", "list")
    on = real("search", "schedule", "on", "Mondays")
    removed = real("search", "schedule", "delete", "Mondays")

    assert "due next at 2026-11-30T07:00:00.000Z" in made.out
    assert "whsec_" in made.out
    assert "Found 2 assets, 2 of them new. hooks.example: delivered (200)" in run.out
    assert f"{hook}\nfile" in shown.out
    assert "\tdone\t2\t2\thooks.example: delivered (200), file: delivered" in shown.out
    assert "does not run" in off.out
    assert "Mondays\toff\t0 7 * * MON UTC\t\thttps://hooks.example/in, file" in listed.out
    assert "due next" in on.out
    assert removed.code == Exit.OK
    assert len(stand.courier.posted) == 1


def test_a_run_that_reaches_nobody_is_refused_or_tried_again(
    real: Muster, stand: Stand, search: str
) -> None:
    hook = ("--webhook", "https://hooks.example/in")
    real("search", "schedule", "create", "Daily", search, "--cron", "0 7 * * *", *hook)
    down = Sent(delivered=False, detail="503", again=True)
    stand.courier.answers = [down, Sent(delivered=False, detail="410")]

    later = real("search", "schedule", "run", "Daily")
    never = real("search", "schedule", "run", "Daily", "--json")

    assert later.code == Exit.OK
    assert "hooks.example: waiting (503)" in later.out
    assert "tried again at 2026-11-24T12:01" in later.out
    assert never.code == Exit.REFUSED
    assert json.loads(never.err)["code"] == "delivery_failed"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("search", "schedule", "create", "X", "PCs", "--cron", "0 7 * * *"), Exit.USAGE),
        (("search", "schedule", "create", "X", "PCs", "--file", "--cron", "1 7 * * *"), 1),
        (("search", "schedule", "create", "X", "None", "--file", "--cron", "0 7 * * *"), 1),
        (("search", "run", "PCs", "--csv", "--json"), Exit.USAGE),
        (("search", "save", "X", "type = PC", "-p", "name"), Exit.USAGE),
        (("view", "save", "X", "nothing"), Exit.REFUSED),
        (("view", "show", "X"), Exit.REFUSED),
    ],
)
def test_a_command_that_can_not_work_says_so(
    real: Muster, search: str, arguments: tuple[str, ...], code: int
) -> None:
    assert real(*arguments).code == code


def test_a_view_is_saved_listed_shown_changed_and_removed(real: Muster) -> None:
    made = real("view", "save", "Short", "key, name", "--type", "PC", "--json")
    changed = real("view", "save", "Short", "key,name,tag", "--replace")
    listed = real("view", "list", "--type", "PC")
    shown = real("view", "show", "short")
    removed = real("view", "delete", made.json["id"])

    assert [each["name"] for each in made.json["columns"]] == ["key", "name"]
    assert changed.code == Exit.OK
    assert listed.out == "id\tname\twho\tcolumns\n"
    assert shown.out.endswith("Columns\ncolumn\tlabel\nkey\tKey\nname\tName\ntag\tTag\n")
    assert removed.code == Exit.OK
    assert real("view", "list", "--json").json == {"items": []}
