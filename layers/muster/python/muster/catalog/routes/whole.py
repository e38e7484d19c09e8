"""The catalog as a whole: the starter catalog, and what an asset of a type holds."""

from __future__ import annotations

from muster.access.model import Permission
from muster.catalog import refusals, service
from muster.catalog.load import load_catalog
from muster.catalog.present import present_schema
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError

routes = Routes("catalog")

_STARTER_VIEW = Shape("muster.catalog.api", "StarterView")
_SCHEMA_VIEW = Shape("muster.catalog.api", "SchemaView")


@routes.post(
    "/v1/catalog:install-starter",
    permission=Permission.CATALOG_WRITE,
    returns=_STARTER_VIEW,
    errors=(FenceMovedError,),
)
def install_starter_catalog(call: Call) -> Response:
    """Make the types, fields and link types of the starter catalog that are not there.

    What is there by name is left as it is; a second time nothing changes.
    """
    counts = service.install_starter(call.scope)
    status = "installed" if any(counts.values()) else "unchanged"
    return Response({"created": counts, "status": status})


@routes.get(
    "/v1/schema/{type}",
    permission=Permission.CATALOG_READ,
    returns=_SCHEMA_VIEW,
    errors=(refusals.TypeNotFoundError,),
)
def read_schema(call: Call) -> Response:
    """Tell what an asset of a type holds: fields, rules, choices, and whether you may write it."""
    call.scope.replica.catch_up()
    catalog = load_catalog(call.scope)
    found = catalog.type_of(call.path["type"])
    if found is None:
        raise refusals.not_found("asset_type", call.path["type"])
    may_write = Permission.ASSET_WRITE in call.identity.permissions
    return Response(present_schema(catalog, found, may_write=may_write))
