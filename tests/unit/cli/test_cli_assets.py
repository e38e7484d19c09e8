"""`muster asset …` against a service that answers as told."""

from __future__ import annotations

from typing import Any

from muster.cli.exits import Exit
from tests.unit.cli.conftest import Muster, Service

ID = "ast_01J00000000000000000000000"
STAMP = {"at": "2026-05-01T00:00:00.000Z", "by": {"id": "mem_1", "name": "Anna"}}
ASSET: dict[str, Any] = {
    "id": ID,
    "key": "LAP-1",
    "version": 3,
    "type": {"id": "typ_1", "name": "laptop", "label": "Laptop"},
    "folder": {"id": "fol_1", "path": "/Berlin/Office 2"},
    "name": "Anna's laptop",
    "tag": "IT/42",
    "serial": None,
    "description": None,
    "custom_fields": {
        "computer.ram": 32,
        "asset.price": {"amount": "12.58", "currency": "EUR"},
        "asset.status": {"id": "opt_1", "label": "In use"},
        "asset.owner": {"id": ID, "key": "EMP-1", "name": "Anna", "tag": None},
    },
    "trashed": None,
    "created": STAMP,
    "updated": STAMP,
}
RAM = {"name": "computer.ram", "label": "RAM", "kind": "integer", "max_values": 1}


def found(service: Service, **members: Any) -> None:
    service.on("GET", f"/v1/assets/{ID}", ASSET | members, etag='"v3"')


def test_an_asset_is_got_by_id(service: Service, muster: Muster) -> None:
    """An id is one request; values read as a person says them."""
    found(service)

    result = muster("asset", "get", ID)

    assert len(service.asked) == 1
    assert "type\tLaptop\nfolder\t/Berlin/Office 2\n" in result.out
    assert "asset.price\t12.58 EUR\nasset.status\tIn use\nasset.owner\tEMP-1 Anna\n" in result.out
    assert "updated\t2026-05-01T00:00:00.000Z by Anna\n" in result.out


def test_an_asset_is_got_by_key_and_else_by_tag(service: Service, muster: Muster) -> None:
    """What is no id is a key, then a tag, whatever characters it has."""
    service.on("GET", "/v1/assets/by-tag/IT/42", ASSET)

    result = muster("asset", "get", "IT/42", "--json")

    assert result.json == ASSET
    assert [a.path for a in service.asked] == [
        "/v1/assets/by-key/IT/42",
        "/v1/assets/by-tag/IT/42",
    ]


def test_an_unknown_asset_is_named(service: Service, muster: Muster) -> None:
    """Neither key nor tag: the message says both were tried."""
    result = muster("asset", "get", "X-9")

    assert result.code == Exit.REFUSED
    assert "no asset with the key or the tag 'X-9'" in result.err


def test_a_refusal_on_the_way_is_not_taken_for_absence(service: Service, muster: Muster) -> None:
    """A 403 on the key is told as it is; the tag is not tried."""
    service.problem("GET", "/v1/assets/by-key/LAP-1", 403, detail="Not yours.")

    result = muster("asset", "get", "LAP-1")

    assert "Not yours." in result.err
    assert len(service.asked) == 1


def test_the_past_is_asked_for_by_id(service: Service, muster: Muster) -> None:
    """--at is passed on."""
    found(service)

    muster("asset", "get", ID, "--at", "2026-05-01T00:00:00Z")

    assert service.asked[-1].query["at"] == ["2026-05-01T00:00:00Z"]


def test_a_list_is_tab_separated_in_a_pipe(service: Service, muster: Muster) -> None:
    """One line an asset, so that cut and awk can take it."""
    service.on("GET", "/v1/assets", {"items": [ASSET], "next_cursor": None, "total": 1})

    result = muster("asset", "list")

    assert result.out.splitlines()[0] == "key\tname\ttype\ttag\tserial\tfolder\tupdated"
    assert result.out.splitlines()[1].split("\t")[:3] == ["LAP-1", "Anna's laptop", "Laptop"]


