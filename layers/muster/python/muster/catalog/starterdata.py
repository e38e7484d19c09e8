"""What the starter catalog holds. References name types by their dotted names here.

Fields that imports make as well have the imports' names, so that a file's columns find them.
"""

from __future__ import annotations

from typing import Any

from muster.catalog.model import AssetType, FieldKind, FieldType, LinkType, Option, Placement
from muster.ids import new_id

K = FieldKind

_GREEN, _BLUE, _AMBER, _RED, _GREY = "#2e7d32", "#1565c0", "#b26a00", "#c62828", "#616161"
_STATUSES = (
    ("In use", _GREEN, "Active"),
    ("In stock", _BLUE, "Available"),
    ("On order", _BLUE, "Available"),
    ("In repair", _AMBER, "Attention"),
    ("Lost", _RED, "Attention"),
    ("Retired", _GREY, "Closed"),
)


def field_types() -> tuple[FieldType, ...]:
    """Return the fields, with new ids for their options."""
    return (*_hardware(), *_purchase(), *_computer(), *_devices(), *_people_and_places())


def _hardware() -> tuple[FieldType, ...]:
    statuses = tuple(
        Option(id=new_id("option"), label=label, color=color, category=category)
        for label, color, category in _STATUSES
    )
    return (
        _field("asset.status", "Status", K.STATUS, options=statuses),
        _field("asset.condition", "Condition", K.SELECT, options=_options("New", "Good", "Worn")),
        _field("asset.custodian", "Custodian", K.USER, help="Who has it and answers for it."),
        _field("asset.located_at", "Located at", K.REFERENCE, reference_types=("type.location",)),
        _field("asset.labels", "Labels", K.MULTI_SELECT, max_values=None),
        _field("asset.notes", "Notes", K.TEXT_AREA),
        _field("asset.audited_on", "Last audited", K.DATE),
        _field("model.manufacturer", "Manufacturer", K.TEXT),
        _field("model.name", "Model", K.TEXT),
        _field("model.number", "Model number", K.TEXT),
    )


def _purchase() -> tuple[FieldType, ...]:
    return (
        _field("purchase.date", "Purchase date", K.DATE),
        _field("purchase.cost", "Purchase cost", K.MONEY, summable=True),
        _field("purchase.supplier", "Supplier", K.TEXT),
        _field("purchase.order_number", "Order number", K.TEXT),
        _field("warranty.months", "Warranty (months)", K.INTEGER, minimum=0),
        _field("warranty.expires", "Warranty expires", K.DATE),
    )


def _computer() -> tuple[FieldType, ...]:
    return (
        _field("computer.cpu.model", "Processor", K.TEXT),
        _field("computer.cpu.cores", "Cores", K.INTEGER, minimum=1),
        _field("computer.memory.size", "Memory", K.INTEGER, unit="GB", minimum=0, summable=True),
        _field("computer.storage.size", "Storage", K.INTEGER, unit="GB", minimum=0, summable=True),
        _field("computer.os.name", "Operating system", K.TEXT),
        _field("computer.os.version", "Version of the operating system", K.VERSION),
        _field("network.hostname", "Host name", K.TEXT),
        _field("network.mac", "MAC addresses", K.MAC, max_values=None),
        _field("network.ip", "IP addresses", K.IP, max_values=None),
        _field("network.firmware", "Firmware", K.VERSION),
        _field("server.role", "Role", K.TEXT),
        _field("server.rack", "Rack", K.TEXT),
        _field("server.rack_unit", "Rack unit", K.INTEGER, minimum=1, maximum=100),
    )


def _devices() -> tuple[FieldType, ...]:
    return (
        _field("display.size", "Screen size", K.NUMBER, unit="in", minimum=0),
        _field("display.resolution", "Resolution", K.TEXT, help="Such as 2560 x 1440."),
        _field("phone.imei", "IMEI", K.TEXT, unique=True, pattern="[0-9]{15}"),
        _field("phone.number", "Phone number", K.TEXT),
        _field(
            "printer.technology",
            "Technology",
            K.SELECT,
            options=_options("Laser", "Inkjet", "Label", "Thermal"),
        ),
        _field("printer.is_colour", "Prints in colour", K.BOOLEAN),
        _field("switch.ports", "Ports", K.INTEGER, minimum=1),
        _field("switch.has_poe", "Power over Ethernet", K.BOOLEAN),
        _field("accessory.quantity", "Quantity", K.INTEGER, minimum=0, summable=True),
        _field("licence.key", "Licence key", K.TEXT),
        _field("licence.publisher", "Publisher", K.TEXT),
        _field("licence.seats", "Seats", K.INTEGER, minimum=0, summable=True),
        _field("licence.expires", "Expires", K.DATE),
        _field("licence.agreement", "Agreement", K.URL),
    )


def _people_and_places() -> tuple[FieldType, ...]:
    return (
        _field("employee.user", "Member", K.USER),
        _field("employee.number", "Employee number", K.TEXT, unique=True),
        _field("employee.email", "E-mail", K.EMAIL, unique=True),
        _field("employee.phone", "Phone", K.TEXT),
        _field("employee.department", "Department", K.TEXT),
        _field("employee.manager", "Manager", K.REFERENCE, reference_types=("type.employee",)),
        _field(
            "location.kind",
            "Kind",
            K.SELECT,
            options=_options("Site", "Building", "Floor", "Room", "Rack", "Vehicle"),
        ),
        _field("location.address", "Address", K.TEXT_AREA),
        _field("location.position", "Position", K.GEO),
        _field("location.within", "Within", K.REFERENCE, reference_types=("type.location",)),
    )


