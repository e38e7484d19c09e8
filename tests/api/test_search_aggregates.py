"""`/v1/search/aggregate`: counts, sums and averages in groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.laptops import made, stocked
from tests.support import Client, Stand


@pytest.fixture
def client(stand: Stand) -> Client:
    """Return a client of a tenant with three laptops and a room."""
    return stocked(stand)


def aggregate(client: Client, **members: Any) -> dict[str, Any]:
    answer = client.post("/v1/search/aggregate", members)
    assert answer.status == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_money_is_summed_by_currency(client: Client) -> None:
    measures = [
        {"function": "count"},
        {"function": "sum", "field": "price"},
        {"function": "avg", "field": "computer.ram"},
        {"function": "max", "field": "memory"},
        {"function": "distinct", "field": "computer.cpu"},
    ]

    told = aggregate(client, query="type = Laptop", measures=measures)

    sums = [{"amount": "2001.00", "currency": "EUR"}, {"amount": "20.00", "currency": "USD"}]
    [group] = told["groups"]
    assert group["keys"] == []
    assert group["values"] == [3, sums, pytest.approx(56 / 3), 32, 1]


def test_groups_are_told_as_assets_tell_their_values(client: Client) -> None:
    asked = [{"field": "type"}, {"field": "asset.status"}, {"field": "place"}]

    told = aggregate(client, group_by=asked, order="keys")

    seen = [
        (
            row["keys"][0]["name"],
            *(key and (key.get("label") or key["name"]) for key in row["keys"][1:]),
        )
        for row in told["groups"]
    ]
    assert sorted(seen, key=str) == [
        ("a.laptop", "In use", "Room 7"),
        ("a.laptop", "In use", None),
        ("a.laptop", "Lost", None),
        ("a.room", None, None),
    ]
    assert told["total_groups"] == 4
    assert len(aggregate(client, group_by=asked, limit=2)["groups"]) == 2


def test_days_are_put_together_in_the_callers_time_zone(stand: Stand, client: Client) -> None:
    """Noon in UTC on 24 November is the 25th in Kiritimati."""
    asked = [{"field": "created", "by": "day"}]

    here = aggregate(client, group_by=asked)
    there = aggregate(client, group_by=asked, time_zone="Pacific/Kiritimati")

    assert here["groups"][0]["keys"] == ["2026-11-24"]
    assert there["groups"][0]["keys"] == ["2026-11-25"]


def test_a_label_needs_no_quotes_where_it_is_alone(client: Client) -> None:
    body = {"name": "asset.end", "label": "Warranty End", "kind": "date"}
    made(client, "/v1/field-types", body)

    told = aggregate(client, group_by=[{"field": "Warranty End"}, {"field": '"Warranty End"'}])

    assert told["groups"][0]["keys"] == [None, None]


def test_people_and_folders_are_groups(stand: Stand, client: Client) -> None:
    told = aggregate(client, group_by=[{"field": "createdBy"}, {"field": "folder"}])

    [berlin, root] = told["groups"]
    assert berlin["keys"][0]["name"] == "Ada"
    assert berlin["keys"][1]["path"] == "/Berlin"
    assert root["keys"][1] is None


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"group_by": [{"field": "computer.rom"}]}, "/group_by/0/field", "unknown_field"),
        ({"group_by": [{"field": "memory", "by": "day"}]}, "/group_by/0/by", "wrong_type"),
        ({"group_by": [{"field": "text"}]}, "/group_by/0/field", "wrong_type"),
        ({"group_by": [{"field": "a IS EMPTY OR b"}]}, "/group_by/0/field", "unknown_field"),
        ({"group_by": [{"field": 'a = "b'}]}, "/group_by/0/field", "unknown_field"),
        ({"measures": [{"function": "sum"}]}, "/measures/0/field", "required"),
        ({"measures": [{"function": "sum", "field": "name"}]}, "/measures/0/field", "wrong_type"),
        ({"query": "type = Lptop"}, "/query", "unknown_value"),
    ],
)
def test_what_can_not_be_aggregated_is_refused_where_it_stands(
    client: Client, members: dict[str, Any], pointer: str, code: str
) -> None:
    answer = client.post("/v1/search/aggregate", members)

    [error] = answer.json["errors"]
    assert (answer.status, answer.code) == (422, "invalid_query")
    assert error["pointer"] == pointer
    assert error["code"] == code
