"""The catalog, folders and people of a made-up tenant that is searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from muster.access.model import Member, Role
from muster.catalog.model import (
    AssetType,
    FieldKind,
    FieldType,
    Folder,
    LinkType,
    Option,
    Placement,
)

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
START = NOW - timedelta(days=700)
REGIONS = ("Europe", "Americas", "Asia", "Warehouse", "Home offices")
CITIES = ("Berlin", "Gdańsk", "Reykjavík", "Lyon", "Porto", "Łódź", "Austin", "Kraków")
HOUSES = ("Old Mill", "Harbour House", "Tower", "Annex", "Depot")
_FLOORS = ("Ground floor", "First floor", "Second floor", "Basement")
_FIRST = (
    "Ada",
    "Grace",
    "Alan",
    "Edsger",
    "Barbara",
    "Donald",
    "Radia",
    "Ken",
    "Frances",
    "Niklaus",
)
_LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Perlman", "Allen", "Wirth")
VENDORS = ("Dell", "Lenovo", "HP", "Apple", "Cisco", "Samsung", "Brother", "Zebra")
LINES = (
    "Latitude",
    "ThinkPad",
    "EliteBook",
    "MacBook",
    "Catalyst",
    "Galaxy",
    "LaserJet",
    "Scanner",
)
STATUSES = ("In use", "In stock", "Ordered", "In repair", "Lost", "Retired")
WORDS = tuple(
    word
    for line in (
        "battery replaced keyboard sticky spare charger missing docking station network card",
        "fan noisy screen scratched returned warranty extended loaned conference room projector",
        "cable labelled audited firmware updated disk encrypted reinstalled licence renewed",
    )
    for word in line.split()
)
SOFT = ("Postgres cluster", "Mail relay", "Build runner", "Ticket system", "Wiki", "Backup job")
KINDS_OF_ASSETS = (
    ("laptop", "Laptop", "LAP", 30),
    ("monitor", "Monitor", "MON", 22),
    ("phone", "Phone", "PHN", 14),
    ("software", "Software", "SW", 12),
    ("desktop", "Desktop", "DSK", 9),
    ("server", "Server", "SRV", 7),
    ("printer", "Printer", "PRN", 3),
    ("switch", "Switch", "NET", 2),
    ("scanner", "Scanner", "SCN", 1),
)
SERVER = [name for name, *_ in KINDS_OF_ASSETS].index("server")
DEPARTMENTS = 60
PEOPLE = 400


def ident(prefix: str, number: int) -> str:
    """Return the id of the thing of a number."""
    return f"{prefix}_{number:026d}"


def _options(labels: Sequence[str], first: int) -> tuple[Option, ...]:
    return tuple(Option(id=ident("opt", first + n), label=label) for n, label in enumerate(labels))


_KINDS: tuple[tuple[str, str, FieldKind], ...] = (
    ("device.model", "Model", FieldKind.TEXT),
    ("device.vendor", "Vendor", FieldKind.SELECT),
    ("device.memory", "Memory", FieldKind.INTEGER),
    ("device.os.version", "OS version", FieldKind.VERSION),
    ("device.notes", "Notes", FieldKind.TEXT_AREA),
    ("network.ip", "IP address", FieldKind.IP),
    ("asset.status", "Status", FieldKind.STATUS),
    ("asset.custodian", "Custodian", FieldKind.USER),
    ("asset.department", "Department", FieldKind.REFERENCE),
    ("purchase.cost", "Cost", FieldKind.MONEY),
    ("purchase.date", "Bought", FieldKind.DATE),
    ("warranty.end", "Warranty End", FieldKind.DATE),
    ("last.check", "Last check", FieldKind.DATETIME),
)
_OPTIONS = {"device.vendor": _options(VENDORS, 100), "asset.status": _options(STATUSES, 0)}
FIELDS = tuple(
    FieldType(id=ident("fld", n), name=name, label=label, kind=kind, options=_OPTIONS.get(name, ()))
    for n, (name, label, kind) in enumerate(_KINDS)
)
TYPES = (
    AssetType(id=ident("typ", 0), name="department", label="Department", key_prefix="DEP"),
    *(
        AssetType(
            id=ident("typ", n),
            name=name,
            label=label,
            key_prefix=prefix,
            fields=tuple(Placement(field=field.name) for field in FIELDS),
        )
        for n, (name, label, prefix, _) in enumerate(KINDS_OF_ASSETS, 1)
    ),
)
RUNS_ON = LinkType(
    id=ident("lty", 1), name="Runs on", outbound_name="runs on", inbound_name="carries"
)
ANY_FOLDER = len(REGIONS) * (1 + len(CITIES) * (1 + len(HOUSES)))


def folders() -> Iterator[Folder]:
    """Yield 1,045 folders, four deep, parents first."""
    above: list[str | None] = [None]
    numbers = count()
    for names in (REGIONS, CITIES, HOUSES, _FLOORS):
        below = [
            Folder(id=ident("fol", next(numbers)), name=name, parent=parent)
            for parent in above
            for name in names
        ]
        yield from below
        above = [folder.id for folder in below]


def people() -> list[Member]:
    """Return the members."""
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    return [
        Member(
            ident("mem", n),
            "bench",
            f"{names[n % len(names)]} {n // len(names)}",
            f"person{n}@example.org",
            Role.EDITOR,
            1,
            START,
        )
        for n in range(PEOPLE)
    ]
