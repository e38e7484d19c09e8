"""Three laptops and a room, and a client of their tenant: what searches over HTTP are tested on."""

from __future__ import annotations

from typing import Any

from tests.support import Client, Stand


def stocked(stand: Stand) -> Client:
    """Return a client of a tenant with three laptops and a room."""
    client = stand.client
    for field in (
        {"name": "computer.ram", "label": "Memory", "kind": "integer"},
        {"name": "computer.cpu", "label": "CPU", "kind": "text"},
        {"name": "asset.price", "label": "Price", "kind": "money"},
        {"name": "asset.place", "label": "Place", "kind": "reference"},
        {"name": "asset.owner", "label": "Owner", "kind": "user"},
        {
            "name": "asset.status",
            "label": "Status",
            "kind": "status",
            "options": [{"label": "In use"}, {"label": "Lost"}],
        },
    ):
        made(client, "/v1/field-types", field)
    names = ("computer.ram", "computer.cpu", *(f"asset.{n}" for n in FIELDS))
    fields = [{"field": name} for name in names]
    laptop = {"name": "a.laptop", "label": "Laptop", "key_prefix": "LAP", "fields": fields}
    made(client, "/v1/asset-types", laptop)
    made(client, "/v1/asset-types", {"name": "a.room", "label": "Room", "key_prefix": "ROOM"})
    made(client, "/v1/folders", {"name": "Berlin"})
    room = made(client, "/v1/assets", {"type": "a.room", "name": "Room 7"})
    for number, (name, ram, price, status) in enumerate(LAPTOPS):
        place = {"asset.place": room["id"], "computer.cpu": "Intel Core i7"}
        held = {"computer.ram": ram, "asset.price": price, "asset.status": status}
        held |= place if number == 0 else {}
        body: dict[str, Any] = {
            "type": "a.laptop",
            "name": name,
            "tag": f"IT-{number}",
            "folder": "/Berlin",
        }
        made(client, "/v1/assets", body | {"custom_fields": held})
    return client


FIELDS = ("price", "place", "owner", "status")
EUR = {"amount": "1000.50", "currency": "EUR"}
USD = {"amount": "20.00", "currency": "USD"}
LAPTOPS = (
    ("Anna's quick laptop", 16, EUR, "In use"),
    ("Bob's laptop", 8, USD, "In use"),
    ("Çelik's laptop", 32, EUR, "Lost"),
)
ANNAS, BOBS, CELIKS = (name for name, *_ in LAPTOPS)


def made(client: Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, body)
    assert answer.status == 201, answer.text
    found: dict[str, Any] = answer.json
    return found
