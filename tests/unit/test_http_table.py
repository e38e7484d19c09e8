"""The table of routes: what may be declared, and how a request finds its route."""

from __future__ import annotations

import pytest

from muster.access.model import Permission
from muster.http.routing import Call, Response, Routes
from muster.http.table import RouteTable, resource_of


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
