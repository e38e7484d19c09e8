"""A request's way: who, may they, what do they ask, the view, the answer, the log line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, cast

from pydantic import BaseModel

from muster.access.gate import Gate
from muster.access.model import Identity
from muster.access.port import Access
from muster.errors import MusterError
from muster.http import conditional, idempotency, queries
from muster.http.bodies import read_body
from muster.http.errors import (
    PermissionMissingError,
    UnavailableError,
    UnexpectedError,
    problem,
    problem_headers,
)
from muster.http.gateway import Reply, Request, read_event
from muster.http.routing import Call, Response, Route
from muster.http.table import Match, RouteTable
from muster.ledger.model import Cause, RequestMark
from muster.observe.calls import calls_made
from muster.observe.log import is_outage, log_defect, log_request
from muster.scope import Scope

_NO_CONTENT = 204
_NOT_MODIFIED = 304


class Services(Protocol):
    """What the HTTP layer is given: `muster.container.Container`, or a test's stand."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives aware UTC times."""
        ...

    @property
    def access(self) -> Access:
        """Tenants, members and tokens."""
        ...

    @property
    def gate(self) -> Gate:
        """What lets requests in."""
        ...

    def scope_for(
        self,
        identity: Identity,
        cause: Cause,
        request_id: str,
        *,
        request: RequestMark | None = None,
        dry_run: bool = False,
    ) -> Scope:
        """Return the scope of one request."""
        ...


@dataclass
class Pipeline:
    """Answers requests. `make_services` is called when the first one needs them."""

    table: RouteTable
    make_services: Callable[[], Services]

    @cached_property
    def services(self) -> Services:
        """The parts."""
        return self.make_services()

    def answer(self, event: Mapping[str, Any]) -> Reply:
        """Answer an API Gateway event: always with a reply, whatever happens."""
        began = time.perf_counter()
        request = read_event(event)
        notes: dict[str, Any] = {"method": request.method, "request_id": request.request_id}
        with calls_made() as calls:
            try:
                reply = self._answer(request, notes)
            except MusterError as error:
                reply = _refusal(error, request, notes)
            except Exception as error:  # noqa: BLE001 - the outermost edge: nobody above answers
                reply = _refusal(_unexpected(error, notes), request, notes)
        notes |= {"status": reply.status, "aws_calls": len(calls)}
        notes["ms"] = round((time.perf_counter() - began) * 1000, 2)
        log_request(notes)
        return replace(reply, headers={**reply.headers, "X-Request-Id": request.request_id})

    def _answer(self, request: Request, notes: dict[str, Any]) -> Reply:
        match = self.table.match(request)
        notes["route"] = match.route.path
        if match.route.public:
            return _reply(match.route.view(_public_call(request, match)), request, match.route)
        identity = self.services.gate.admit(request.headers.get("authorization"))
        notes |= {"tenant": identity.tenant.id, "token": identity.token_id}
        _require_permission(match.route, identity)
        return self._serve(match, request, identity)

    def _serve(self, match: Match, request: Request, identity: Identity) -> Reply:
        route = match.route
        query, dry_run = queries.read_query(route, request.query)
        queries.find_place(query, route, request.path, identity, self.services.clock())
        if_match = conditional.required_version(route, request.headers)
        body = read_body(route, request)
        mark = None if dry_run else idempotency.request_mark(route, request, identity)
        scope = self.services.scope_for(
            identity, _cause(request), request.request_id, request=mark, dry_run=dry_run
        )
        call = Call(
            scope=scope,
            identity=identity,
            path=match.path,
            query=query,
            body=body,
            headers=request.headers,
            access=self.services.access,
            gate=self.services.gate,
            if_match=if_match,
            base_url=request.base_url,
            route=route.path,
        )
        if mark is not None:
            return _serve_marked(call, mark, request, route)
        return _reply(route.view(_rehearsed(call) if dry_run else call), request, route)


def _serve_marked(call: Call, mark: RequestMark, request: Request, route: Route) -> Reply:
    ledger = idempotency.MarkedLedger(call.scope.ledger, mark)
    scope = replace(call.scope, ledger=ledger.as_ledger())
    try:
        reply = _reply(route.view(replace(call, scope=scope)), request, route)
    except MusterError:
        again = ledger.answer_again(scope.now())
        if again is None:
            raise
        return again
    if ledger.commits:
        ledger.keep(reply)
        return reply
    return ledger.answer_again(scope.now()) or reply


def _rehearsed(call: Call) -> Call:
    from muster.http.rehearsal import rehearsing, rehearsing_access

    scope, access = rehearsing(call.scope), rehearsing_access(call.access)
    return replace(call, scope=scope, access=access)


def _public_call(request: Request, match: Match) -> Call:
    query, _ = queries.read_query(match.route, request.query)
    nobody = cast("Any", None)  # a public view asks for none of these
    return Call(
        scope=nobody,
        identity=nobody,
        path=match.path,
        query=query,
        body=None,
        headers=request.headers,
        access=nobody,
        gate=nobody,
        base_url=request.base_url,
        route=match.route.path,
    )


def _require_permission(route: Route, identity: Identity) -> None:
    if route.permission not in identity.permissions:
        raise PermissionMissingError(
            f"This needs the permission {route.permission}, which your role or your token's"
            " scopes don't have.",
            extra={"permission": route.permission},
        )


def _cause(request: Request) -> Cause:
    is_cli = request.headers.get("user-agent", "").startswith("muster-cli")
    return Cause.CLI if is_cli else Cause.API


def _reply(response: Response, request: Request, route: Route) -> Reply:
    headers = dict(response.headers)
    if response.version is not None:
        headers["ETag"] = conditional.entity_tag(response.version)
        if not route.writes and conditional.is_unchanged(request.headers, response.version):
            return Reply(_NOT_MODIFIED, "", headers)
    if response.location is not None:
        headers["Location"] = request.base_url + response.location
    if response.status == _NO_CONTENT:
        return Reply(_NO_CONTENT, "", headers)
    headers.setdefault("Content-Type", "application/json")
    return Reply(response.status, json_text(response.body), headers)


def json_text(body: Any) -> str:
    """Return a model or JSON values, which may hold models, as JSON."""
    if isinstance(body, BaseModel):
        return body.model_dump_json(by_alias=True)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value)} is no JSON")


def _refusal(error: MusterError, request: Request, notes: dict[str, Any]) -> Reply:
    notes["code"] = error.code
    body = problem(error, instance=request.path, request_id=request.request_id)
    return Reply(body["status"], json_text(body), problem_headers(error))


def _unexpected(error: Exception, notes: Mapping[str, Any]) -> MusterError:
    log_defect(notes)
    if is_outage(error):
        return UnavailableError("A part of the service did not answer. Try again shortly.")
    return UnexpectedError(
        "The request was not carried out as it should have been. Report the request_id, please."
    )
