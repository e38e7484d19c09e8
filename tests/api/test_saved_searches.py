"""`/v1/saved-searches` and `/v1/preferences`: saved, shared, run, favoured."""

from __future__ import annotations

from typing import Any

import pytest

from muster.access import service
from muster.access.model import Role
from tests.sequencing import Company
from tests.support import TENANT, Client, Stand

BIG: dict[str, Any] = {"name": "Big ones", "query": "pc.ram >= 16 ORDER BY name"}


@pytest.fixture
def company(stand: Stand) -> Company:
    return Company(stand)


def add(stand: Stand, name: str, role: Role = Role.VIEWER) -> tuple[str, Client]:
    """Add a member; return the id, and a client with a token of the member's."""
    tenant = stand.access.tenant(TENANT)
    assert tenant is not None
    email = f"{name}@{TENANT}.example"
    member = service.add_member(
        stand.access, tenant, name=name, email=email, role=role, clock=stand.clock
    )
    token = service.create_token(stand.access, member, name="test", clock=stand.clock)
    return member.id, Client(stand.api, token.text)


def test_a_search_is_saved_and_read_as_it_was_sent(company: Company) -> None:
    """With what it names, so that nobody takes it away unawares."""
    made = company.post("/v1/saved-searches", BIG)

    read = company.get(f"/v1/saved-searches/{made['id']}")

    assert read == made
    assert read["query"] == BIG["query"]
    assert (read["visibility"], read["dialect"], read["favourite"]) == ("private", "muster", False)
    assert [use["kind"] for use in read["uses"]] == ["field_type"]


def test_a_search_is_changed_and_removed(company: Company) -> None:
    path = f"/v1/saved-searches/{company.post('/v1/saved-searches', BIG)['id']}"
    client = company.stand.client

    changed = client.patch(path, {"query": "pc.ram < 16"}, if_match='"v1"')
    stale = client.patch(path, {"name": "Small"}, if_match='"v1"')
    same = client.patch(path, {"query": "pc.ram < 16"})
    gone = client.delete(path, if_match=changed.etag)

    assert changed.json["name"] == "Big ones"
    assert stale.code == "version_conflict"
    assert same.etag == changed.etag == '"v2"'
    assert gone.status == 204
    assert client.get(path).code == "saved_search_not_found"


def test_a_query_that_means_nothing_is_not_saved(company: Company) -> None:
    """The refusal says where in the request, and where in the query."""
    answer = company.stand.client.post("/v1/saved-searches", {**BIG, "query": "pc.rma > 3"})

    (error,) = answer.json["errors"]
    assert answer.code == "invalid_query"
    assert (error["pointer"], error["position"]) == ("/query", 0)
    assert company.get("/v1/saved-searches")["items"] == []


def test_a_search_with_parameters_is_run_with_others(company: Company) -> None:
    """A value has the type of its parameter's default."""
    company.asset(name="a", custom_fields={"pc.ram": 8})
    big = company.asset(name="b", custom_fields={"pc.ram": 64})
    draft = {
        "name": "At least",
        "query": "pc.ram >= ${ram}",
        "parameters": [{"name": "ram", "label": "Memory", "default": 8}],
    }
    path = f"/v1/saved-searches/{company.post('/v1/saved-searches', draft)['id']}/assets"

    everything = company.get(path + "?count=exact")
    some = company.get(path + "?p=ram%3D32")
    client = company.stand.client
    wrong = client.get(path + "?p=ram%3Dmuch")
    unknown = client.get(path + "?p=rom%3D3")

    assert everything["total"] == 2
    assert [item["id"] for item in some["items"]] == [big]
    assert wrong.json["errors"][0]["code"] == "wrong_type"
    assert unknown.json["errors"][0]["code"] == "unknown_parameter"


def test_pages_go_on_in_the_order_of_the_query(company: Company) -> None:
    ids = [company.asset(name=name, custom_fields={"pc.ram": 16}) for name in "cab"]
    path = f"/v1/saved-searches/{company.post('/v1/saved-searches', BIG)['id']}/assets?limit=2"

    first = company.get(path)
    second = company.get(f"{path}&cursor={first['next_cursor']}")

    found = [item["id"] for item in first["items"] + second["items"]]
    assert found == [ids[1], ids[2], ids[0]]


