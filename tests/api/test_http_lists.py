"""Lists: pages, cursors, links and selected members."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import Stand


def test_following_the_link_gives_every_item_once(notes: Stand) -> None:
    """The Link header leads through the whole list, with the parameters that the first page had."""
    target, seen = "/v1/notes?limit=30&sort=-id&count=exact", []
    while target:
        answer = notes.client.get(target)
        seen += [item["id"] for item in answer.json["items"]]
        assert answer.json["total"] == 100
        target = answer.headers.get("link", "").partition(">")[0].removeprefix("<")

    assert seen == [str(n) for n in range(100)]
    assert answer.json["next_cursor"] is None


@pytest.mark.parametrize("change", ["sort=id", "sort=-id&limit=10", "fields=id"])
def test_a_cursor_belongs_to_its_list(notes: Stand, change: str) -> None:
    """Another order makes a cursor invalid; another page size or selection does not."""
    cursor = notes.client.get("/v1/notes?limit=5&sort=-id").json["next_cursor"]

    answer = notes.client.get(f"/v1/notes?{change}&cursor={cursor}")

    same_list = change.startswith("sort=-id")
    assert answer.status == (200 if same_list else 400)
    if not same_list:
        assert answer.code == "invalid_cursor"


def test_a_cursor_is_good_for_a_day(notes: Stand) -> None:
    """A cursor that is older than a day is refused, and says so."""
    cursor = notes.client.get("/v1/notes?limit=5").json["next_cursor"]
    notes.clock.now += timedelta(days=1, seconds=1)

    answer = notes.client.get(f"/v1/notes?cursor={cursor}")

    assert answer.code == "invalid_cursor"
    assert "older than a day" in answer.json["detail"]


def test_a_cursor_is_its_tenants_own(notes: Stand) -> None:
    """A cursor of one tenant is nothing to another."""
    notes.add_tenant("other")
    cursor = notes.client.get("/v1/notes?limit=5").json["next_cursor"]

    answer = notes.client.get(f"/v1/notes?cursor={cursor}", token=notes.token(tenant="other"))

    assert answer.code == "invalid_cursor"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1e2", "", "9" * 5000])
def test_a_page_size_out_of_range_is_refused(notes: Stand, limit: str) -> None:
    """More than the published maximum is an error, not silently less."""
    answer = notes.client.get(f"/v1/notes?limit={limit}")

    assert answer.status == 400
    assert answer.json["errors"][0]["parameter"] == "limit"


def test_fields_selects_members(notes: Stand) -> None:
    """`fields` leaves out the other members, also within custom_fields."""
    [item] = notes.client.get("/v1/notes?limit=1&fields=id,custom_fields.b.c").json["items"]

    assert item == {"id": "0", "custom_fields": {"b.c": 2}}


def test_an_unknown_field_to_select_is_refused(notes: Stand) -> None:
    """A misspelt field is an error that suggests the right one."""
    answer = notes.client.get("/v1/notes?fields=id,verson")

    assert answer.status == 400
    assert "'version'" in answer.json["detail"]
