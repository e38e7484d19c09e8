"""`muster find …`, and `--query` of other commands, against the application itself."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from muster.cli.exits import Exit, problem_lines
from muster.cli.places import Sent
from tests.support import Stand
from tests.unit.cli.conftest import Muster, Result, Service


@pytest.fixture
def things(stand: Stand) -> Stand:
    """Make three things with a colour."""
    field = {"name": "thing.colour", "label": "Colour", "kind": "text"}
    assert stand.client.post("/v1/field-types", field).status == 201
    body: dict[str, Any] = {"name": "a.thing", "label": "Thing", "key_prefix": "TH"}
    body |= {"fields": [{"field": "thing.colour"}]}
    assert stand.client.post("/v1/asset-types", body).status == 201
    for number, (name, colour) in enumerate((("Cup", "red"), ("Bowl", "blue"), ("Tray", "red"))):
        body = {"type": "a.thing", "name": name, "tag": f"T-{number}"}
        made = stand.client.post("/v1/assets", body | {"custom_fields": {"thing.colour": colour}})
        assert made.status == 201
    return stand


def rows(result: Result) -> list[list[str]]:
    assert result.code == Exit.OK, result.err
    return [line.split("\t") for line in result.out.splitlines()]


@pytest.mark.usefixtures("things")
def test_what_is_found_is_a_table(real: Muster) -> None:
    head, *found = rows(real("find", "colour = red ORDER BY name DESC"))

    assert head == ["key", "name", "type", "tag", "serial", "folder", "updated"]
    assert [row[1] for row in found] == ["Tray", "Cup"]
    assert found[0][2] == "Thing"


@pytest.mark.usefixtures("things")
def test_fields_are_columns(real: Muster) -> None:
    found = rows(real("find", "ORDER BY name", "--fields", "tag, thing.colour,created"))

    assert found[0] == ["tag", "thing.colour", "created"]
    assert found[1][:2] == ["T-1", "blue"]
    assert found[1][2].startswith("2026-11-24T12:00")


def test_csv_is_csv(real: Muster, things: Stand) -> None:
    """And nothing in it is a formula."""
    things.client.post("/v1/assets", {"type": "a.thing", "name": "=1+1"})
    odd = real("find", "name STARTSWITH '='", "--csv", "--fields", "name")
    result = real("find", "name = Cup", "--csv", "--fields", "name,thing.colour")

    assert list(csv.reader(io.StringIO(result.out))) == [["name", "thing.colour"], ["Cup", "red"]]
    assert odd.out == "name\n'=1+1\n"


@pytest.mark.usefixtures("things")
def test_json_is_the_answer_of_the_api(real: Muster) -> None:
    told = real("find", "type = Thing", "--json", "--limit", "2").json

    assert len(told["items"]) == 2
    assert (told["total"], told["total_is_exact"]) == (3, True)
    assert told["next_cursor"]


@pytest.mark.usefixtures("things")
def test_what_is_left_out_is_said(real: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """And --all leaves nothing out, however many pages that takes."""
    monkeypatch.setattr("muster.cli.finding._PAGE", 1)

    some = real("find", "type = Thing", "--limit", "2")
    every = real("find", "type = Thing", "--all")

    assert (len(some.out.splitlines()), some.err) == (3, "2 of 3; --all shows all.\n")
    assert (len(every.out.splitlines()), every.err) == (4, "")


@pytest.mark.usefixtures("things")
def test_counting_prints_a_number(real: Muster) -> None:
    assert real("find", "colour = red", "--count").out == "2\n"
    assert real("find", "colour = red", "--count", "--json").json["is_exact"] is True


@pytest.mark.usefixtures("things")
def test_explaining_tells_how(real: Muster) -> None:
    result = real("find", "tag = T-1 and colour = blue", "--explain")

    assert "query\ttag = T-1 AND colour = blue\n" in result.out
    assert "found\t1\n" in result.out
    assert real("find", "tag = T-1", "--explain", "--json").json["found"] == 1


@pytest.mark.usefixtures("things")
def test_dialect_placeholders_and_time_zone_are_passed_on(real: Muster) -> None:
    red = ("find", "colour = ${which}", "-p", "which=red", "--count")

    assert real(*red).out == "2\n"
    assert real("find", "name = cu", "--dialect", "nql", "--count").out == "0\n"
    assert real("find", "created = 2026-11-25", "--count").out == "0\n"
    zone = ("--time-zone", "Pacific/Kiritimati")
    assert real("find", "created = 2026-11-25", "--count", *zone).out == "3\n"


@pytest.mark.usefixtures("things")
def test_a_warning_is_told_beside_the_answer(real: Muster) -> None:
    result = real("find", "anyAttribute = red", "--count")

    assert result.out == "2\n"
    assert result.err.startswith("Note: ")


@pytest.mark.usefixtures("things")
def test_an_error_is_shown_under_its_place(real: Muster) -> None:
    result = real("find", "type = Thing AND thing.color = red")

    assert result.code == Exit.REFUSED
    assert result.out == ""
    assert result.err.splitlines() == [
        "The query can't be answered: Unknown field `thing.color`. Did you mean `thing.colour`?",
        "  type = Thing AND thing.color = red",
        "                   ^^^^^^^^^^^",
        "  Expected: a field",
    ]


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    "command",
    [
        ("asset", "list", "--query"),
        ("export", "-o", "x.csv", "--query"),
        ("bulk", "clear", "thing.colour", "--query"),
    ],
)
def test_other_commands_show_the_place_too(real: Muster, command: tuple[str, ...]) -> None:
    result = real(*command, "nmae = Cup")

    assert result.code == Exit.REFUSED
    assert "  nmae = Cup\n  ^^^^\n" in result.err


@pytest.mark.usefixtures("things")
def test_other_commands_take_a_query(real: Muster) -> None:
    listed = rows(real("asset", "list", "--query", "colour = red ORDER BY name"))
    changed = real("bulk", "set", "description", "Old", "--query", "colour = blue", "--yes")

    assert [row[1] for row in listed[1:]] == ["Cup", "Tray"]
    assert "1 updated" in changed.out


def test_an_export_sends_its_query(service: Service, muster: Muster) -> None:
    service.problem("POST", "/v1/exports", 422)

    muster("export", "-o", "x.csv", "--query", "colour = red")

    [asked] = service.sent("POST", "/v1/exports")
    assert asked.body["selection"] == {"query": "colour = red"}


@pytest.mark.parametrize(
    "flags", [("--count", "--explain"), ("--csv", "--json"), ("-p", "nothing")]
)
def test_what_makes_no_sense_together_is_refused(muster: Muster, flags: tuple[str, ...]) -> None:
    assert muster("find", "x", *flags).code == Exit.USAGE


def test_a_search_is_sent_again_when_the_service_is_busy(service: Service, muster: Muster) -> None:
    """It changes nothing, and takes no Idempotency-Key."""
    service.problem("POST", "/v1/search/count", 503)
    service.on("POST", "/v1/search/count", {"count": 7, "is_exact": False, "warnings": []})

    result = muster("find", "x", "--count")

    assert (result.out, result.err) == ("7\n", "There are at least so many.\n")
    assert len(service.asked) == 2
    assert "idempotency-key" not in service.asked[0].headers


@pytest.mark.parametrize(
    ("text", "position", "end", "lines"),
    [
        ("a = ", 4, 4, ["  a = ", "      ^"]),
        ("a = 1\nAND b c\nOR d", 12, 13, ["  AND b c", "        ^"]),
        ("名前 = x y", 7, 8, ["  名前 = x y", "           ^"]),
        ("a\tb", 2, 3, ["  a b", "    ^"]),
        ("é" + "x" * 300, 200, 203, ["  …" + "x" * 100 + "…", " " * 63 + "^^^"]),
        ("a\x1b[31m b", 8, 99, ["  a [31m b", "          ^"]),
    ],
)
def test_marks_stand_under_what_they_mean(
    text: str, position: int, end: int, lines: list[str]
) -> None:
    """In long lines, in several, with signs of two columns, and without control characters."""
    error = {"code": "x", "detail": "x", "pointer": "/query", "position": position, "end": end}
    problem = {"title": "T", "errors": [error]}

    assert list(problem_lines(problem, Sent({"query": text})))[1:] == lines


def test_an_error_whose_text_is_not_at_hand_is_told_in_words() -> None:
    error = {"code": "x", "detail": "Wrong.", "pointer": "/a/7/b", "position": 1, "end": 2}

    assert list(problem_lines({"title": "T", "errors": [error]}, Sent({"a": []}))) == [
        "T",
        "  a / 7 / b: Wrong.",
    ]