def test_a_private_search_is_seen_by_whom_it_is_shared_with(company: Company) -> None:
    """They run it and do not change it; others do not see it."""
    stand = company.stand
    (_, anna), (ben_id, ben), (_, cleo) = (add(stand, name) for name in ("anna", "ben", "cleo"))
    made = anna.post("/v1/saved-searches", {**BIG, "shared_with": [ben_id]}).json
    path = f"/v1/saved-searches/{made['id']}"

    assert ben.get(path).json["name"] == "Big ones"
    assert ben.get(path + "/assets").status == 200
    assert ben.patch(path, {"name": "Mine"}).code == "saved_search_not_yours"
    assert cleo.get(path).code == "saved_search_not_found"
    assert cleo.get("/v1/saved-searches").json["items"] == []
    assert stand.client.get(path).status == 200


def test_a_public_search_needs_the_right_to_share(company: Company) -> None:
    stand = company.stand
    _, viewer = add(stand, "vera")
    _, editor = add(stand, "ed", Role.EDITOR)

    refused = viewer.post("/v1/saved-searches", {**BIG, "visibility": "public"})
    made = editor.post("/v1/saved-searches", {**BIG, "visibility": "public"})

    assert refused.code == "saved_search_not_yours"
    assert made.status == 201
    taken = stand.client.post("/v1/saved-searches", {**BIG, "visibility": "public"})
    assert taken.code == "saved_search_name_taken"
    assert viewer.post("/v1/saved-searches", BIG).status == 201


def test_favourites_are_a_member_s_own(company: Company) -> None:
    """In the order in which they were chosen; once more changes nothing."""
    stand = company.stand
    _, other = add(stand, "olga", Role.ADMIN)
    first, second = (
        company.post("/v1/saved-searches", {**BIG, "name": name, "visibility": "public"})["id"]
        for name in ("one", "two")
    )

    for search_id in (second, first, second):
        stand.client.post(f"/v1/saved-searches/{search_id}:favourite")

    favourites = company.get("/v1/saved-searches?favourite=true")["items"]
    assert [each["id"] for each in favourites] == [second, first]
    assert company.get("/v1/preferences")["favourites"] == [second, first]
    assert other.get("/v1/saved-searches?favourite=true").json["items"] == []
    stand.client.post(f"/v1/saved-searches/{second}:unfavourite")
    stand.client.delete(f"/v1/saved-searches/{first}", if_match="*")
    assert company.get("/v1/preferences")["favourites"] == []


def test_the_primary_asset_is_found_by_my_primary(company: Company) -> None:
    mine = company.asset(name="mine")
    company.asset(name="other")
    client = company.stand.client

    client.patch("/v1/preferences", {"primary_asset": mine})

    found = client.get("/v1/assets?query=my_primary()").json["items"]
    assert [each["id"] for each in found] == [mine]
    assert client.patch("/v1/preferences", {"primary_asset": "nothing"}).code == "asset_not_found"
    client.patch("/v1/preferences", {"primary_asset": None})
    assert client.get("/v1/assets?query=my_primary()").json["items"] == []


def test_everybody_has_searches_for_their_own_assets(company: Company) -> None:
    """Each of them can be sent as it is."""
    fast = company.get("/v1/me/searches")["items"]

    answers = [company.stand.client.get(f"/v1/assets?query={each['query']}") for each in fast]

    assert [each["name"] for each in fast] == ["mine", "mine_with_linked", "primary"]
    assert {answer.status for answer in answers} == {200}


def test_a_search_that_others_rest_on_is_not_removed_unawares(company: Company) -> None:
    client = company.stand.client
    path = f"/v1/saved-searches/{company.post('/v1/saved-searches', BIG)['id']}"
    outer = {"name": "Outer", "query": 'savedSearch("Big ones") AND name = x'}
    company.post("/v1/saved-searches", outer)

    refused = client.delete(path, if_match="*")
    removed = client.delete(path + "?ignore_uses=true", if_match="*")

    assert (refused.code, refused.json["searches"]) == ("in_use", 1)
    assert removed.status == 204


def test_a_field_that_a_search_names_is_not_removed_unawares(company: Company) -> None:
    client = company.stand.client
    field = client.post(
        "/v1/field-types", {"name": "pc.colour", "label": "Colour", "kind": "text"}
    ).json["id"]
    search = {"name": "Red", "query": "pc.colour = red", "visibility": "public"}
    path = f"/v1/saved-searches/{company.post('/v1/saved-searches', search)['id']}"

    refused = client.delete(f"/v1/field-types/{field}", if_match="*")
    removed = client.delete(f"/v1/field-types/{field}?ignore_uses=true", if_match="*")

    assert refused.code == "in_use"
    assert "Red" in refused.json["detail"]
    assert removed.status == 204
    assert client.get(path + "/assets").code == "invalid_query"
