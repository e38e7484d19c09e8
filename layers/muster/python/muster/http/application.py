"""The API: every feature's routes, told to Chalice, which tells API Gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from functools import cache, partial
from importlib import import_module
from typing import Any

from chalice.app import Chalice, Response

from muster.access import routes as access
from muster.assets import routes as assets
from muster.catalog import routes as catalog
from muster.http.addresses import ADDRESSES
from muster.http.pipeline import Pipeline, Services
from muster.http.routes import service_routes
from muster.http.routing import Route, Routes
from muster.http.table import Later, RouteTable
from muster.jobs import routes as jobs


def _slot(name: str) -> property:
    var: ContextVar[Any] = ContextVar(name, default=None)

    def keep(_: object, value: object) -> None:
        var.set(value)

    return property(lambda _: var.get(), keep)


class Api(Chalice):
    """A Chalice app that may serve several threads, and that refuses in Muster's words."""

    current_request = _slot("current_request")
    lambda_context = _slot("lambda_context")

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(app_name="muster", configure_logs=False)
        self.pipeline = pipeline
        for resource, methods in pipeline.table.resources().items():
            self._register(resource, methods)

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer an event; Chalice is not asked for addresses that it does not know."""
        context_of_event = event.get("requestContext") or {}
        known = self.routes.get(str(context_of_event.get("resourcePath")), {})
        if context_of_event.get("httpMethod") in known:
            answer: dict[str, Any] = super().__call__(event, context)
            return answer
        return self.pipeline.answer(event).as_event()

    def _register(self, resource: str, methods: Iterable[str]) -> None:
        def answer_request(**_: str) -> Response:
            reply = self.pipeline.answer(self.current_request.to_original_event())
            return Response(reply.body, dict(reply.headers), reply.status)

        # Chalice would refuse what is not in content_types in words of its own; nothing is in them.
        self.route(resource, methods=list(methods), content_types=[])(answer_request)


def build_api(make_services: Callable[[], Services], table: RouteTable | None = None) -> Api:
    """Return the API; `make_services` is called when the first request needs it."""
    return Api(Pipeline(table or route_table(), make_services))


@cache
def route_table() -> RouteTable:
    """Return the table of all routes."""
    # What most requests are for is there from the start. The rest is loaded by its first request.
    features = (access, catalog, assets, jobs)
    first = [*service_routes(_document).routes, *(r for f in features for r in f.routes.routes)]
    return RouteTable(first, [Later(of, partial(_load, name)) for name, of in ADDRESSES.items()])


def _load(name: str) -> Iterable[Route]:
    routes: Routes = import_module(name).routes
    return routes.routes


def _document() -> Mapping[str, Any]:
    from muster.http.openapi import document

    return document(route_table())
