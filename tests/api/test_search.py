"""`/v1/search` and what belongs to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.model import Role
from tests.api.laptops import ANNAS, BOBS, CELIKS, stocked
from tests.support import Answer, Client, Stand


@pytest.fixture
def client(stand: Stand) -> Client:
    """Return a client of a tenant with three laptops and a room."""
    return stocked(stand)


def search(client: Client, query: str, **members: Any) -> Answer:
    return client.post("/v1/search", {"query": query, **members})


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["name"] for item in answer.json["items"]]


def by_address(client: Client, **parameters: Any) -> Answer:
    told = "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items())
    return client.get(f"/v1/search?{told}")


def test_a_query_finds_in_its_order(client: Client) -> None:
    query = "type = Laptop AND computer.ram >= 16 ORDER BY computer.ram DESC"

    assert names(search(client, query)) == [CELIKS, ANNAS]
    assert names(by_address(client, query=query)) == [CELIKS, ANNAS]
    assert names(client.get(f"/v1/assets?query={quote(query)}")) == [CELIKS, ANNAS]


def test_an_asset_that_was_found_looks_as_in_a_list(client: Client) -> None:
    [found] = search(client, "tag = IT-0", expand=["links"]).json["items"]
    [listed] = client.get("/v1/assets?tag=IT-0&expand=links").json["items"]

    assert found == listed


def test_a_list_joins_filters_and_query(client: Client) -> None:
    """Both have to hold, and `sort` wins over the query's order."""
    query = quote("computer.ram > 8 ORDER BY computer.ram")

    assert names(client.get(f"/v1/assets?type=Laptop&tag=IT-0&query={query}")) == [ANNAS]
    found = client.get(f"/v1/assets?query={query}&sort=-name&cf.computer.ram__gte=16")
    assert names(found) == [CELIKS, ANNAS]


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("cut", [None, 2])
def test_pages_hold_everything_once_up_to_the_limit_of_the_query(
    client: Client, limit: int, cut: int | None
) -> None:
    query = "type = Laptop ORDER BY name" + (f" LIMIT {cut}" if cut else "")
    wanted = [ANNAS, BOBS, CELIKS][:cut]

    found, cursor = [], None
    while True:
        answer = search(client, query, limit=limit, count="exact", cursor=cursor)
        assert answer.json["total"] == len(wanted)
        found += names(answer)
        cursor = answer.json["next_cursor"]
        if cursor is None:
            break

    assert found == wanted


def test_a_search_by_address_leads_on(client: Client) -> None:
    """The Link header leads through all pages, the query's own limit included."""
    target = f"/v1/search?limit=1&query={quote('type = Laptop ORDER BY name LIMIT 2')}"
    found = []
    while target:
        answer = client.get(target)
        found += names(answer)
        target = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert found == [ANNAS, BOBS]


@pytest.mark.parametrize(
    "other",
    [
        {"query": "type = Laptop ORDER BY tag"},
        {"dialect": "aql"},
        {"time_zone": "Asia/Tokyo"},
        {"parameters": {"a": 1}},
    ],
)
def test_a_cursor_belongs_to_its_query(client: Client, other: dict[str, Any]) -> None:
    query = "type = Laptop ORDER BY name"
    cursor = search(client, query, limit=1).json["next_cursor"]

    assert names(search(client, query, limit=2, cursor=cursor)) == [BOBS, CELIKS]
    answer = search(client, **{"query": query, "limit": 1, "cursor": cursor, **other})
    assert (answer.status, answer.code) == (400, "invalid_cursor")


def test_a_limit_of_nothing_finds_nothing(client: Client) -> None:
    answer = search(client, "type = Laptop LIMIT 0", count="exact")

    assert answer.status == 422 or (answer.json["items"], answer.json["total"]) == ([], 0)


def test_fields_and_views_select_members(client: Client) -> None:
    picked = search(client, "tag = IT-0", fields=["tag", "custom_fields.computer.cpu"])
    brief = search(client, "tag = IT-0", view="brief")

    cpu = {"computer.cpu": "Intel Core i7"}
    assert picked.json["items"] == [{"tag": "IT-0", "custom_fields": cpu}]
    assert set(brief.json["items"][0]) == {"id", "key", "version", "name", "tag", "type"}


