"""A saved search as a part of a query."""

from __future__ import annotations

from typing import Any

from muster.query.context import SavedSearch
from muster.replica.condition import All, Equal, Has, Place
from tests.unit.query_asked import checked, marked, refused, where
from tests.unit.query_world import ident


def search(name: str, query: str, **more: Any) -> SavedSearch:
    return SavedSearch(
        ident("saved_search", name), name, query, more.pop("dialect", "muster"), more
    )


def with_searches(*searches: SavedSearch) -> dict[str, Any]:
    return {"read_searches": lambda: searches}


def test_a_saved_search_is_asked_in_its_own_dialect_with_its_defaults() -> None:
    known = with_searches(
        search(
            "Laptops", "type = Laptop AND model = ${m} ORDER BY key LIMIT 3", dialect="nql", m="x1"
        )
    )
    laptop = ident("asset_type", "laptop")
    expected = All((Equal(Place("type"), (laptop,)), Has(Place("computer.model"), "x1")))

    assert where("savedSearch(laptops)", **known) == expected
    assert where(f"savedSearch({ident('saved_search', 'Laptops')})", **known) == expected
    assert checked("savedSearch(laptops)", **known).limit is None


def test_what_a_saved_search_names_is_noted() -> None:
    known = with_searches(search("Trash", "deleted = true AND status = Scrapped"))

    found = checked("savedSearch(trash)", **known)

    assert found.sees_trash
    assert ("saved_search", "Trash") in {(each.kind, each.name) for each in found.uses}
    assert ("field_type", "asset.status") in {(each.kind, each.name) for each in found.uses}
    assert found.remarks == ()


def test_saved_searches_that_lead_back_to_themselves_are_refused() -> None:
    known = with_searches(search("A", "savedSearch(B)"), search("B", "my() OR savedSearch(A)"))

    error = refused("model = x AND savedSearch(A)", **known)

    assert error.errors[0].code == "search_cycle"
    assert marked("model = x AND savedSearch(A)", error) == "A"


def test_what_is_wrong_in_a_saved_search_is_told_where_it_is_named() -> None:
    known = with_searches(search("Old", "computer.modle = x"))

    error = refused("savedSearch(Old)", **known)

    assert error.errors[0].code == "unknown_field"
    assert "In the saved search `Old`" in error.detail
    assert marked("savedSearch(Old)", error) == "Old"


def test_saved_searches_in_one_another_are_limited() -> None:
    """Ten that name each the next one twice would ask a thousand times."""
    chain = [search(f"S{n}", f"savedSearch(S{n + 1}) OR savedSearch(S{n + 1})") for n in range(10)]

    error = refused("savedSearch(S0)", **with_searches(*chain, search("S10", "my()")))

    assert error.errors[0].code == "limit_exceeded"
    assert "20" in error.detail
