"""A small tenant for tests of the query language: every kind of field, folders, people.

Ids are made of names, so that a test can spell them: `ident("option", "In use")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from muster.access.model import Member, Role
from muster.catalog.load import FolderTree
from muster.catalog.model import (
    AssetType,
    Catalog,
    CatalogModel,
    FieldKind,
    FieldType,
    Folder,
    LinkType,
    Option,
    Placement,
)
from muster.ids import PREFIXES
from muster.ledger.model import Put
from muster.query.context import Context, People
from muster.text import fold

K = FieldKind
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
_DIGITS = 26
_SPELLED = str.maketrans("ILOU", "110V")


def ident(kind: str, name: str) -> str:
    """Return the id that a thing of this name has here."""
    plain = "".join(c for c in fold(name).upper() if c.isalnum()).translate(_SPELLED)
    return f"{PREFIXES[kind]}_{plain[:_DIGITS].rjust(_DIGITS, '0')}"


def _options(*labels: str, retired: str = "") -> tuple[Option, ...]:
    return tuple(
        Option(id=ident("option", label), label=label, retired=label == retired) for label in labels
    )


def _field(name: str, label: str, kind: FieldKind, **more: Any) -> FieldType:
    return FieldType(id=ident("field_type", name), name=name, label=label, kind=kind, **more)


FIELDS = (
    _field("computer.model", "Model", K.TEXT),
    _field("computer.notes", "Notes", K.TEXT_AREA),
    _field("computer.memory.size", "Memory", K.INTEGER, unit="GB"),
    _field("computer.weight", "Weight", K.NUMBER),
    _field("computer.leased", "Leased", K.BOOLEAN),
    _field("warranty.end", "Warranty End", K.DATE),
    _field("backup.time", "Backup time", K.TIME),
    _field("last.check", "Last check", K.DATETIME),
    _field("repair.duration", "Repair duration", K.DURATION),
    _field("asset.condition", "Condition", K.SELECT, options=_options("New", "Good", "Worn")),
    _field(
        "asset.labels",
        "Labels",
        K.MULTI_SELECT,
        max_values=None,
        options=_options("Red", "Green", "Blue"),
    ),
    _field(
        "asset.status",
        "Status",
        K.STATUS,
        options=_options("In use", "In stock", "Lost", "Closed", "Scrapped", retired="Scrapped"),
    ),
    _field("asset.custodian", "Custodian", K.USER),
    _field("team.members", "Member", K.USER, max_values=None),
    _field("asset.group", "Group", K.GROUP),
    _field("computer.manual", "Manual", K.URL),
    _field("computer.contact", "Contact", K.EMAIL),
    _field("network.ip", "ip", K.IP, max_values=None),
    _field("network.range", "Range", K.CIDR),
    _field("network.mac", "MAC", K.MAC),
    _field("purchase.cost", "Cost", K.MONEY, currency="EUR"),
    _field("purchase.rate", "Rate", K.MONEY),
    _field("asset.place", "Place", K.GEO),
    _field("asset.department", "Department", K.REFERENCE),
    _field("asset.belongs_to", "Belongs to Department", K.REFERENCE),
    _field("book.owner", "Owner", K.REFERENCE, max_values=5),
    _field("rack.owner", "Owner", K.USER),
    _field("book.title", "Book title", K.TEXT),
    _field("asset.fits", "Fits", K.ASSET_TYPE),
    _field("asset.project", "Project", K.PROJECT),
    _field("asset.repository", "Repository", K.REPOSITORY),
    _field("asset.page", "Page", K.PAGE),
    _field("computer.os.version", "OS version", K.VERSION),
    _field("asset.uuid", "UUID", K.GLOBAL_ID),
    _field("asset.photo", "Photo", K.IMAGE),
    _field("asset.invoice", "Invoice", K.FILE),
    _field("asset.extra", "Extra", K.JSON),
    _field("asset.number", "Number", K.AUTO_NUMBER),
    _field("asset.inventory", "Inventory number", K.AUTO_NUMBER, number_template="INV-{n}"),
)
"""The label Owner is one of two fields: of assets, and of people."""


def _type(name: str, label: str, prefix: str, parent: str | None = None, **more: Any) -> AssetType:
    above = parent and ident("asset_type", parent)
    return AssetType(
        id=ident("asset_type", name),
        name=name,
        label=label,
        key_prefix=prefix,
        parent=above,
        **more,
    )


TYPES = (
    _type(
        "computer",
        "Computer",
        "PC",
        fields=tuple(
            Placement(field=f.name, label="Spring rate" if f.name == "purchase.rate" else None)
            for f in FIELDS
        ),
    ),
    _type("laptop", "Laptop", "LAP", "computer"),
    _type("tablet", "Tablet", "TAB", "laptop"),
    _type(
        "book", "Book", "BK", fields=(Placement(field="book.title"), Placement(field="book.owner"))
    ),
    _type("accessory", "Accessory", "ACC"),
    _type("type.department", "Department", "DEP"),
    _type("type.details", "Asset Details", "DET"),
    _type("file.system", "File System", "FS", "type.details"),
)

LINK_TYPES = (
    LinkType(
        id=ident("link_type", "runs"),
        name="Runs on",
        outbound_name="runs on",
        inbound_name="carries",
    ),
    LinkType(
        id=ident("link_type", "depends"),
        name="Depends",
        outbound_name="depends on",
        inbound_name="is needed by",
    ),
    LinkType(
        id=ident("link_type", "using"), name="Using", outbound_name="uses", inbound_name="used by"
    ),
    LinkType(
        id=ident("link_type", "beside"),
        name="Beside",
        outbound_name="beside",
        inbound_name="beside",
        symmetric=True,
    ),
)


def _folder(name: str, parent: str | None = None) -> Folder:
    return Folder(id=ident("folder", name), name=name, parent=parent and ident("folder", parent))


FOLDERS = (
    _folder("Electronics"),
    _folder("Laptops", "Electronics"),
    _folder("Old", "Laptops"),
    _folder("Berlin"),
    Folder(id=ident("folder", "Laptops 2"), name="Laptops", parent=ident("folder", "Berlin")),
)
"""There are Laptops in Electronics and in Berlin."""


def _member(name: str, email: str, role: Role = Role.EDITOR) -> Member:
    return Member(ident("member", name), "acme", name, email, role, 1, NOW)


ADA = _member("Ada Lovelace", "ada@example.org", Role.ADMIN)
BOB = _member("Bob", "bob@example.org")
BOB_TOO = Member(
    ident("member", "Bob 2"), "acme", "Bob", "bob.two@example.org", Role.VIEWER, 1, NOW
)
PEOPLE = (ADA, BOB, BOB_TOO)


def catalog() -> Catalog:
    """Return the catalog."""
    return Catalog(
        seq=1,
        types={each.id: each for each in TYPES},
        fields={each.name: each for each in FIELDS},
        link_types={each.id: each for each in LINK_TYPES},
    )


def folders() -> FolderTree:
    """Return the folder tree."""
    return FolderTree(
        by_id={each.id: each for each in FOLDERS},
        by_name={(each.parent, fold(each.name)): each.id for each in FOLDERS},
    )


def context(**changes: Any) -> Context:
    """Return Ada's context in Berlin; `changes` are members of Context."""
    members: dict[str, Any] = {
        "catalog": catalog(),
        "folders": folders(),
        "people": People(lambda: PEOPLE),
        "me": ADA.id,
        "now": NOW,
        "zone": ZONE,
    }
    return Context(**members | changes)


def puts() -> list[Put]:
    """Return the writes that make the catalog and the folders in a ledger."""
    kinds: Mapping[str, tuple[CatalogModel, ...]] = {
        "asset_type": TYPES,
        "link_type": LINK_TYPES,
        "folder": FOLDERS,
        "field_type": FIELDS,
    }
    return [
        Put(kind, str(getattr(model, "id")), model.body())  # noqa: B009 - not in the common class
        for kind, models in kinds.items()
        for model in models
    ]