def test_an_unknown_field_to_select_is_refused(client: Client) -> None:
    answer = search(client, "", fields=["id", "serail"])

    assert (answer.status, answer.code) == (422, "invalid_body")
    assert answer.json["errors"][0]["pointer"] == "/fields/1"
    assert "'serial'" in answer.json["detail"]


@pytest.mark.parametrize(
    ("query", "code", "place", "near"),
    [
        ("type = Laptop AND computer.rma > 2", "unknown_field", (18, 30), "computer.ram"),
        ("type = Lptop", "unknown_value", (7, 12), "Laptop"),
        ("asset.status = lots", "unknown_value", (15, 19), "Lost"),
        ("computer.ram >", "syntax", (14, 14), None),
    ],
)
def test_a_refusal_has_the_place_and_the_nearest_names(
    client: Client, query: str, code: str, place: tuple[int, int], near: str | None
) -> None:
    posted = search(client, query)
    got = by_address(client, query=query)
    told = client.post("/v1/search/validate", {"query": query})

    [error] = posted.json["errors"]
    assert (posted.status, posted.code) == (422, "invalid_query")
    assert (error["code"], error["pointer"]) == (code, "/query")
    assert (error["position"], error["end"]) == place
    assert near is None or near in error["suggestions"]
    assert (got.status, got.json["errors"][0]["parameter"]) == (422, "query")
    assert (told.status, told.json["valid"]) == (200, False)
    assert told.json["errors"][0]["position"] == place[0]


def test_placeholders_are_values_and_nothing_else(client: Client) -> None:
    """What stands for a placeholder can't end a value and begin a condition."""
    wanted = {"who": "x' OR name != '"}
    query = 'type = ${t} AND name LIKE "${who}"'.replace('"', "")

    assert names(search(client, query, parameters={"t": "Laptop", "who": "bob"})) == [BOBS]
    assert names(search(client, query, parameters=wanted | {"t": "Laptop"})) == []
    assert names(by_address(client, query="tag = ${t}", parameters='{"t": "IT-1"}')) == [BOBS]
    missing = search(client, query, parameters=wanted)
    assert missing.json["errors"][0]["code"] == "unknown_parameter"


@pytest.mark.parametrize("text", ["[]", "{", "1", "[" * 99_999])
def test_parameters_in_an_address_are_a_json_object(client: Client, text: str) -> None:
    answer = by_address(client, query="a", parameters=text)

    assert (answer.status, answer.json["errors"][0]["parameter"]) == (400, "parameters")


def test_an_unknown_time_zone_is_refused_where_it_stands(client: Client) -> None:
    posted = search(client, "type = Laptop", time_zone="Mars/Base")
    got = by_address(client, query="type = Laptop", time_zone="Mars/Base")

    assert (posted.code, posted.json["errors"][0]["pointer"]) == ("unknown_time_zone", "/time_zone")
    assert got.json["errors"][0]["parameter"] == "time_zone"


def test_dialects_differ(client: Client) -> None:
    """In Asset Tracker's dialect `=` on texts finds a word, in the others all of the text."""
    query = "name = laptop ORDER BY name"

    assert names(search(client, query, dialect="nql")) == [ANNAS, BOBS, CELIKS]
    assert names(search(client, query)) == []


def test_highlights_say_where_the_words_are(client: Client) -> None:
    """Offsets are into the text as it is, whatever case and accents were asked for."""
    answer = search(client, 'celik AND text HAS "laptop"', highlight=True)

    [item] = answer.json["items"]
    assert item["highlights"] == [
        {
            "field": "name",
            "fragments": [{"text": CELIKS, "start": 0, "marks": [[0, 5], [8, 14]]}],
        }
    ]
    [plain] = search(client, "celik").json["items"]
    assert "highlights" not in plain