def test_conditions_are_the_api_s_parameters(service: Service, muster: Muster) -> None:
    """A dotted name is a catalog's field; a name given twice is passed twice."""
    service.on("GET", "/v1/assets", {"items": [], "next_cursor": None, "total": 0})

    muster(
        *("asset", "list", "tag=a", "tag=b", "computer.ram=32", "--type", "laptop"),
        *("--sort", "-name", "-q", "mac*", "--limit", "7"),
    )

    query = service.asked[0].query
    assert query["tag"] == ["a", "b"]
    assert query["cf.computer.ram"] == ["32"]
    assert (query["type"], query["sort"]) == (["laptop"], ["-name"])
    assert (query["q"], query["limit"]) == (["mac*"], ["7"])


def test_what_a_list_leaves_out_is_said(service: Service, muster: Muster) -> None:
    """A cut list says of how many, on stderr."""
    service.on("GET", "/v1/assets", {"items": [ASSET], "next_cursor": "c", "total": 80})

    result = muster("asset", "list", "--limit", "1")

    assert result.err == "1 of 80; --limit 0 shows all.\n"


def test_set_sends_a_merge_patch_for_the_version_it_read(service: Service, muster: Muster) -> None:
    """Typed values, If-Match and a key against doubles."""
    found(service)
    service.on("GET", "/v1/field-types", {"items": [RAM], "next_cursor": None})
    service.on("PATCH", f"/v1/assets/{ID}", ASSET | {"version": 4})

    result = muster("asset", "set", ID, "name=New name", "computer.ram=64")

    (sent,) = service.sent("PATCH", f"/v1/assets/{ID}")
    assert sent.body == {"name": "New name", "custom_fields": {"computer.ram": 64}}
    assert sent.headers["if-match"] == '"v3"'
    assert sent.headers["content-type"] == "application/merge-patch+json"
    assert sent.headers["idempotency-key"]
    assert result.out == "LAP-1 is now at version 4.\n"


def test_set_asks_for_no_fields_it_does_not_need(service: Service, muster: Muster) -> None:
    """Built-in members need no look at the catalog."""
    found(service)
    service.on("PATCH", f"/v1/assets/{ID}", ASSET)

    result = muster("asset", "set", ID, "name=Anna's laptop")

    assert not service.sent("GET", "/v1/field-types")
    assert result.out == "LAP-1 is so already.\n"


def test_a_dry_run_is_passed_on(service: Service, muster: Muster) -> None:
    """--dry-run asks the API for one."""
    found(service)
    service.on("PATCH", f"/v1/assets/{ID}", ASSET)

    muster("asset", "set", ID, "name=x", "--dry-run")

    assert service.asked[-1].query["dry_run"] == ["true"]


def test_a_change_in_between_is_told(service: Service, muster: Muster) -> None:
    """A 412 is a refusal with its words."""
    found(service)
    service.problem("PATCH", f"/v1/assets/{ID}", 412, title="Stale", detail="Now version 5.")

    result = muster("asset", "set", ID, "name=x")

    assert (result.code, result.err) == (Exit.REFUSED, "Stale: Now version 5.\n")


def test_history_says_who_did_what_and_why(service: Service, muster: Muster) -> None:
    """One line a change: from, to, actor, cause."""
    entry = {
        "seq": 9,
        "at": "2026-05-01T00:00:00.000Z",
        "by": {"id": "mem_1", "name": "Anna"},
        "action": "updated",
        "version": 3,
        "cause": "import",
        "job": "job_1",
        "message": None,
        "reverts": None,
        "changes": [
            {"field": "name", "label": "Name", "from": None, "to": "B"},
            {"field": "custom_fields.computer.ram", "label": "RAM", "from": 16, "to": 32},
        ],
    }
    service.on("GET", f"/v1/assets/{ID}/history", {"items": [entry], "next_cursor": None})

    result = muster("asset", "history", ID)

    assert result.out.splitlines()[1] == (
        "9\t2026-05-01T00:00:00.000Z\tAnna\timport job_1\tupdated; Name: nothing → B; RAM: 16 → 32"
    )
