"""The oracle itself, on a world that is small enough to answer by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from muster.access.model import Member, Role
from muster.catalog.model import AssetType, FieldKind, FieldType, Folder, LinkType, Placement
from muster.ids import spelled
from muster.query.parse import parse
from muster.query.tree import Dialect
from tests.oracle import texts
from tests.oracle.answer import answer
from tests.oracle.comparing import agree
from tests.oracle.making_worlds import make_world
from tests.oracle.reducing import reduced
from tests.oracle.refusal import Refusal
from tests.oracle.world import Joint, Step, Thing, World

NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
COMPUTER, LAPTOP = spelled("asset_type", 1), spelled("asset_type", 2)
RUNS = spelled("link_type", 1)
ADA = Member(spelled("member", 1), "acme", "Ada", "ada@example.org", Role.EDITOR, 1, NOW)
FIELDS = {
    "computer.ram": FieldType(name="computer.ram", label="Memory", kind=FieldKind.INTEGER),
    "computer.host": FieldType(name="computer.host", label="Host", kind=FieldKind.REFERENCE),
    "check.last": FieldType(name="check.last", label="Last check", kind=FieldKind.DATE),
    "a.owner": FieldType(name="a.owner", label="Owner", kind=FieldKind.USER, max_values=None),
}


def thing(number: int, name: str, *, old_name: str | None = None, **more: object) -> Thing:
    """Return an asset made on a day in March, renamed on the next one when it had another name."""
    at = datetime(2026, 3, number, 12, tzinfo=UTC)
    kind = more.pop("type", LAPTOP)
    body = {"type": kind, "name": name, "key": f"PC-{number}", "fields": more.pop("fields", {})}
    first = Step(at, ADA.id, "api", {**body, **more, "name": old_name or name})
    second = Step(at + timedelta(days=1), ADA.id, "api", {**body, **more})
    return Thing(spelled("asset", number), number, (first, second) if old_name else (first,))


def world() -> World:
    """Return four assets: two that refer to a server, and one in the trash."""
    server = thing(2, "Großer Server", type=COMPUTER, fields={"a.owner": [ADA.id, "Bob"]})
    first = thing(3, "network card", fields={"computer.host": server.id, "computer.ram": 8})
    second = thing(
        10,
        "Laptop",
        old_name="Netbook",
        folder=spelled("folder", 2),
        fields={"computer.host": server.id, "computer.ram": 16, "check.last": "2026-02-28"},
    )
    gone = thing(11, "Laptop", trashed_at="2026-03-12T00:00:00Z", fields={"computer.ram": 8})
    placements = tuple(Placement(field=name) for name in FIELDS)
    return World(
        types={
            COMPUTER: AssetType(
                id=COMPUTER, name="computer", label="Computer", key_prefix="PC", fields=placements
            ),
            LAPTOP: AssetType(
                id=LAPTOP, name="laptop", label="Laptop", key_prefix="PC", parent=COMPUTER
            ),
        },
        fields=FIELDS,
        link_types={
            RUNS: LinkType(id=RUNS, name="Runs on", inbound_name="carries", outbound_name="runs")
        },
        folders={
            spelled("folder", n): Folder(id=spelled("folder", n), name=name, parent=parent)
            for n, name, parent in ((1, "Berlin", None), (2, "Old", spelled("folder", 1)))
        },
        members=(ADA,),
        things=(server, first, second, gone),
        links=(Joint(RUNS, second.id, first.id), Joint(RUNS, first.id, gone.id)),
        me=ADA.id,
        now=NOW,
        zone=ZoneInfo("Europe/Berlin"),
    )


def keys(text: str, dialect: Dialect = "muster") -> list[str]:
    made = world()
    found = answer(made, parse(text, dialect=dialect), dialect)
    return [made.by_id[each].body["key"] for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["PC-10", "PC-3", "PC-2"]),
        ("ORDER BY key", ["PC-2", "PC-3", "PC-10"]),
        ("ORDER BY Memory DESC NULLS FIRST", ["PC-2", "PC-10", "PC-3"]),
        ("memory > 8", ["PC-10"]),
        ("NOT memory = 8", ["PC-10", "PC-2"]),
        ("memory != 8", ["PC-10"]),
        ("name = 'GROSSER SERVER'", ["PC-2"]),
        ("name == 'grosser server'", []),
        ("type = Computer", ["PC-2"]),
        ("type UNDER Computer LIMIT 2", ["PC-10", "PC-3"]),
        ("host.name HAS server", ["PC-10", "PC-3"]),
        ("host = PC-2 AND memory < 10", ["PC-3"]),
        ("folder UNDER '/Berlin'", ["PC-10"]),
        ("'last check' = -1m", ["PC-10"]),
        ("'last check' < -1m", []),
        ("'last check' >= -1m", ["PC-10"]),
        ("'last check' <= -31d", ["PC-10"]),
        ("netwrok", []),
        ("text ~ netwrok", ["PC-3"]),
        ("deleted = true", ["PC-11"]),
        ("links = 1", ["PC-10", "PC-3"]),
        ("links = 2 AND deleted = false", ["PC-3"]),
        ("inR() AND object HAVING inR('') >= 2", ["PC-2"]),
        ("reachable(key = PC-10, types=('Runs on'), dir='out')", ["PC-3"]),
        ("my() OR user_is(bob)", ["PC-2"]),
        ("Owner HAVING ALL(ada, bob) AND Owner HAVING COUNT() = 2", ["PC-2"]),
        ("name WAS netbook", ["PC-10"]),
        ("name WAS netbook AFTER 2026-03-11", []),
        ("name CHANGED FROM netbook TO laptop BY ada ON 2026-03-11", ["PC-10"]),
        ("created = 2026-03-10", ["PC-10"]),
        ("created BETWEEN 2026-03-02 AND 2026-03-03", ["PC-3", "PC-2"]),
    ],
)
def test_small_world_is_answered_as_by_hand(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_dialects_differ_in_what_equal_texts_are_and_in_their_order() -> None:
    assert keys("name = card", "nql") == ["PC-3"]
    assert keys("name = card", "aql") == []
    assert keys("", "aql") == ["PC-2", "PC-10", "PC-3"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("memry = 8", "unknown_field"),
        ("memory = many", "wrong_type"),
        ("type = Spaceship", "unknown_value"),
        ("frobnicate()", "unknown_function"),
        ("lastBuild(failed)", "not_connected"),
        ("name MATCHES '******'", "limit_exceeded"),
    ],
)
def test_what_means_nothing_is_refused_for_its_reason(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        keys(text)

    assert refused.value.code == code


def test_words_are_near_by_their_length() -> None:
    near = {("ab", "abc"), ("ab", "ax"), ("abc", "abx"), ("abcdef", "abxxef"), ("abcdef", "xxxdef")}

    assert {pair for pair in near if texts.is_near(*pair)} == {
        ("ab", "abc"),
        ("abc", "abx"),
        ("abcdef", "abxxef"),
    }


def test_versions_are_in_the_order_of_their_releases() -> None:
    written = ["1.9", "v1.10-rc1", "1.10", "1.10.0a", "1.11b2", "1.11+build", "2"]

    assert sorted(written, key=lambda each: texts.version(each) or ()) == written


def test_disagreement_is_made_small() -> None:
    """What is left is the part of the query, and the asset, on which the difference hangs."""
    made = make_world(Random(1))  # noqa: S311 - a world, no secret
    culprit = made.things[0]
    query = parse("(tag IS EMPTY OR name LIKE a) AND NOT serial = x ORDER BY name LIMIT 3")

    small, text = reduced(
        made, query, lambda each, asked: "serial" in asked and culprit.id in each.by_id
    )

    assert text == "serial = x"
    assert [left.id for left in small.things] == [culprit.id]


def test_refusals_of_several_fields_agree_with_any_code() -> None:
    assert agree("any", "wrong_type")
    assert not agree("any", ["ast_1"])
    assert not agree(["ast_1"], "wrong_type")
