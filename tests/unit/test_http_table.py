"""The table of routes: what may be declared, and how a request finds its route."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from infra import addresses
from muster.access.model import Permission
from muster.http.addresses import ADDRESSES
from muster.http.gateway import Request, read_event
from muster.http.routing import Call, Response, Route, Routes
from muster.http.table import Later, RouteTable, resource_of


def view(call: Call) -> Response:
    """Answer."""
    del call
    return Response()


def other_view(call: Call) -> Response:
    """Answer otherwise."""
    return view(call)


def table(*paths: str) -> RouteTable:
    routes = Routes("test")
    for path, each in zip(paths, (view, other_view), strict=False):
        routes.get(path, permission=Permission.ASSET_READ)(each)
    return RouteTable(routes.routes)


def test_a_route_has_to_name_its_permission() -> None:
    """A view that everybody could call is never declared by forgetting something."""
    with pytest.raises(TypeError, match="permission"):
        Routes("test").get("/v1/things")


def test_a_public_route_names_no_permission() -> None:
    """What is public asks for nothing: both together contradict each other."""
    with pytest.raises(TypeError, match="permission"):
        Routes("test").get("/v1/things", public=True, permission=Permission.ASSET_READ)


@pytest.mark.parametrize(
    "paths",
    [
        ("/v1/a/{x}", "/v1/a/{x}"),
        ("/v1/a/{x}", "/v1/a/{y}:go"),
        ("/v1/a/{x}:go", "/v1/a/{x}:go"),
    ],
)
def test_routes_that_clash_are_not_built(paths: tuple[str, str]) -> None:
    """What API Gateway could not tell apart is found when the app is built."""
    with pytest.raises(TypeError, match="clashes"):
        table(*paths)


def test_an_action_is_part_of_its_resource() -> None:
    """API Gateway is told of a resource once; a literal with a colon is one of its own."""
    made = table("/v1/a/{x}", "/v1/a/{x}:go")

    assert made.resources() == {"/v1/a/{x}": ("GET",)}
    assert resource_of("/v1/a:batch") == ("/v1/a:batch", "")
    assert resource_of("/v1/a/{x}:go") == ("/v1/a/{x}", "go")


def request_for(resource: str) -> Request:
    context = {"resourcePath": resource, "httpMethod": "GET", "path": f"/live{resource}"}
    event = {"resource": resource, "path": resource, "httpMethod": "GET", "headers": {}}
    return read_event({**event, "requestContext": {**context, "stage": "live"}})


def test_what_comes_later_is_loaded_by_its_first_request() -> None:
    """Known to API Gateway from the start, loaded once, and only when it is asked for."""
    loaded: list[str] = []

    def load() -> Iterable[Route]:
        loaded.append("later")
        return table("/v1/later").routes

    later = Later({"/v1/later": ("GET",)}, load)
    routes = Routes("first")
    routes.get("/v1/first", permission=Permission.ASSET_READ)(other_view)
    found = RouteTable(routes.routes, [later])

    known = set(found.resources())
    found.match(request_for("/v1/first"))
    before = list(loaded)
    match = found.match(request_for("/v1/later"))
    found.match(request_for("/v1/later"))

    assert known == {"/v1/first", "/v1/later"}
    assert (before, loaded) == ([], ["later"])
    assert match.route.path == "/v1/later"
    assert len(found.routes) == 2


def test_the_list_of_later_addresses_is_that_of_the_routes() -> None:
    """What API Gateway is told is what the features answer; `make format` mends the list."""
    told: dict[str, object] = {}
    exec(addresses.text(), told)  # noqa: S102 - our own text

    assert told["ADDRESSES"] == ADDRESSES
