"""The table of routes. API Gateway knows no `{id}:action`: the action is split off here."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from muster.http.errors import MethodNotAllowedError, NoSuchRouteError
from muster.http.gateway import Request, decoded
from muster.http.routing import Route

_ACTION = re.compile(r"(?P<resource>.*\{\w+\}):(?P<action>[a-z-]+)")
_PARAMETER = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Match:
    """A route, and the path parameters of the request that it answers."""

    route: Route
    path: Mapping[str, str]


@dataclass(frozen=True)
class Later:
    """Routes that are loaded when the first request for one of their resources comes."""

    resources: Mapping[str, tuple[str, ...]]
    """Their resources with their methods, as `RouteTable.resources` returns them."""
    load: Callable[[], Iterable[Route]]


def resource_of(path: str) -> tuple[str, str]:
    """Return what API Gateway is told of a documented path, and the action after the colon."""
    found = _ACTION.fullmatch(path)
    return (found["resource"], found["action"]) if found else (path, "")


class RouteTable:
    """All routes, by resource, action and method.

    Raises TypeError for two routes that can't both be told apart, or whose parameters at one place
    have different names, which API Gateway does not take.
    """

    def __init__(self, routes: Iterable[Route], later: Iterable[Later] = ()) -> None:
        self._routes: list[Route] = []
        self._table: dict[str, dict[str, dict[str, Route]]] = {}
        self._shapes: dict[str, str] = {}
        self._later = list(later)
        self._add(routes)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """All routes; this loads those that are not loaded yet."""
        self._load(lambda _: True)
        return tuple(self._routes)

    def _load(self, wanted: Callable[[Later], bool]) -> None:
        for later in [each for each in self._later if wanted(each)]:
            self._add(later.load())
            self._later.remove(later)

    def _add(self, routes: Iterable[Route]) -> None:
        for route in routes:
            resource, action = resource_of(route.path)
            known = self._shapes.setdefault(_PARAMETER.sub("{}", resource), resource)
            methods = self._table.setdefault(resource, {}).setdefault(action, {})
            if known != resource or route.method in methods:
                raise TypeError(f"{route.method} {route.path} clashes with {known}")
            methods[route.method] = route
            self._routes.append(route)
        self._require_unique_ids()

    def _require_unique_ids(self) -> None:
        paths: defaultdict[str, list[str]] = defaultdict(list)
        for route in self._routes:
            paths[route.operation_id].append(route.path)
        twice = {name: where for name, where in paths.items() if len(where) > 1}
        if twice:
            raise TypeError(f"views of the same name: {twice}")

    def resources(self) -> dict[str, tuple[str, ...]]:
        """Return what to register: each resource with its methods."""
        found: dict[str, set[str]] = {}
        for resource, actions in self._table.items():
            found[resource] = {method for methods in actions.values() for method in methods}
        for later in self._later:
            for resource, names in later.resources.items():
                found.setdefault(resource, set()).update(names)
        return {resource: tuple(sorted(methods)) for resource, methods in found.items()}

    def match(self, request: Request) -> Match:
        """Return the route of a request; raises NoSuchRouteError, MethodNotAllowedError."""
        self._load(lambda later: request.resource in later.resources)
        actions = self._table.get(request.resource)
        if actions is None:
            raise NoSuchRouteError(f"There is nothing at {request.path[:200]!r}.")
        parameters = dict(request.parameters)
        action = ""
        if actions.keys() - {""}:
            name = request.resource.rsplit("{", 1)[1].rstrip("}")
            parameters[name], _, action = parameters.get(name, "").partition(":")
        methods = actions.get(action)
        if methods is None:
            raise _unknown_action(action, actions)
        route = methods.get(request.method)
        if route is None:
            raise not_allowed(request.method, methods)
        return Match(route, decoded(parameters))


def not_allowed(method: str, allowed: Iterable[str]) -> MethodNotAllowedError:
    """Say which methods an address takes."""
    names = sorted(allowed)
    return MethodNotAllowedError(
        f"{method[:20]} is not possible here; use {' or '.join(names)}.", extra={"allow": names}
    )


def _unknown_action(action: str, actions: Mapping[str, object]) -> NoSuchRouteError:
    known = sorted(name for name in actions if name)
    nearest = difflib.get_close_matches(action, known, n=1)
    hint = f"Did you mean :{nearest[0]}?" if nearest else f"There are :{', :'.join(known)}."
    asked = f"There is no action {action[:40]!r}." if action else "An action is needed here."
    return NoSuchRouteError(f"{asked} {hint}")
