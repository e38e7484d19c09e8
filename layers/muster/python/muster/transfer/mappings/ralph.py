"""Ralph's exports of back office and data centre assets.

Ralph refers to models, warehouses, regions and environments by its own ids. Those ids are kept as
they are, since an export of assets does not say what they stand for.
"""

from __future__ import annotations

from muster.catalog.model import FieldKind
from muster.transfer.mappings.source import SourceMapping, custom, external_id
from muster.transfer.model import Target

_DATE = FieldKind.DATE
_YES_NO = FieldKind.BOOLEAN

RALPH = SourceMapping(
    name="ralph",
    label="Ralph",
    signatures=(
        frozenset({"id", "sn", "model", "warehouse"}),
        frozenset({"id", "sn", "barcode", "model"}),
        frozenset({"id", "sn", "model", "service_env"}),
    ),
    columns={
        "id": external_id("ralph.id", "Ralph id"),
        "hostname": Target(to="name"),
        "sn": Target(to="serial"),
        "barcode": Target(to="tag"),
        "remarks": Target(to="description"),
        "niw": custom("ralph.inventory_number", "Inventory number"),
        "model": custom("ralph.model", "Ralph model"),
        "warehouse": custom("ralph.warehouse", "Ralph warehouse"),
        "region": custom("ralph.region", "Ralph region"),
        "service_env": custom("ralph.service_environment", "Service and environment"),
        "configuration_path": custom("ralph.configuration_path", "Configuration path"),
        "force_depreciation": custom("ralph.force_depreciation", "Force depreciation", _YES_NO),
        "depreciation_rate": custom(
            "ralph.depreciation_rate", "Depreciation rate", FieldKind.NUMBER
        ),
        "depreciation_end_date": custom("ralph.depreciation_end", "Depreciation ends", _DATE),
        "status": custom("asset.status", "Status", FieldKind.STATUS),
        "user": custom("ralph.user", "User"),
        "owner": custom("ralph.owner", "Owner"),
        "location": custom("asset.location", "Location"),
        "provider": custom("purchase.supplier", "Supplier"),
        "order_no": custom("purchase.order_number", "Order number"),
        "invoice_no": custom("purchase.invoice_number", "Invoice number"),
        "invoice_date": custom("purchase.invoice_date", "Invoice date", _DATE),
        "price": custom("purchase.cost", "Purchase cost", FieldKind.MONEY),
        "purchase_order": custom("purchase.order_number", "Order number"),
    },
    keys=("ralph.id", "serial", "tag"),
)
