"""The reference's examples asked of a small tenant; what has to come back is written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import batched
from pathlib import Path
from typing import Any

import pytest

from muster.assets.links import create_link
from muster.assets.model import AssetDraft, AssetPatch, LinkDraft
from muster.assets.service import create_asset, patch_asset
from muster.ledger.model import Actor, Record
from muster.query.api import asset_query, compile_query
from muster.query.tree import Dialect
from muster.scope import Scope
from tests.office import Office
from tests.unit import query_world as world

ADA = Actor(world.ADA.id, world.ADA.name)
BOB = Actor(world.BOB.id, world.BOB.name)


class Tenant:
    """The tenant on the first of May 2026, as Ada sees it."""

    def __init__(self, directory: Path) -> None:
        self.office = Office(directory)
        for writes in batched(world.puts(), 20, strict=False):
            self.office.commit(*writes)
        self.scope = self.by(ADA)
        self.scope.replica.catch_up()
        self.made: dict[str, Record] = {}

    def by(self, actor: Actor) -> Scope:
        return replace(self.office.scope, actor=actor, people=lambda: world.PEOPLE)

    def put(
        self, kind: str, name: str, folder: str = "/", *, fields: Mapping[str, Any] | None = None
    ) -> Record:
        members = {"type": kind, "name": name, "folder": folder, "custom_fields": fields or {}}
        draft = AssetDraft.model_validate(members)
        self.made[name] = create_asset(self.scope, draft)
        return self.made[name]

    def link(self, source: str, kind: str, target: str) -> None:
        draft = LinkDraft.model_validate({"type": kind, "target": self.made[target].id})
        create_link(self.scope, self.made[source].id, draft)

    def change(self, name: str, actor: Actor, **fields: Any) -> None:
        patch = AssetPatch.model_validate({"custom_fields": fields})
        patch_asset(self.by(actor), self.made[name].id, patch)

    def find(self, text: str, dialect: Dialect = "muster") -> list[str]:
        """Return the names of what is found, page by page."""
        checked = compile_query(self.scope, text, dialect=dialect)
        return list(self._pages(checked))

    def _pages(self, checked: Any) -> Iterator[str]:
        after = None
        while True:
            page = self.scope.replica.find_assets(asset_query(checked, limit=2, after=after))
            yield from (record.body["name"] for record in page.items)
            after = page.next
            if after is None:
                return


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    made = Tenant(tmp_path_factory.mktemp("tenant"))
    finance = made.put("type.department", "Finance").id
    made.put("type.department", "IT")
    made.put("accessory", "Dock")
    made.put("book", "Dune", fields={"book.title": "Zebra"})
    made.put("book", "Emma", fields={"book.title": "Emma", "book.owner": [finance]})
    made.put(
        "computer",
        "Server",
        folder="/Electronics",
        fields={
            "computer.model": "X200",
            "computer.notes": "runs Debian Linux",
            "asset.belongs_to": finance,
            "asset.department": finance,
            "network.ip": ["10.20.3.4"],
            "computer.os.version": "13.1",
            "warranty.end": "2026-06-15",
            "asset.status": "In use",
            "asset.custodian": world.BOB.id,
        },
    )
    made.put(
        "laptop",
        "Notebook",
        folder="/Electronics/Laptops",
        fields={
            "computer.model": "ThinkPad X200 Carbon",
            "network.ip": ["10.21.0.1", "10.20.9.9"],
            "computer.os.version": "13.10",
            "warranty.end": "2027-01-01",
            "last.check": "2026-04-29T08:00:00Z",
            "asset.custodian": world.ADA.id,
            "asset.labels": ["Red", "Blue"],
            "asset.status": "Closed",
        },
    )
    made.put(
        "computer", "VM", fields={"last.check": "2026-05-01T11:00:00Z", "asset.status": "In use"}
    )
    made.put("computer", "Container", fields={"asset.status": "In use"})
    for name in ("fs1", "fs2", "fs3"):
        made.put("file.system", name)
        made.link(name, "Using" if name == "fs3" else "Depends", "Server")
    made.put("type.details", "Details")
    made.link("Notebook", "Beside", "Dock")
    made.link("VM", "Runs on", "Server")
    made.link("Container", "Runs on", "VM")
    made.change("Server", BOB, **{"asset.status": "Lost"})
    made.change("VM", ADA, **{"asset.status": "Lost"})
    return made


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("type = Computer AND computer.model = X200", "nql", ["Server"]),
        ("type UNDER Computer AND computer.model HAS X200", "muster", ["Server", "Notebook"]),
        ("computer.model = X200", "muster", ["Server"]),
        ("type = Book AND book.owner IS EMPTY ORDER BY book.title", "nql", ["Dune"]),
        ("type = Book ORDER BY book.title", "nql", ["Emma", "Dune"]),
        (
            "type UNDER Computer AND (last.check < -1d OR last.check IS EMPTY) ORDER BY title",
            "muster",
            ["Container", "Notebook", "Server"],
        ),
        ("text HAS Linux AND type = Computer", "muster", ["Server"]),
        ("type = Computer AND text = Linux", "nql", ["Server"]),
        ("my_with_linked() AND NOT type UNDER Accessory", "muster", ["Notebook"]),
        ("my_with_linked() ORDER BY title", "nql", ["Dock", "Notebook"]),
        (
            'folder UNDER "/Electronics" AND "Warranty End" BETWEEN now() AND +3m',
            "muster",
            ["Server"],
        ),
        ('"Belongs to Department".Name = Finance', "aql", ["Server"]),
        (
            (
                'objectType IN objectTypeAndChildren("Asset Details") '
                "ORDER BY Department.Name, Label DESC NULLS LAST"
            ),
            "aql",
            ["fs3", "fs2", "fs1", "Details"],
        ),
        (
            'object HAVING inR(objectType = "File System", refType IN ("Depends","Using")) >= 3',
            "aql",
            ["Server"],
        ),
        ('object HAVING inR(objectType = "File System", refType = Depends) >= 3', "aql", []),
        ("object NOT HAVING outR() AND objectType = Computer", "aql", []),
        ("object NOT HAVING outR() AND objectType = Department", "aql", ["Finance", "IT"]),
        (
            (
                'reachable(title = Server, types=("Runs on"), dir="in", depth=4)'
                " AND status != Closed ORDER BY title"
            ),
            "muster",
            ["Container", "VM"],
        ),
        ('reachable(title = Server, types=("Runs on"), dir="in", depth=1)', "muster", ["VM"]),
        ('reachable(title = Server, types=("Runs on"), dir="out")', "muster", []),
        ('status CHANGED FROM "In use" TO "Lost" BY bob AFTER -1m', "muster", ["Server"]),
        ("status CHANGED TO Lost ORDER BY title", "muster", ["Server", "VM"]),
        ("status WAS 'In use' ORDER BY title", "muster", ["Container", "Server", "VM"]),
        ('ip = 10.20.0.0/16 AND "OS version" < version("13.2")', "muster", ["Server"]),
        ("ip = 10.20.0.0/16 ORDER BY title", "muster", ["Notebook", "Server"]),
        ("Labels HAVING ALL(red, blue) AND Labels HAVING COUNT() = 2", "muster", ["Notebook"]),
        ("custodian IN user(bob)", "aql", ["Server"]),
        ("linked_items(type = Laptop, true, false)", "nql", ["Dock"]),
        ("title ~ notbook", "nql", ["Notebook"]),
        ("Owner = Finance", "muster", ["Emma"]),
    ],
)
def test_an_example_finds(tenant: Tenant, text: str, dialect: Dialect, expected: list[str]) -> None:
    assert tenant.find(text, dialect) == expected
