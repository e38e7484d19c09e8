"""A tenant of some thirty assets over HTTP, of which a reader can tell what a query finds.

It is noon of 24 November 2026 in UTC. Things were made on 1 October, and changed on the 20th of
October and on 10 November.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.access import service
from muster.access.model import Role
from tests.support import NOW, TENANT, Client, Clock, Stand

MADE = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
FIRST_CHANGE = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
LAST_CHANGE = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)

_STATUSES = ("In use", "In stock", "Lost", "Closed")
_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "computer.model", "label": "Model", "kind": "text"},
    {"name": "computer.system", "label": "Operating system", "kind": "text"},
    {"name": "computer.memory.size", "label": "Memory", "kind": "integer"},
    {"name": "computer.version", "label": "OS version", "kind": "version"},
    {"name": "computer.ip", "label": "ip", "kind": "ip", "max_values": None},
    {"name": "warranty.end", "label": "Warranty End", "kind": "date"},
    {"name": "last.check", "label": "Last check", "kind": "datetime"},
    {"name": "purchase.price", "label": "Price", "kind": "money", "currency": "EUR"},
    {"name": "book.title", "label": "Book title", "kind": "text"},
    {"name": "book.owner", "label": "Reader", "kind": "user"},
    {"name": "asset.owner", "label": "Owner", "kind": "user"},
    {"name": "asset.department", "label": "Department", "kind": "reference"},
    {"name": "asset.belongs", "label": "Belongs to Department", "kind": "reference"},
    {"name": "team.member", "label": "Member", "kind": "user", "max_values": None},
    {
        "name": "asset.status",
        "label": "Status",
        "kind": "status",
        "options": [{"label": label} for label in _STATUSES],
    },
)
_TYPES: tuple[tuple[str, str, str, str | None], ...] = (
    ("type.computer", "Computer", "PC", None),
    ("type.laptop", "Laptop", "LAP", "type.computer"),
    ("type.server", "Server", "SRV", None),
    ("type.vm", "Virtual machine", "VM", None),
    ("type.book", "Book", "BK", None),
    ("type.accessory", "Accessory", "ACC", None),
    ("type.cable", "Cable", "CAB", "type.accessory"),
    ("type.department", "Department", "DEP", None),
    ("type.details", "Asset Details", "DET", None),
    ("type.files", "File System", "FS", "type.details"),
)
_LINK_TYPES = (
    {"name": "Runs on", "outbound_name": "runs on", "inbound_name": "runs"},
    {"name": "Depends", "outbound_name": "depends on", "inbound_name": "is needed by"},
    {"name": "Using", "outbound_name": "uses", "inbound_name": "is used by"},
    {"name": "Owns", "outbound_name": "owns", "inbound_name": "is owned by"},
)
_FOLDERS = (("Electronics", None), ("Laptops", "/Electronics"), ("Library", None))


class Sample:
    """Makes the tenant; `ask` then answers as the API does."""

    def __init__(self, directory: Path) -> None:
        self.stand = Stand(directory, clock=Clock(MADE))
        self.client = self.stand.client
        self.ids: dict[str, str] = {}
        self.bob = self._person("Bob", "bob@acme.example", Role.EDITOR)
        self.people = {"Ada": self.stand.member().id, "Bob": self.bob[0]}
        for name in ("admin", "manager", "gone"):
            self.people[name] = self._person(name, f"{name}@acme.example", Role.VIEWER)[0]
        self._catalog()
        self._assets()
        self._links()
        self._changes()
        self._searches()
        self.stand.clock.now = NOW

    def ask(self, query: str, *, token: str | None = None, **members: Any) -> list[str]:
        """Return the names of what a query finds, page by page of three."""
        found: list[str] = []
        cursor = None
        while True:
            body = {"query": query, "limit": 3, "cursor": cursor, **members}
            answer = self.client.post("/v1/search", body, token=token)
            assert answer.status == 200, answer.text
            found += [item["name"] for item in answer.json["items"]]
            cursor = answer.json["next_cursor"]
            if cursor is None:
                return found

    def put(
        self, kind: str, name: str, folder: str | None = None, /, **fields: Any
    ) -> dict[str, Any]:
        """Make an asset; of a field's name the dots are written as `__`."""
        custom = {key.replace("__", "."): value for key, value in fields.items()}
        body = {"type": kind, "name": name, "folder": folder, "custom_fields": custom}
        made = self._made("/v1/assets", {k: v for k, v in body.items() if v is not None})
        self.ids[name] = made["id"]
        return made

    def _made(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.client.post(path, body)
        assert answer.status == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def _person(self, name: str, email: str, role: Role) -> tuple[str, str]:
        """Add a member; return the id and a token."""
        access, clock = self.stand.access, self.stand.clock
        tenant = access.tenant(TENANT)
        assert tenant is not None
        member = service.add_member(access, tenant, name=name, email=email, role=role, clock=clock)
        token = service.create_token(access, member, name="test", clock=clock)
        return member.id, token.text

    def _catalog(self) -> None:
        for field in _FIELDS:
            self._made("/v1/field-types", field)
        placed = [{"field": field["name"]} for field in _FIELDS]
        for name, label, prefix, parent in _TYPES:
            kind = {"name": name, "label": label, "key_prefix": prefix}
            more = {"parent": parent} if parent else {"fields": placed}
            self._made("/v1/asset-types", kind | more)
        for link_type in _LINK_TYPES:
            self._made("/v1/link-types", link_type)
        for name, parent in _FOLDERS:
            self._made("/v1/folders", {"name": name, "parent": parent})

    def _assets(self) -> None:
        finance = self.put("type.department", "Finance")["id"]
        sales = self.put("type.department", "Sales")["id"]
        ada, bob, gone = (self.people[name] for name in ("Ada", "Bob", "gone"))
        self.put(
            "type.computer",
            "Desk one",
            "/Electronics",
            computer__model="ThinkCentre X200",
            computer__system="Debian Linux 13",
            computer__memory__size=16,
            asset__belongs=finance,
            asset__owner=ada,
            warranty__end="2027-01-31",
            last__check="2026-11-24T08:00:00Z",
        )
        self.put(
            "type.computer",
            "Desk two",
            "/Electronics",
            computer__model="X200",
            computer__system="Windows 11",
            computer__memory__size=32,
            asset__belongs=sales,
            asset__owner=bob,
            warranty__end="2027-06-30",
            last__check="2026-11-20T08:00:00Z",
        )
        self.put(
            "type.laptop",
            "Travel laptop",
            "/Electronics/Laptops",
            computer__model="X200s",
            computer__system="Linux Mint",
            asset__department=finance,
            asset__owner=gone,
            warranty__end="2026-11-24",
        )
        self._servers()
        self.put("type.book", "Dune", "/Library", book__title="Dune")
        self.put("type.book", "Emma", "/Library", book__title="Emma", book__owner=bob)
        self.put("type.book", "Zorba", "/Library", book__title="Alexis Zorbas")
        self.put("type.accessory", "Dock")
        self.put("type.cable", "Network cable")
        self.put("type.accessory", "Network card")
        self.put("type.details", "Plan", asset__department=sales)
        for number, department in ((1, finance), (2, finance), (3, sales), (4, None)):
            fields = {"asset__department": department} if department else {}
            self.put("type.files", f"fs{number}", **fields)
        people = self.people
        self.put("type.department", "Help desk", team__member=[people["admin"], people["manager"]])
        self.put("type.department", "Night shift", team__member=[people["admin"]])

    def _servers(self) -> None:
        """SRV-1 to SRV-12, with addresses 10.20.0.1 to 10.20.0.12 but for the last ones."""
        for number in range(1, 13):
            network = "10.20.0" if number <= 4 else "10.21.0"
            self.put(
                "type.server",
                f"Server {number}",
                computer__ip=[f"{network}.{number}"],
                computer__version=f"13.{number}",
            )
        for name in ("Web", "Mail", "Archive"):
            self.put("type.vm", name, asset__status="In use" if name != "Archive" else "Closed")

    def _links(self) -> None:
        for source, kind, target in (
            ("Desk one", "Owns", "Dock"),
            ("Dock", "Owns", "Network cable"),
            ("Dock", "Owns", "Travel laptop"),
            ("Web", "Runs on", "Server 12"),
            ("Mail", "Runs on", "Web"),
            ("Archive", "Runs on", "Mail"),
            ("Server 12", "Runs on", "Server 1"),
            ("fs1", "Depends", "Server 2"),
            ("fs2", "Depends", "Server 2"),
            ("fs3", "Using", "Server 2"),
            ("fs4", "Owns", "Server 2"),
            ("fs1", "Depends", "Server 3"),
        ):
            path = f"/v1/assets/{self.ids[source]}/links"
            self._made(path, {"type": kind, "target": self.ids[target]})

    def _changes(self) -> None:
        """Web was in use, then lost by Bob; Mail was lost by Ada; Server 1 went the other way."""
        clock = self.stand.clock
        clock.now = FIRST_CHANGE
        self._set("Server 1", "Lost")
        self._set("Server 3", "In use", by=self.bob[1])
        clock.now = LAST_CHANGE
        self._set("Web", "Lost", by=self.bob[1])
        self._set("Mail", "Lost")
        self._set("Server 1", "In use")
        self._delete(f"/v1/members/{self.people['gone']}")
        torn = self.put("type.book", "Torn book", "/Library", book__title="Torn")
        self._delete(f"/v1/assets/{torn['id']}")

    def _searches(self) -> None:
        """Ada keeps searches, one for all and one for herself; Bob's primary asset is the plan."""
        lost = {"name": "Lost things", "query": "status = Lost ORDER BY name LIMIT 1"}
        self._made("/v1/saved-searches", lost | {"visibility": "public"})
        with_linux = {"name": "With Linux", "query": "text = Linux", "dialect": "nql"}
        self._made("/v1/saved-searches", with_linux)
        plan = {"primary_asset": self.ids["Plan"]}
        answer = self.client.patch("/v1/preferences", plan, token=self.bob[1])
        assert answer.status == 200, answer.text

    def _delete(self, path: str) -> None:
        answer = self.client.delete(path, if_match=self.client.get(path).etag)
        assert answer.status < 300, answer.text

    def _set(self, name: str, status: str, by: str | None = None) -> None:
        client = Client(self.stand.api, by or self.client.token)
        path = f"/v1/assets/{self.ids[name]}"
        answer = client.patch(path, {"custom_fields": {"asset.status": status}})
        assert answer.status == 200, answer.text