def test_warnings_say_what_may_not_be_meant(client: Client) -> None:
    answer = search(client, "anyAttribute = 8")

    [warning] = answer.json["warnings"]
    assert (warning["code"], warning["position"], warning["end"]) == ("old_name", 0, 12)
    assert answer.json["warnings"] == by_address(client, query="anyAttribute = 8").json["warnings"]


def test_a_query_that_is_valid_is_told_as_it_is_read(client: Client) -> None:
    told = client.post("/v1/search/validate", {"query": "type=laptop and memory>8"}).json

    assert told["valid"] is True
    assert told["canonical"] == "type = laptop AND memory > 8"
    assert {(use["kind"], use["name"]) for use in told["uses"]} == {
        ("asset_type", "a.laptop"),
        ("field_type", "computer.ram"),
    }


def test_completion_offers_what_fits_at_the_cursor(client: Client) -> None:
    query = "type = Laptop AND asset.status = Lo"

    told = client.post("/v1/search/suggest", {"query": query}).json["items"]
    first = client.post("/v1/search/suggest", {"query": query, "position": 3}).json["items"]

    assert told[0]["insert"] == "Lost"
    assert (told[0]["kind"], told[0]["position"], told[0]["end"]) == ("option", 33, 35)
    assert "type" in [each["insert"] for each in first]


def test_counting_tells_whether_it_is_exact(client: Client) -> None:
    def count(query: str) -> tuple[int, bool]:
        told = client.post("/v1/search/count", {"query": query}).json
        return told["count"], told["is_exact"]

    assert count("type = Laptop") == (3, True)
    assert count("type = Laptop LIMIT 2") == (2, True)
    assert count("") == (4, True)


def test_a_search_is_explained(client: Client) -> None:
    """What each condition came to, how much was read, and the order."""
    query = "tag = IT-1 AND computer.ram > 4 ORDER BY name LIMIT 2"

    told = client.post("/v1/search/explain", {"query": query}).json

    assert told["canonical"] == query
    assert told["found"] == 1
    assert len(told["conditions"]) == 2
    assert {each["use"] for each in told["conditions"]} <= {"listed", "walked", "checked"}
    assert all(each["says"] for each in told["conditions"])
    named = client.post("/v1/search/explain", {"query": "type = Laptop AND status = Lost"}).text
    assert "Laptop" in named
    assert "Lost" in named
    assert "opt_" not in named
    assert told["order"]
    assert told["assets"] == 4
    assert told["milliseconds"] >= 0


def test_an_estimate_is_exact_where_little_is_found(client: Client) -> None:
    told = search(client, "type = Laptop", count="estimate", limit=1).json

    assert (told["total"], told["total_is_exact"]) == (3, True)


def test_a_viewer_may_search_and_another_tenant_finds_nothing(stand: Stand, client: Client) -> None:
    stand.add_tenant("other")
    body = {"query": "createdBy = currentUser() OR laptop ORDER BY name"}
    own, theirs = (
        stand.client.post("/v1/search", body, token=token)
        for token in (stand.token(Role.VIEWER), stand.token(tenant="other"))
    )

    assert names(own) == [ANNAS, BOBS, CELIKS]
    assert names(theirs) == []


_PIECES = st.sampled_from(
    [
        *("type", "name", "computer.ram", "asset.status", "text", "x", "'", '"', "(", ")", ","),
        *(
            " AND ",
            " OR ",
            " NOT ",
            "=",
            "!=",
            "~",
            ">",
            " IN ",
            " IS EMPTY",
            " ORDER BY ",
            "LIMIT",
        ),
        *(" HAVING ", " WAS ", " CHANGED ", "my()", "inR(", "linked(", "; DROP TABLE asset --"),
        *("\\", "%", "*", "${a}", "-1d", "2026-13-45", "Laptop", " ", "🧿", "now(", "9" * 40),
    ]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_whatever_is_asked_is_answered_or_refused(client: Client, query: str) -> None:
    """No text is a defect of ours."""
    for path in ("", "/validate", "/suggest", "/count", "/explain", "/aggregate"):
        answer = client.post(f"/v1/search{path}", {"query": query})

        assert answer.status in {200, 400, 422}, (path, query, answer.text)
