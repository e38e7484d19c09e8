"""Routes: what a feature declares, and what its views are given and give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from pydantic import BaseModel

from muster.access.model import Identity, Permission
from muster.errors import MusterError
from muster.http.shapes import Shape
from muster.scope import Scope

if TYPE_CHECKING:
    from muster.access.gate import Gate
    from muster.access.port import Access


@dataclass(frozen=True)
class Call:
    """One request, after authentication and validation."""

    scope: Scope
    identity: Identity
    path: Mapping[str, str]
    """Path parameters, decoded."""
    query: Any
    """An instance of the route's `query` model."""
    body: Any
    """An instance of the route's `body` model, or None when it takes none."""
    headers: Mapping[str, str]
    """Names in lower case."""
    access: Access
    gate: Gate
    if_match: int | None = None
    """The version of `If-Match: "v17"`; None when absent or `*`."""
    base_url: str = ""
    """What stands before `/v1` in this API's paths: empty, or `/` and the stage's name."""
    route: str = ""
    """The route's documented path."""


@dataclass(frozen=True)
class Response:
    """What a view answers. `version` becomes the ETag; `location` begins with `/v1`."""

    body: Any = None
    """A pydantic model, or JSON values."""
    status: int = 200
    version: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call], Response]


class Extras(TypedDict, total=False):
    """What most routes leave at its default."""

    query: type[BaseModel]
    body: type[BaseModel]
    returns: type[BaseModel] | Shape | None
    status: int
    statuses: Mapping[int, str]
    """Further successful statuses, such as 207, with their meaning."""
    errors: tuple[type[MusterError], ...]
    """The leaf errors that the view can raise, for the document."""
    if_match: bool
    """True: 428 without If-Match. Default: True for PUT and DELETE."""
    media_type: str
    description: str
    example: Any
    """An example of the body."""
    max_body_bytes: int
    idempotent: bool
    """False where an Idempotency-Key is refused, since nothing is kept that could be replayed."""


@dataclass(frozen=True)
class Route:
    """One operation. `path` is as documented: `/v1/assets/{asset_id}:revert`."""

    method: str
    path: str
    view: View
    permission: Permission | None
    """None only where `public` is true."""
    summary: str
    tag: str
    extras: Extras
    public: bool = False

    @property
    def operation_id(self) -> str:
        """Return the view's name: unique over all routes."""
        return self.view.__name__

    @property
    def writes(self) -> bool:
        """Tell whether the operation may change something."""
        return self.method != "GET"

    @property
    def status(self) -> int:
        """Return the status of success that the route documents first."""
        return self.extras.get("status", 200)

    @property
    def returns(self) -> type[BaseModel] | None:
        """Return the model of what the view gives back, importing it when need be."""
        told = self.extras.get("returns")
        return told.model() if isinstance(told, Shape) else told

    @property
    def needs_if_match(self) -> bool:
        """Tell whether the request has to say which version it means."""
        return self.extras.get("if_match", self.method in {"PUT", "DELETE"})


class Routes:
    """A feature's routes, in the order of declaration."""

    def __init__(self, tag: str) -> None:
        """`tag` groups the operations in the document."""
        self.tag = tag
        self.routes: list[Route] = []

    def add(
        self,
        method: str,
        path: str,
        *,
        permission: Permission | None = None,
        public: bool = False,
        summary: str = "",
        **extras: Unpack[Extras],
    ) -> Callable[[View], View]:
        """Declare a view. Raises TypeError when it names no permission and is not `public`."""
        if (permission is None) is not public:
            message = f"{method} {path} has to name its permission"
            raise TypeError(message)

        def register(view: View) -> View:
            words = summary or (view.__doc__ or view.__name__).split("\n", 1)[0]
            self.routes.append(
                Route(method, path, view, permission, words, self.tag, extras, public)
            )
            return view

        return register

    def get(self, path: str, **options: Any) -> Callable[[View], View]:
        """Declare a GET; options are those of `add`."""
        return self.add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[View], View]:
        """Declare a POST; options are those of `add`."""
        return self.add("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[View], View]:
        """Declare a PUT; options are those of `add`."""
        return self.add("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[View], View]:
        """Declare a PATCH (application/merge-patch+json); options are those of `add`."""
        return self.add("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[View], View]:
        """Declare a DELETE; options are those of `add`."""
        return self.add("DELETE", path, **options)
