"""`/v1/health` and `/v1/openapi.json`: what anybody may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from muster.http.routing import Call, Response, Routes


class HealthView(BaseModel):
    """The API answers."""

    model_config = ConfigDict(defer_build=True)

    status: Literal["ok"]


class Document(BaseModel):
    """The OpenAPI document."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    openapi: str


def service_routes(document: Callable[[], Mapping[str, Any]]) -> Routes:
    """Return the public routes; `document` gives the OpenAPI document of all routes."""
    routes = Routes("service")

    @routes.get("/v1/health", public=True, returns=HealthView)
    def read_health(call: Call) -> Response:
        """Tell that the API answers."""
        del call
        return Response(HealthView(status="ok"))

    @routes.get("/v1/openapi.json", public=True, returns=Document)
    def read_openapi(call: Call) -> Response:
        """Read this document."""
        del call
        return Response(document(), headers={"Cache-Control": "public, max-age=300"})

    return routes
