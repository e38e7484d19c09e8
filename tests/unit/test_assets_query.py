"""A list's parameters, read into the question that the replica is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.query import Filters, asset_query
from muster.assets.resolve import Resolver
from muster.assets.service import find_assets
from muster.errors import MalformedRequestError
from muster.replica.port import AssetQuery, Sort
from tests.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def query(office: Office, conditions: dict[str, list[str]], **rest: Any) -> AssetQuery:
    office.scope.replica.catch_up()
    resolver = Resolver(office.scope, look(office.scope).catalog)
    sort = rest.pop("sort", ())
    return asset_query(resolver, Filters(conditions, **rest), sort=sort)


def found(office: Office, conditions: dict[str, list[str]], **rest: Any) -> list[str]:
    page = find_assets(office.scope, query(office, conditions, sort=("name",), **rest))
    return [record.body["name"] for record in page.items]


@pytest.fixture
def stocked(office: Office) -> Office:
    active = {"asset.status": "Active"}
    office.asset("laptop", name="A", tag="T1", folder="/Berlin/Office 2")
    office.asset("laptop", name="B", folder="/Berlin", custom_fields={"computer.ram": 16})
    office.asset("computer", name="C", serial="S", custom_fields=active)
    office.asset("room", name="D", description="a quiet place")
    return office


@pytest.mark.parametrize(
    ("conditions", "rest", "names"),
    [
        ({"type": ["laptop"]}, {}, "AB"),
        ({"type": ["Computer"]}, {}, "C"),
        ({"type": ["computer"]}, {"include_subtypes": True}, "ABC"),
        ({"type": ["room", "laptop"]}, {}, "ABD"),
        ({"folder": ["/Berlin"]}, {}, "B"),
        ({"folder": ["/Berlin"]}, {"include_subfolders": True}, "AB"),
        ({"folder": ["/"]}, {}, "CD"),
        ({"folder": ["/"]}, {"include_subfolders": True}, "ABCD"),
        ({"tag": ["t1"]}, {}, "A"),
        ({"tag__empty": ["true"]}, {}, "BCD"),
        ({"name__in": ["A,D"]}, {}, "AD"),
        ({"serial": ["s"], "type": ["computer"]}, {}, "C"),
        ({"cf.computer.ram": ["16"]}, {}, "B"),
        ({"status": ["Active"]}, {}, "C"),
        ({"cf.computer.ram__gte": ["16"]}, {}, "B"),
        ({"cf.computer.ram__empty": ["false"]}, {}, "B"),
        ({"name__not": ["A", "B"]}, {}, "CD"),
        ({}, {"text": "quiet"}, "D"),
    ],
)
def test_a_list_holds_what_was_asked_for(
    stocked: Office, conditions: dict[str, list[str]], rest: dict[str, Any], names: str
) -> None:
    assert "".join(found(stocked, conditions, **rest)) == names


@pytest.mark.parametrize(
    ("conditions", "error", "hint"),
    [
        ({"tga": ["x"]}, refusals.UnknownFilterError, "did you mean 'tag'"),
        (
            {"cf.computer.cpuu": ["x"]},
            refusals.UnknownFilterError,
            "did you mean 'cf.computer.cpu'",
        ),
        ({"tag__containz": ["x"]}, refusals.UnknownFilterError, "did you mean 'contains'"),
        ({"tag__empty": ["perhaps"]}, refusals.InvalidParameterError, "true or false"),
        ({"type__gt": ["laptop"]}, refusals.InvalidParameterError, "can't be compared so"),
        ({"cf.computer.ram__gt": ["much"]}, refusals.InvalidParameterError, "number"),
        ({"type": ["lptop"]}, refusals.InvalidParameterError, "did you mean 'laptop'"),
        ({"folder": ["/Nowhere"]}, refusals.InvalidParameterError, "There is no folder"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_its_parameter(
    office: Office, conditions: dict[str, list[str]], error: type[MalformedRequestError], hint: str
) -> None:
    with pytest.raises(error, match=hint) as refused:
        query(office, conditions)

    assert refused.value.errors[0].parameter == next(iter(conditions))


def test_sort_keys_go_up_or_down(office: Office) -> None:
    asked = query(office, {}, sort=("-updated_at", "cf.computer.ram", "tag"))

    assert asked.sort == (Sort("updated_at", descending=True), Sort("computer.ram"), Sort("tag"))


def test_an_unknown_sort_key_is_answered_with_the_nearest(office: Office) -> None:
    with pytest.raises(refusals.UnknownFilterError, match="did you mean 'updated_at'"):
        query(office, {}, sort=("-updatedat",))