_PURCHASE = {
    "Purchase": "purchase.date purchase.cost purchase.supplier purchase.order_number",
    "Warranty": "warranty.months warranty.expires",
}
_NETWORK = {"Network": "network.hostname network.ip network.mac"}
# name, label, prefix, icon, parent, sections with their fields
_TYPES: tuple[tuple[str, str, str, str, str | None, dict[str, str]], ...] = (
    (
        "type.hardware",
        "Hardware",
        "HW",
        "box",
        None,
        {
            "General": (
                "asset.status asset.condition asset.custodian asset.located_at asset.labels "
                "asset.audited_on asset.notes"
            ),
            "Model": "model.manufacturer model.name model.number",
            **_PURCHASE,
        },
    ),
    (
        "type.computer",
        "Computer",
        "PC",
        "computer",
        "type.hardware",
        {
            "Computer": (
                "computer.cpu.model computer.cpu.cores computer.memory.size "
                "computer.storage.size computer.os.name computer.os.version"
            ),
            **_NETWORK,
        },
    ),
    ("type.laptop", "Laptop", "LAP", "laptop", "type.computer", {"Screen": "display.size"}),
    (
        "type.server",
        "Server",
        "SRV",
        "server",
        "type.computer",
        {"Server": "server.role server.rack server.rack_unit"},
    ),
    (
        "type.display",
        "Display",
        "DSP",
        "display",
        "type.hardware",
        {"Screen": "display.size display.resolution"},
    ),
    (
        "type.phone",
        "Phone",
        "PHN",
        "phone",
        "type.hardware",
        {"Phone": "phone.number phone.imei computer.os.name computer.os.version"},
    ),
    (
        "type.printer",
        "Printer",
        "PRN",
        "printer",
        "type.hardware",
        {"Printer": "printer.technology printer.is_colour", **_NETWORK},
    ),
    (
        "type.network.device",
        "Network device",
        "NET",
        "network",
        "type.hardware",
        {"Network": f"{_NETWORK['Network']} network.firmware"},
    ),
    ("type.router", "Router", "RTR", "router", "type.network.device", {}),
    (
        "type.switch",
        "Switch",
        "SWI",
        "switch",
        "type.network.device",
        {"Switch": "switch.ports switch.has_poe"},
    ),
    (
        "type.accessory",
        "Accessory",
        "ACC",
        "mouse",
        "type.hardware",
        {"Accessory": "accessory.quantity"},
    ),
    (
        "type.licence",
        "Licence",
        "LIC",
        "licence",
        None,
        {
            "Licence": (
                "asset.status licence.publisher licence.key licence.seats licence.expires "
                "licence.agreement asset.custodian asset.notes"
            ),
            "Purchase": _PURCHASE["Purchase"],
        },
    ),
    (
        "type.employee",
        "Employee",
        "EMP",
        "person",
        None,
        {
            "Person": (
                "employee.number employee.email employee.phone employee.department "
                "employee.manager employee.user asset.located_at asset.notes"
            )
        },
    ),
    (
        "type.location",
        "Location",
        "LOC",
        "location",
        None,
        {"Location": "location.kind location.within location.address location.position"},
    ),
)
_ABSTRACT = frozenset({"type.hardware", "type.network.device"})


def asset_types() -> tuple[AssetType, ...]:
    """Return the types, parents before those that inherit from them."""
    return tuple(
        AssetType(
            name=name,
            label=label,
            key_prefix=prefix,
            icon=icon,
            parent=parent,
            abstract=name in _ABSTRACT,
            fields=_placements(sections),
        )
        for name, label, prefix, icon, parent, sections in _TYPES
    )


def link_types() -> tuple[LinkType, ...]:
    """Return the link types."""
    return (
        LinkType(
            name="Installation", outbound_name="is installed on", inbound_name="has installed"
        ),
        LinkType(
            name="Connection",
            outbound_name="is connected to",
            inbound_name="is connected to",
            symmetric=True,
        ),
        LinkType(name="Part", outbound_name="is part of", inbound_name="has part"),
        LinkType(name="Dependency", outbound_name="depends on", inbound_name="is needed by"),
        LinkType(name="Use", outbound_name="is used by", inbound_name="uses"),
        LinkType(name="Backup", outbound_name="is the backup of", inbound_name="is backed up by"),
    )


def _field(name: str, label: str, kind: FieldKind, **rules: Any) -> FieldType:
    return FieldType(name=name, label=label, kind=kind, **rules)


def _link(name: str, outbound: str, inbound: str, *, symmetric: bool = False) -> LinkType:
    return LinkType(name=name, outbound_name=outbound, inbound_name=inbound, symmetric=symmetric)


def _options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(id=new_id("option"), label=label) for label in labels)


def _placements(sections: dict[str, str]) -> tuple[Placement, ...]:
    placed = [(section, name) for section, names in sections.items() for name in names.split()]
    return tuple(
        Placement(field=name, section=section, y=row, mobile_order=row)
        for row, (section, name) in enumerate(placed)
    )
