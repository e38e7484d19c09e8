"""The addresses of asset types, field types, link types, folders and the catalog as a whole."""

from __future__ import annotations

from muster.catalog.routes import fields, folders, link_types, types, whole
from muster.http.routing import Routes

routes = Routes("catalog")
for part in (types, fields, link_types, folders, whole):
    routes.routes += part.routes.routes
