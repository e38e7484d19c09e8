"""The running stack searched: the reference's examples over HTTP and at the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.stack.running import Stack
from tests.stack.user import ROOT, User, newcomer

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

SNIPE_IT = ROOT.parent / "shared" / "data" / "import" / "snipe-it" / "assets-sample.csv"
FIELDS: dict[str, dict[str, Any]] = {
    "computer.model": {"label": "Model", "kind": "text"},
    "computer.notes": {"label": "Notes", "kind": "text_area"},
    "computer.os": {"label": "OS version", "kind": "version"},
    "asset.belongs_to": {"label": "Belongs to Department", "kind": "reference"},
    "asset.status": {
        "label": "Status",
        "kind": "status",
        "options": [{"label": each} for each in ("In use", "Lost", "Closed")],
    },
    "asset.owner": {"label": "Owner", "kind": "user"},
    "asset.price": {"label": "Price", "kind": "money", "currency": "EUR"},
    "book.title": {"label": "Title of the book", "kind": "text"},
    "last.check": {"label": "Last check", "kind": "datetime"},
    "network.ip": {"label": "IP", "kind": "ip", "max_values": None},
    "warranty.end": {"label": "Warranty End", "kind": "date"},
}
TYPES = {"Computer": None, "Laptop": "type.computer", "Book": None, "File System": None}


@pytest.fixture(scope="module")
def user(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> User:
    """Return the admin of a tenant with a few assets that the examples are about."""
    made = newcomer(stack, "finders", tmp_path_factory.mktemp("finders"))
    for name, told in FIELDS.items():
        made.call("POST", "/v1/field-types", {"name": name, **told})
    for label, parent in {**TYPES, "Department": None}.items():
        name = f"type.{label.lower().replace(' ', '.')}"
        placed = [] if parent else [{"field": each} for each in FIELDS]
        body = {"name": name, "label": label, "key_prefix": label[:3].upper(), "fields": placed}
        made.call("POST", "/v1/asset-types", body | ({"parent": parent} if parent else {}))
    for path in ("/Electronics", "/Electronics/Laptops"):
        parent, _, name = path.rpartition("/")
        made.call("POST", "/v1/folders", {"name": name, "parent": parent or None})
    for name in ("Depends", "Runs on"):
        made.call("POST", "/v1/link-types", link_type(name))
    stock(made)
    return made


def link_type(name: str) -> dict[str, str]:
    return {"name": name, "outbound_name": name.lower(), "inbound_name": f"is {name.lower()} of"}


def stock(user: User) -> None:
    me = user.call("GET", "/v1/me")["member_id"]
    finance = put(user, "Department", "Finance")
    put(user, "Book", "Dune", **{"book.title": "Zebra"})
    put(user, "Book", "Emma", **{"book.title": "Emma", "asset.owner": me})
    server = put(
        user,
        "Computer",
        "Server",
        "/Electronics",
        **{
            "computer.model": "X200",
            "computer.notes": "runs Debian Linux",
            "computer.os": "13.1",
            "asset.belongs_to": finance,
            "asset.status": "In use",
            "asset.price": {"amount": "900.10", "currency": "EUR"},
            "network.ip": ["10.20.3.4"],
        },
    )
    put(
        user,
        "Laptop",
        "Notebook",
        "/Electronics/Laptops",
        **{
            "computer.model": "ThinkPad X200 Carbon",
            "computer.os": "13.10",
            "asset.status": "Closed",
            "asset.price": {"amount": "1200.50", "currency": "EUR"},
            "last.check": "2026-01-29T08:00:00Z",
            "network.ip": ["10.20.9.9"],
        },
    )
    vm = put(user, "Computer", "VM", **{"asset.status": "In use"})
    for name in ("fs1", "fs2", "fs3"):
        link(user, put(user, "File System", name), "Depends", server)
    link(user, vm, "Runs on", server)
    user.call("PATCH", f"/v1/assets/{vm}", {"custom_fields": {"asset.status": "Lost"}})


def put(user: User, kind: str, name: str, folder: str | None = None, **fields: Any) -> str:
    body = {"type": kind, "name": name, "folder": folder, "custom_fields": fields}
    made: str = user.call("POST", "/v1/assets", body)["id"]
    return made


def link(user: User, source: str, kind: str, target: str) -> None:
    user.call("POST", f"/v1/assets/{source}/links", {"type": kind, "target": target})


EXAMPLES = [
    ("nql", "type = Computer AND computer.model = X200", ["Server"]),
    ("nql", "type = Book AND asset.owner IS EMPTY ORDER BY book.title", ["Dune"]),
    ("muster", "last.check < -1d OR last.check IS EMPTY AND name = VM", ["VM", "Notebook"]),
    ("nql", "type = Computer AND text = Linux", ["Server"]),
    ("muster", "text HAS Linux AND type = Computer", ["Server"]),
    ("nql", "my()", ["Emma"]),
    ("muster", 'folder UNDER "/Electronics" ORDER BY name', ["Notebook", "Server"]),
    ("aql", '"Belongs to Department".Name = Finance', ["Server"]),
    (
        "aql",
        'objectType IN objectTypeAndChildren("Computer") ORDER BY Label DESC',
        ["VM", "Server", "Notebook"],
    ),
    (
        "aql",
        'object HAVING inR(objectType = "File System", refType IN ("Depends")) >= 3',
        ["Server"],
    ),
    ("aql", "object NOT HAVING outR() AND objectType = Computer", []),
    ("muster", 'reachable(name = Server, types=("Runs on"), dir="in", depth=4)', ["VM"]),
    ("muster", 'status CHANGED FROM "In use" TO "Lost" AFTER -1m', ["VM"]),
    ("muster", 'ip = 10.20.0.0/16 AND "OS version" < version("13.2")', ["Server"]),
    ("nql", "title ~ notbook", ["Notebook"]),
    ("muster", "text ~ notbook", ["Notebook"]),
]


@pytest.mark.parametrize(("dialect", "query", "names"), EXAMPLES, ids=lambda case: str(case)[:50])
def test_an_example_finds_what_it_should(
    user: User, dialect: str, query: str, names: list[str]
) -> None:
    """Over HTTP and at the command line, in the dialect of whoever wrote it."""
    over_http = user.call("POST", "/v1/search", {"query": query, "dialect": dialect})

    assert [each["name"] for each in over_http["items"]] == names
    printed = user.muster("find", query, "--dialect", dialect, "--json")
    assert [each["name"] for each in json.loads(printed)["items"]] == names


def test_an_error_is_shown_under_its_place(user: User) -> None:
    wrong = user.call("POST", "/v1/search/validate", {"query": "computer.modle = X200"})

    (error,) = wrong["errors"]
    assert (error["position"], error["end"]) == (0, 14)
    assert "computer.model" in error["suggestions"]
    with pytest.raises(AssertionError, match=r"(?s)computer\.modle = X200.*\^"):
        user.muster("find", "computer.modle = X200")


def test_a_query_is_completed_explained_and_counted(user: User) -> None:
    begun = {"query": "computer.mo", "position": 11}

    offered = user.call("POST", "/v1/search/suggest", begun)["items"]
    explained = user.call("POST", "/v1/search/explain", {"query": "computer.model = X200"})
    counted = user.call("POST", "/v1/search/count", {"query": "type = Computer"})

    assert "computer.model" in [each["insert"] for each in offered]
    assert explained["found"] >= 1
    assert counted["count"] == 2
    assert "computer.model" in user.muster("find", "computer.model = X200", "--explain")
    assert user.muster("find", "type = Computer", "--count").strip() == "2"


def test_assets_are_summed_by_group(user: User) -> None:
    """Money by its currency."""
    body = {
        "query": "type UNDER Computer",
        "group_by": [{"field": "type"}],
        "measures": [{"function": "sum", "field": "asset.price"}],
    }

    rows = user.call("POST", "/v1/search/aggregate", body)["groups"]

    assert sorted(row["count"] for row in rows) == [1, 2]
    assert "900.10" in json.dumps(rows)
    assert "1200.50" in json.dumps(rows)


def test_a_selection_is_a_query_too(user: User) -> None:
    """What is found is what bulk work changes and an export writes."""
    query = 'status = Lost AND reachable(name = Server, dir="in")'
    target = user.folder / "lost.csv"

    user.muster("bulk", "set", "description", "Gone", "--query", query, "--yes")
    user.muster("export", "--query", query, "--fields", "name,description", "-o", str(target))

    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert rows == [{"name": "VM", "description": "Gone"}]


@pytest.mark.skipif(not SNIPE_IT.exists(), reason="the shared sample files are not here")
def test_an_imported_list_is_found_by_its_columns(user: User, stack: Stack, tmp_path: Path) -> None:
    importer = newcomer(stack, "snipers", tmp_path)
    importer.muster("import", str(SNIPE_IT))

    counted = importer.muster("find", "model.manufacturer IS NOT EMPTY", "--count")
    found = importer.call("GET", "/v1/search?query=name+HAS+Bulldozer&count=exact")

    assert int(counted) > 0
    with SNIPE_IT.open(newline="", encoding="utf-8-sig") as lines:
        names = [row["Name"] for row in csv.DictReader(lines)]
    assert found["total"] == names.count("Bulldozer")
