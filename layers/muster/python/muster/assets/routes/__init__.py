"""The addresses of assets, links, batches, histories and changes."""

from __future__ import annotations

from muster.assets.routes import actions, many, past, single
from muster.assets.routes import links as link_views
from muster.http.routing import Routes

routes = Routes("assets")
for part in (many, single, actions, link_views, past):
    routes.routes += part.routes.routes
